#include <algorithm>

#include "model/meeting.h"
#include "sync/issue_words.h"
#include "sync/plan_cases.h"

namespace mailsync::sync {

Issue issue_about(const Situation& s, std::string key, std::string severity, std::string title,
                  std::string remedy) {
  const IssueWords words = issue_words(key);
  Issue issue{.mailbox = s.mailbox,
              .key = std::move(key),
              .kind = s.kind,
              .severity = std::move(severity),
              .title = std::move(title),
              .cause = std::string(words.cause),
              .effect = std::string(words.effect),
              .remedy = std::move(remedy),
              .opened_at = s.now};
  if (s.item) issue.remote_id = s.item->id;
  if (s.link) issue.remote_id = s.link->remote_id;
  if (s.record) issue.record = s.record->id;
  return issue;
}

std::string key_of(const Situation& s, std::string_view what) {
  std::string key(what);
  if (s.link || s.item) return key + ":" + (s.link ? s.link->remote_id.value : s.item->id.value);
  return key + ":record:" + std::to_string(s.record ? s.record->id.value : 0);
}

Directions directions(const Situation& s) {
  const auto at = s.profile.directions.find(s.kind);
  return at == s.profile.directions.end() ? Directions{} : at->second;
}

Plan skip(std::string reason) {
  return {.skipped = std::move(reason)};
}

namespace {

size_t attendee_count(const Fields& fields) {
  const auto meeting = model::meeting_from(fields);
  return meeting && meeting->attendees.is_set() ? meeting->attendees.value().size() : 0;
}

}  // namespace

// A write to this item would make the server mail people, and nobody asked for that.
bool would_mail(const Situation& s, const Fields& written) {
  if (s.kind != Kind::Meeting || s.in_mailbox.silent_writes) return false;
  if (s.record && s.record->send_requested) return false;
  if (s.item && s.item->others_would_be_mailed) return true;
  if (s.link && s.link->is_organizer && attendee_count(s.link->base.mailbox) > 0) return true;
  return attendee_count(written) > 0;
}

void wait_for_send(const Situation& s, Plan& plan, const Fields& fields) {
  const size_t people = std::max(attendee_count(fields), s.link ? attendee_count(s.link->base.mailbox) : 0);
  plan.issues.push_back(issue_about(s, key_of(s, "would_mail"), "info",
                                    "A change to a meeting waits: writing it would mail " +
                                        (people == 1 ? "1 person" : std::to_string(people) + " people"),
                                    "Open the meeting in the CRM and save it with \"Mail the attendees about "
                                    "this change\" to write it and mail them."));
  plan.skipped = "would_mail_others";
  for (const auto& [name, text] : fields) plan.waiting.insert(name);
  plan.remote.reset();
}

Link new_link(const Situation& s, MadeBy made_by) {
  Link link{.mailbox = s.mailbox, .kind = s.kind, .made_by = made_by, .marked = true, .synced_at = s.now};
  if (s.item) {
    link.remote_id = s.item->id;
    link.remote_version = s.item->version;
    link.container = s.item->container;
    link.series_key = s.item->series_key;
    link.is_organizer = s.item->is_organizer;
    link.sequence = s.item->sequence;
    link.marked = s.item->marked;
  }
  if (s.record) {
    link.record = s.record->id;
    link.record_version = s.record->version;
    if (link.series_key.empty()) link.series_key = s.record->series_key;
  }
  return link;
}

void report_conflicts(Plan& plan, const Merge& merged) {
  plan.conflicts = merged.conflicts;
  if (merged.conflicts.empty()) return;
  std::string names;
  for (const Conflict& conflict : merged.conflicts) names += (names.empty() ? "" : ", ") + conflict.field;
  plan.rule = "conflict on " + names;
}

Plan freeze(const Situation& s, LinkState state, std::string cause, std::string rule) {
  Plan plan{.cause = std::move(cause), .rule = std::move(rule)};
  plan.link = s.link;
  plan.link->state = state;
  // Nothing was merged: what a side changed meanwhile is still a change when the link comes back.
  plan.waiting = shared_fields(s.in_mailbox, s.in_crm);
  if (s.item) plan.link->marked = s.item->marked;
  if (state == LinkState::Dismissed) plan.link->marked = false;  // put back with its mark, it is marked again
  return plan;
}

}  // namespace mailsync::sync
