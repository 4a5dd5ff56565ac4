// Bytes of mails, calendars and contacts in whatever charset → UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace mailsync::format {

// True when the label names a charset that we read. Labels are those of the WHATWG Encoding Standard
// (https://encoding.spec.whatwg.org/#names-and-labels), so "iso-8859-1" and "us-ascii" mean windows-1252 and
// "gb2312" means gb18030 (F115), and besides what ICU knows. Anything that is no plain token is refused
// before a converter sees it (F116).
bool is_charset(std::string_view label);

// Valid UTF-8 without NUL; bytes that mean nothing become U+FFFD. Under an empty or unknown label: UTF-8
// where the bytes are valid UTF-8, else the charset that ICU's detector is confident of, else windows-1252.
std::string utf8_of(std::string_view bytes, std::string_view label);

bool is_valid_utf8(std::string_view bytes);

}  // namespace mailsync::format
