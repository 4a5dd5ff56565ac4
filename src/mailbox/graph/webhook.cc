#include "mailbox/graph/webhook.h"

#include <algorithm>

#include "mailbox/graph/codec.h"

namespace mailsync::graph {
namespace {

void add(std::vector<MailboxId>& list, MailboxId mailbox) {
  if (std::ranges::find(list, mailbox) == list.end()) list.push_back(mailbox);
}

}  // namespace

std::optional<net::ServerResponse> answer_validation(const net::ServerRequest& request) {
  const auto token = request.query_value("validationToken");
  if (request.method != "POST" || !token) return std::nullopt;
  constexpr size_t kLongest = 4096;
  net::ServerResponse out;
  if (token->size() > kLongest) {
    out.status = 400;
    return out;
  }
  out.headers.add("Content-Type", "text/plain; charset=utf-8");
  out.headers.add("X-Content-Type-Options", "nosniff");
  out.headers.add("Cache-Control", "no-store");
  out.body = *token;
  return out;
}

Result<Notices> read_notices(std::string_view body, const std::vector<sync::Subscription>& known) {
  const auto refuse = [] {
    return fail(ErrorKind::ItemInvalid, "The body is no list of change notices from Microsoft Graph.");
  };
  if (body.size() > kMaxNoticeBytes) return refuse();
  const auto parsed = parse_object(body, "a change notice");
  if (!parsed || !list(parsed->get_object(), "value")) return refuse();
  Notices out;
  for (const WireNotice& notice : read_notices(parsed->get_object())) {
    const auto found = std::ranges::find(known, notice.subscription_id, &sync::Subscription::id);
    if (found == known.end() || found->client_state.empty() ||
        !found->client_state.equals(notice.client_state)) {
      ++out.dropped;
      continue;
    }
    add(out.wake, found->mailbox);
    if (!notice.lifecycle_event.empty()) add(out.reconcile, found->mailbox);
  }
  return out;
}

Result<std::vector<MailboxId>> accept_notice(std::string_view body,
                                             const std::vector<sync::Subscription>& known) {
  TRY(Notices notices, read_notices(body, known));
  return std::move(notices.wake);
}

}  // namespace mailsync::graph
