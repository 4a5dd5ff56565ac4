// What Graph posts to us: a validation of the address, or notices of changes. Pure; the server decides which
// path leads here. learn.microsoft.com/graph/change-notifications-delivery-webhooks
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "net/http.h"
#include "sync/push.h"

namespace mailsync::graph {

// Larger bodies are refused before they are parsed (S18).
inline constexpr size_t kMaxNoticeBytes = 1 << 20;

// The answer to a validation request (?validationToken=…): the decoded token as text/plain, never HTML (S15).
// nullopt when this is no validation. Only for a path on which a subscription is being created.
std::optional<net::ServerResponse> answer_validation(const net::ServerRequest& request);

struct Notices {
  std::vector<MailboxId> wake;  // something changed: start a pass
  std::vector<MailboxId>
      reconcile;       // lifecycle notices: Push::reconcile, and a pass too (they are in `wake`)
  size_t dropped = 0;  // unknown subscription or wrong secret: counted, never told (S16)
};
// ItemInvalid when the body is no list of notices. Secrets are compared in constant time; nothing else of a
// notice is believed (S18). Each mailbox at most once.
Result<Notices> read_notices(std::string_view body, const std::vector<sync::Subscription>& known);

// The mailboxes to wake alone.
Result<std::vector<MailboxId>> accept_notice(std::string_view body,
                                             const std::vector<sync::Subscription>& known);

}  // namespace mailsync::graph
