// Whom an access token speaks for, as Graph itself says it (GET /me,
// https://learn.microsoft.com/graph/api/user-get): the object id, and every address of that account. A
// sign-in names its user by a name that may differ from the address of the mailbox, so the addresses are
// asked for before a mailbox is bound to an account.
#pragma once

#include <string>
#include <vector>

#include "base/secret.h"
#include "net/http.h"

namespace mailsync::server {

struct SignedInAccount {
  std::string object_id;
  std::string name;                    // for showing: the address it signs in with
  std::vector<std::string> addresses;  // in lower case, without "smtp:"
  bool has(std::string_view address) const;
};

// `graph_root`: with the version, without a slash at the end. Errors as graph::classify() gives them; Corrupt
// when the answer names nobody.
Task<Result<SignedInAccount>> signed_in_account(net::HttpClient& http, const Clock& clock,
                                                std::string graph_root, Secret access_token);

}  // namespace mailsync::server
