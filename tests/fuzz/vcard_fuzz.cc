// Contact files: as many cards come back as were written, each saying the same.
#include "format/vcard.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailsync;
  const auto cards = format::parse_vcards(fuzz::text_of(data, size));
  if (!cards) return 0;
  for (const format::VCard& card : *cards) {
    fuzz::must_be_fields(model::fields_of(card.contact));
    fuzz::must(card.note.empty() == card.raw.empty());
  }
  for (const auto version : {format::VCardVersion::V3, format::VCardVersion::V4}) {
    const auto again = format::parse_vcards(format::write_vcards(*cards, version));
    fuzz::must(again && again->size() == cards->size());
    for (size_t i = 0; i < cards->size(); ++i) fuzz::must((*again)[i].note.empty());
  }
  return 0;
}
