#include "sync/dry_notes.h"

namespace mailsync::sync {

namespace {

constexpr size_t kTitles = 2000;

std::string key_of(const RemoteId& id) {
  return "i" + id.value;
}
std::string key_of(RecordId id) {
  return "r" + std::to_string(id.value);
}

PlanAction action_of(const std::string& action) {
  if (action == "create") return PlanAction::Create;
  if (action == "update") return PlanAction::Change;
  if (action == "delete") return PlanAction::Delete;
  if (action == "link") return PlanAction::Merge;
  return PlanAction::Keep;
}

// What an entry that writes no content says to people.
std::string note_of(const JournalEntry& entry) {
  if (entry.action == "overrule")
    return "Both sides changed it; this value is overruled, and kept in the journal.";
  if (entry.action == "freeze") return "The pair is not synced any more until it is marked again.";
  if (entry.action == "resume") return "The pair is synced again.";
  if (entry.action == "dismiss") return "It is not offered to this mailbox again until it is marked.";
  if (entry.action == "unlink") return "The pair is parted; both sides stay as they are.";
  if (entry.action == "end") return "The pair has ended; nothing is made anew for it.";
  return entry.outcome;
}

}  // namespace

void DryNotes::Titles::put(std::string key, std::string title) {
  if (title.empty()) return;
  if (young_.size() >= kTitles) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_.insert_or_assign(std::move(key), std::move(title));
}

std::string DryNotes::Titles::get(const std::string& key) const {
  for (const auto* titles : {&young_, &old_})
    if (const auto at = titles->find(key); at != titles->end()) return at->second;
  return {};
}

void DryNotes::seen(const RemoteItem& item) {
  titles_.put(key_of(item.id), item.head ? item.head->subject : title_of(item.kind, item.fields));
}

void DryNotes::seen(const CrmRecord& record) {
  titles_.put(key_of(record.id), title_of(record.kind, record.fields));
}

void DryNotes::seen(RecordId record, const model::EmailHead& head) {
  titles_.put(key_of(record), head.subject);
}

std::string DryNotes::title_for(Kind kind, const RemoteId& item, RecordId record, const std::string& before,
                                const std::string& after) const {
  if (record)
    if (std::string title = titles_.get(key_of(record)); !title.empty()) return title;
  if (item)
    if (std::string title = titles_.get(key_of(item)); !title.empty()) return title;
  for (const std::string* json : {&after, &before})
    if (const auto fields = model::fields_from_json(*json))
      if (std::string title = title_of(kind, *fields); !title.empty()) return title;
  return {};
}

void DryNotes::add(PlanItem item) {
  ++total_;
  if (total_ > kPlanItems) return;
  item.number = total_;
  items_.push_back(std::move(item));
}

void DryNotes::journaled(const JournalEntry& entry) {
  add({.kind = entry.kind,
       .side = entry.side,
       .action = action_of(entry.action),
       .title = title_for(entry.kind, entry.remote_id, entry.record, entry.before, entry.after),
       .remote_id = entry.remote_id,
       .record = entry.record,
       .link = entry.link,
       .before = entry.before,
       .after = entry.after,
       .cause = entry.cause,
       .rule = entry.rule,
       .note = note_of(entry)});
}

void DryNotes::issue(const Issue& issue) {
  if (!issue.kind) return;
  const bool parks =
      issue.key.starts_with("item:") || issue.key.starts_with("held") || issue.key.starts_with("review");
  add({.kind = *issue.kind,
       .side = issue.remote_id ? JournalEntry::Side::Crm : JournalEntry::Side::Mailbox,
       .action = parks ? PlanAction::Park : PlanAction::Keep,
       .title = title_for(*issue.kind, issue.remote_id, issue.record, "{}", "{}"),
       .remote_id = issue.remote_id,
       .record = issue.record,
       .cause = issue.title,
       .rule = issue.key.substr(0, issue.key.find(':')),
       .note = issue.remedy});
}

void DryNotes::mail(Kind kind, const RemoteId& item, std::string title, size_t people) {
  ++mails_;
  add({.kind = kind,
       .side = JournalEntry::Side::Mailbox,
       .action = PlanAction::Mail,
       .title = std::move(title),
       .remote_id = item,
       .cause = "a user asked for it",
       .rule = "mail to others",
       .note = "It mails " + (people == 1 ? "1 person" : std::to_string(people) + " people") + "."});
}

}  // namespace mailsync::sync
