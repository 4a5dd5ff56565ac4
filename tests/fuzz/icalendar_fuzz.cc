// Calendar files: what was read is clean and can be written and read again, or says why not.
#include "format/icalendar.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailsync;
  const auto calendar = format::parse_icalendar(fuzz::text_of(data, size));
  if (!calendar) return 0;
  for (const format::CalendarItem& item : calendar->items) {
    fuzz::must_be_text(item.uid);
    fuzz::must(!item.read_only || !item.note.empty());
    if (const auto* meeting = std::get_if<model::Meeting>(&item.content))
      fuzz::must_be_fields(model::fields_of(*meeting));
    if (const auto* task = std::get_if<model::Task>(&item.content))
      fuzz::must_be_fields(model::fields_of(*task));
  }
  if (const auto text = format::write_icalendar(*calendar, Instant{}))
    fuzz::must(format::parse_icalendar(*text).has_value());
  return 0;
}
