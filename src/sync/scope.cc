#include "sync/scope.h"

#include <algorithm>
#include <optional>

#include "model/meeting.h"
#include "model/task.h"

namespace mailsync::sync {

namespace {

std::string domain_of(const std::string& address) {
  const size_t at = address.rfind('@');
  return at == std::string::npos ? std::string() : address.substr(at + 1);
}

bool is_internal(const std::string& address, const People& people) {
  return people.own_addresses.contains(address) || people.internal_domains.contains(domain_of(address));
}

bool is_blocked(const std::string& address, const People& people) {
  return people.blocked.contains(address) || people.blocked.contains("@" + domain_of(address));
}

std::vector<std::string> participants(const model::EmailHead& head) {
  std::vector<std::string> out;
  const auto add = [&out](const model::Address& a) {
    if (!a.address.empty() && std::ranges::find(out, a.address) == out.end()) out.push_back(a.address);
  };
  add(head.from);
  for (const auto* list : {&head.to, &head.cc, &head.bcc}) std::ranges::for_each(*list, add);
  return out;
}

// Who takes part forbids automatic capture; "" when nobody does.
std::string_view stopped_by(const std::vector<std::string>& everyone, const People& people) {
  if (std::ranges::any_of(everyone, [&](const auto& a) { return is_blocked(a, people); })) return "blocked";
  if (std::ranges::all_of(everyone, [&](const auto& a) { return is_internal(a, people); })) return "internal";
  return {};
}

// Automatic capture: what it asks for, or the reason it stops at.
Verdict judge_capture(const model::EmailHead& head, const EmailFacts& facts, const Profile& profile,
                      const People& people, Instant now) {
  if (profile.capture_emails == Capture::Off) return {.reason = "not_marked"};
  if (head.is_private) return {.reason = "private"};
  const auto everyone = participants(head);
  if (const auto reason = stopped_by(everyone, people); !reason.empty())
    return {.reason = std::string(reason)};
  const Instant moment = head.received_at.value_or(head.sent_at.value_or(now));
  if (moment < now - profile.history) return {.reason = "too_old"};
  if (facts.conversation_shared) return {.share = true, .rule = "conversation"};
  if (profile.capture_emails == Capture::SharedConversations) return {.reason = "not_marked"};
  if (facts.known_person) return {.share = true, .rule = "known person"};
  if (profile.capture_emails == Capture::KnownPeople) return {.reason = "unknown_people"};
  if (head.is_automatic) return {.reason = "automatic"};
  return {.share = true, .rule = "external person"};
}

// The day after which a meeting is over; nullopt: it goes on, or nobody can say.
std::optional<Instant> end_of(const model::Fields& fields) {
  const auto meeting = model::meeting_from(fields);
  if (!meeting || !meeting->start.is_set()) return std::nullopt;
  if (meeting->recurrence.is_set()) {
    const model::Recurrence& rule = meeting->recurrence.value();
    if (rule.end != model::Recurrence::End::Until) return std::nullopt;
    return Instant{(rule.until.days_since_epoch() + 2) * 86'400'000'000};
  }
  return model::instant_of(meeting->end.is_set() ? meeting->end.value() : meeting->start.value(), "UTC");
}

}  // namespace

Verdict judge_meeting(const RemoteItem& item, const MeetingFacts& facts, const Profile& profile,
                      const People& people, Instant now) {
  if (profile.capture_meetings == Capture::Off || profile.capture_meetings == Capture::SharedConversations)
    return {.reason = item.is_private ? "private" : "not_marked"};
  if (item.is_private) return {.reason = "private"};
  if (item.is_cancelled) return {.reason = "cancelled"};
  if (const auto reason = stopped_by(meeting_participants(item.fields), people); !reason.empty())
    return {.reason = std::string(reason)};
  if (const auto end = end_of(item.fields); end && *end < now - profile.history) return {.reason = "too_old"};
  if (facts.known_person) return {.share = true, .rule = "known person"};
  if (profile.capture_meetings == Capture::KnownPeople) return {.reason = "unknown_people"};
  return {.share = true, .rule = "external person"};
}

std::vector<std::string> meeting_participants(const model::Fields& fields) {
  std::vector<std::string> out;
  const auto meeting = model::meeting_from(fields);
  if (!meeting) return out;
  if (meeting->organizer.is_set() && !meeting->organizer.value().address.empty())
    out.push_back(meeting->organizer.value().address);
  for (const model::Attendee& attendee : meeting->attendees.value_or({}))
    if (attendee.type != model::Attendee::Type::Resource && !attendee.address.empty())
      out.push_back(attendee.address);
  return out;
}

Verdict judge_email(const model::EmailHead& head, const EmailFacts& facts, const Profile& profile,
                    const People& people, Instant now) {
  if (head.is_draft) return {.reason = "draft"};
  const auto direction = profile.directions.find(Kind::Email);
  if (direction != profile.directions.end() && !direction->second.to_crm) return {.reason = "direction_off"};
  if (facts.marked) return {.share = true, .rule = "category"};
  if (profile.share_whole_conversation && facts.conversation_shared && !head.is_private)
    return {.share = true, .rule = "conversation"};
  return judge_capture(head, facts, profile, people, now);
}

std::vector<std::string> other_participants(const model::EmailHead& head, const People& people) {
  std::vector<std::string> out = participants(head);
  std::erase_if(out, [&](const std::string& address) { return people.own_addresses.contains(address); });
  return out;
}

bool has_aged_out(Kind kind, const model::Fields& fields, const Profile& profile, Instant now) {
  if (kind == Kind::Task) {
    const auto task = model::task_from(fields);
    if (!task || task->status.value_or(model::Task::Status::NotStarted) != model::Task::Status::Completed)
      return false;
    const auto* day = task->completed_on.get();
    return day && (day->days_since_epoch() + profile.completed_task_days) * 86'400'000'000 < now.us;
  }
  if (kind == Kind::Meeting) {
    const auto meeting = model::meeting_from(fields);
    if (!meeting || meeting->recurrence.is_set() || !meeting->start.is_set()) return false;
    const model::When last = meeting->end.is_set() ? meeting->end.value() : meeting->start.value();
    const auto ends = model::instant_of(last, "UTC"),
               starts = model::instant_of(meeting->start.value(), "UTC");
    if (!ends || !starts) return false;
    return *ends < now - std::chrono::days(profile.meeting_days_back) ||
           *starts > now + std::chrono::days(31) * profile.meeting_months_ahead;
  }
  return false;
}

}  // namespace mailsync::sync
