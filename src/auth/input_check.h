// Texts that a person types into a form: cleaned, and judged in words that say what to enter instead.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/curl_client.h"  // AddressPolicy

namespace mailsync::auth {

// Without blanks and line breaks around it.
void trim(std::string& text);
bool is_guid(std::string_view text);
// A DNS name of two labels or more.
bool is_domain(std::string_view text);
bool has_control_characters(std::string_view text);

// What is wrong with an address that Mail Sync is to call; nullopt: nothing. Takes the slash off its end.
// https alone, plain http only on this machine and where the operator allows private addresses (test
// servers).
enum class Path { None, Needed, Allowed };
std::optional<std::string> wrong_address(std::string& url, Path path, const net::AddressPolicy& policy);

}  // namespace mailsync::auth
