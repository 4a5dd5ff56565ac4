// What is posted to our address: anybody may post there.
#include "mailbox/graph/webhook.h"
#include "net/url.h"
#include "tests/fuzz/check.h"

namespace {

using namespace mailsync;

// A validation is answered with the token alone, as plain text that no browser takes for a page.
void validate(std::string_view query) {
  net::ServerRequest request;
  request.method = "POST";
  request.query = net::form_decode(query).value_or(net::Pairs{});
  const auto answer = graph::answer_validation(request);
  fuzz::must(answer.has_value() == request.query_value("validationToken").has_value());
  if (!answer || answer->status != 200) return;
  fuzz::must(answer->body == *request.query_value("validationToken"));
  fuzz::must(answer->headers.find("Content-Type") == "text/plain; charset=utf-8");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body = fuzz::text_of(data, size);
  validate(body);
  std::vector<sync::Subscription> known(2);
  known[0] = {
      .id = "s1", .mailbox = MailboxId{1}, .resource = {}, .expires = {}, .client_state = Secret("right")};
  known[1] = {.id = "s2", .mailbox = MailboxId{2}, .resource = {}, .expires = {}, .client_state = Secret("")};
  const auto notices = graph::read_notices(body, known);
  if (!notices) return 0;
  // A subscription without a secret wakes nobody, and a wake names each mailbox once.
  fuzz::must(notices->wake.size() <= 1);
  fuzz::must(notices->reconcile.size() <= notices->wake.size());
  // Nobody who does not know the secret wakes anything (escapes may spell it, so "\\" excuses).
  if (!notices->wake.empty())
    fuzz::must(body.find("right") != std::string_view::npos || body.find('\\') != std::string_view::npos);
  return 0;
}
