// Header values: encoded words, address lists, message ids.
#include "format/header_words.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailsync;
  const std::string_view raw = fuzz::text_of(data, size);
  const std::string words = format::header_text(raw);
  fuzz::must_be_text(words);
  fuzz::must(words.find_first_of("\r\n") == std::string::npos);
  for (const auto& address : format::header_addresses(raw, 100)) {
    fuzz::must_be_text(address.name);
    fuzz::must_be_text(address.address);
  }
  std::vector<std::string> ids;
  format::add_message_ids(raw, ids, 100);
  for (const std::string& id : ids) fuzz::must_be_text(id);
  return 0;
}
