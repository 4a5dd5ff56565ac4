#include "model/meeting.h"

#include <algorithm>
#include <cctype>

#include "model/email.h"
#include "model/json.h"

namespace mailsync::model {

template <>
struct Spelling<Meeting::ShowAs> {
  static constexpr std::string_view names[] = {"free", "tentative", "busy", "away", "working_elsewhere"};
};
template <>
struct Spelling<Meeting::Sensitivity> {
  static constexpr std::string_view names[] = {"normal", "personal", "private", "confidential"};
};

namespace {

template <typename M, typename F>
void each_field(M& meeting, F visit) {
  visit("subject", meeting.subject);
  visit("body", meeting.body);
  visit("location", meeting.location);
  visit("start", meeting.start);
  visit("end", meeting.end);
  visit("show_as", meeting.show_as);
  visit("sensitivity", meeting.sensitivity);
  visit("reminder_minutes", meeting.reminder_minutes);
  visit("organizer", meeting.organizer);
  visit("attendees", meeting.attendees);
  visit("recurrence", meeting.recurrence);
  visit("exceptions", meeting.exceptions);
  visit("online_url", meeting.online_url);
}

// Google appends "_R20261122T090000" to the UID of a split series, and "_20261122T090000Z" to one of an
// occurrence.
std::string without_google_suffix(std::string uid) {
  const size_t domain = uid.find('@');
  const size_t mark = uid.rfind('_', domain == std::string::npos ? uid.size() : domain);
  if (mark == std::string::npos) return uid;
  size_t at = mark + 1;
  if (at < uid.size() && uid[at] == 'R') ++at;
  const size_t end = domain == std::string::npos ? uid.size() : domain;
  if (end - at < 8) return uid;
  const bool date_like =
      std::all_of(uid.begin() + static_cast<ptrdiff_t>(at), uid.begin() + static_cast<ptrdiff_t>(end),
                  [](char c) { return std::isdigit(static_cast<unsigned char>(c)) || c == 'T' || c == 'Z'; });
  if (date_like) uid.erase(mark, end - mark);
  return uid;
}

// Exchange's GlobalObjectId names the instance's date in bytes 16 to 19 ([MS-OXOCAL] 2.2.1.27); the series
// has zeros there.
std::string without_instance_date(std::string uid) {
  constexpr std::string_view kPrefix = "040000008200e00074c5b7101a82e008";
  if (uid.size() >= 40 && uid.starts_with(kPrefix)) uid.replace(32, 8, "00000000");
  return uid;
}

}  // namespace

Fields fields_of(const Meeting& meeting) {
  Meeting canonical = meeting;
  if (canonical.attendees.is_set()) {
    auto attendees = meeting.attendees.value();
    for (Attendee& attendee : attendees) attendee.address = clean_address(attendee.address);
    std::erase_if(attendees, [](const Attendee& attendee) { return attendee.address.empty(); });
    std::ranges::sort(attendees, {}, &Attendee::address);
    const auto doubled = std::ranges::unique(attendees, {}, &Attendee::address);
    attendees.erase(doubled.begin(), doubled.end());
    canonical.attendees = std::move(attendees);
  }
  if (canonical.exceptions.is_set()) {
    auto exceptions = meeting.exceptions.value();
    std::ranges::sort(exceptions, {}, &Occurrence::original_start);
    canonical.exceptions = std::move(exceptions);
  }
  Fields out;
  each_field(canonical, [&out](std::string_view name, const auto& field) { put_field(out, name, field); });
  return out;
}

Result<Meeting> meeting_from(const Fields& fields) {
  Meeting out;
  Result<void> all;
  each_field(out, [&](std::string_view name, auto& field) {
    if (all) all = take_field(fields, name, field);
  });
  if (!all) return fail(std::move(all).error());
  return out;
}

std::string series_key(std::string_view uid, std::string_view organizer_address, const When& original_start) {
  std::string clean(uid);
  if (clean.starts_with("google:")) clean.erase(0, 7);
  std::ranges::transform(clean, clean.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  // Upper-case marks of Google's suffix are digits and T, Z, R: compare before lowering would differ only in
  // those.
  std::string upper_marks(uid.starts_with("google:") ? uid.substr(7) : uid);
  if (const std::string cut = without_google_suffix(upper_marks); cut != upper_marks) {
    clean = cut;
    std::ranges::transform(clean, clean.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  }
  clean = without_instance_date(std::move(clean));
  return clean + "|" + clean_address(organizer_address) + "|" +
         canonical_text(json_detail::to_value(original_start));
}

}  // namespace mailsync::model
