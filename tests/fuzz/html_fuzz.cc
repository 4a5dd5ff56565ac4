// HTML bodies: their words, and the content ids they show.
#include "format/content_ids.h"
#include "format/html_text.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailsync;
  const std::string_view html = fuzz::text_of(data, size);
  const std::string text = format::text_of_html(html);
  fuzz::must_be_text(text);
  fuzz::must_be_text(format::preview_of_text(text));
  for (const std::string& id : format::content_ids_in(html)) fuzz::must(!id.empty());
  return 0;
}
