// One cell of RFC 4180 for tables that people open in a spreadsheet.
#pragma once

#include <string>
#include <string_view>

namespace mailsync::admin {

// Quoted. What a spreadsheet would take for a formula is kept a text.
std::string csv_cell(std::string_view text);

}  // namespace mailsync::admin
