// How a user's sign-in at the mail service ended, for the page he comes back to. The words of a failure stay
// here, on the server: an address that carried them could be forged by anybody.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace mailsync::admin {

struct SignInOutcome {
  // connected, denied, wrong_account, expired, policy, refused, switched_off, away, not_set_up: openapi.yaml,
  // SignInOutcome.reason.
  std::string reason;
  std::string detail;      // a sentence for people; empty when connected
  std::string code;        // of the vendor, "AADSTS65004"; may be empty
  std::string request_id;  // of the vendor's, for its support; may be empty
  std::optional<MailboxId> mailbox;
  std::string address;  // of the mailbox; empty without one
};

// The outcome of that name, when that user's sign-in ended so and not too long ago.
using FindSignInOutcome = std::function<std::optional<SignInOutcome>(std::string_view name, UserId user)>;

}  // namespace mailsync::admin
