// An error answer: two bytes of status, a header line Retry-After, then the body.
#include "mailbox/graph/classify.h"
#include "mailbox/graph/codec.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailsync;
  if (size < 2) return 0;
  const int status = (data[0] * 256 + data[1]) % 600;
  const std::string_view rest = fuzz::text_of(data + 2, size - 2);
  const size_t line = rest.find('\n');
  net::Headers headers;
  headers.add("Retry-After", std::string(rest.substr(0, line)));
  const std::string_view body = line == std::string_view::npos ? rest : rest.substr(line + 1);
  for (const std::string_view method : {"GET", "PATCH"}) {
    const Error error =
        graph::classify(graph::refusal_of(status, headers, body, Instant{}), {method, "writing a meeting"});
    fuzz::must(!error.message.empty());
    if (error.retry_after) fuzz::must(error.retry_after->count() >= 0);
    // The words are ours: nothing of what the server said about content is repeated.
    fuzz::must_be_text(error.message);
  }
  return 0;
}
