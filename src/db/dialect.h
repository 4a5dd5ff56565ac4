// From the one SQL of database.h to what an engine takes: the {{words}}, and $n.
#pragma once

#include <string>
#include <string_view>

#include "db/database.h"

namespace mailsync::db {

// Replaces the words. Corrupt for a word that is not in the table of database.h.
Result<std::string> replace_words(Engine engine, std::string_view sql);

// SQLite takes $1 for a name, numbered by first appearance; ?1 is the number. Literals, quoted names and
// comments stay.
std::string number_placeholders(std::string_view sql);

// Where the literal, quoted name or comment that starts at `at` ends; `at` itself where none starts.
size_t end_of_quoted(std::string_view sql, size_t at);

// The first two, as the engine needs.
Result<std::string> translate(Engine engine, std::string_view sql);

}  // namespace mailsync::db
