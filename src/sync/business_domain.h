// Which organisation an address may belong to: its domain, unless that is a provider of mailboxes for
// everybody (F111: with gmail.com as an organisation the whole world works there).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mailsync::sync {

// A domain where anybody can have an address.
bool is_free_mail(std::string_view domain);

// The domain of an address and the ones above it, most precise first, down to two labels; nothing for free
// mail. ann@mail.acme.example → mail.acme.example, acme.example
std::vector<std::string> business_domains(std::string_view address);

}  // namespace mailsync::sync
