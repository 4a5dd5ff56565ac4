// The answer to a $batch, with any resource or error in it.
#include "mailbox/graph/classify.h"
#include "mailbox/graph/codec.h"
#include "mailbox/graph/map.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailsync;
  constexpr size_t kSteps = 20;
  const auto answers = graph::read_batch(fuzz::text_of(data, size), kSteps);
  if (!answers) return 0;
  fuzz::must(answers->size() == kSteps);
  for (const graph::BatchAnswer& answer : *answers) {
    const auto body = answer.body.if_object();
    const std::string text = answer.body.to_json();
    const auto error = graph::classify(graph::refusal_of(answer.status, answer.headers, text, Instant{}),
                                       {.method = "GET", .what = "reading a mail"});
    fuzz::must(!error.message.empty());
    if (!body) continue;
    fuzz::must_be_text(graph::email_of(graph::read_message(*body)).text);
    fuzz::must_be_fields(graph::item_of(graph::read_event(*body), "CRM").fields);
  }
  return 0;
}
