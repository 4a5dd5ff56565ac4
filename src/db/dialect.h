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

// Both of the above, as the engine needs.
Result<std::string> translate(Engine engine, std::string_view sql);

}  // namespace mailsync::db
