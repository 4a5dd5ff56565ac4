#include "sync/explain_words.h"

#include <map>

#include "sync/tuning.h"
#include "sync/undo_plan.h"
#include "sync/value_words.h"

namespace mailsync::sync {

namespace {

using Side = JournalEntry::Side;
using State = JournalEntry::State;

std::string_view done_word(const std::string& action) {
  static const std::map<std::string, std::string_view, std::less<>> words{
      {"create", "created"},     {"update", "changed"},
      {"delete", "deleted"},     {"link", "linked to what is there"},
      {"freeze", "frozen"},      {"resume", "resumed"},
      {"dismiss", "dismissed"},  {"end", "ended"},
      {"overrule", "overruled"}, {"send", "sent"},
      {"unlink", "parted"},      {"follow", "known again"}};
  const auto at = words.find(action);
  return at == words.end() ? std::string_view(action) : at->second;
}

std::string_view outcome_word(State state) {
  switch (state) {
    case State::Intended:
      return "was about to be ";
    case State::Done:
      return "";
    case State::Refused:
      return "was refused to be ";
    case State::Failed:
      return "failed to be ";
  }
  std::unreachable();
}

// "company, job title"; with values: "company: nothing → Acme".
std::string fields_of(const JournalEntry& entry, bool with_values) {
  const auto before = model::fields_from_json(entry.before.empty() ? "{}" : entry.before);
  const auto after = model::fields_from_json(entry.after.empty() ? "{}" : entry.after);
  if (!before || !after) return {};
  Fields all = *before;
  all.insert(after->begin(), after->end());
  std::string out;
  for (const auto& [name, text] : all) {
    const auto old = before->find(name), now = after->find(name);
    const std::string was = old == before->end() ? std::string(model::kCleared) : old->second;
    const std::string is = now == after->end() ? std::string(model::kCleared) : now->second;
    if (was == is) continue;
    out += (out.empty() ? "" : with_values ? "; " : ", ") + field_words(name);
    if (with_values) out += ": " + value_words(was) + " → " + value_words(is);
  }
  return out;
}

std::string sentence(const JournalEntry& entry, bool with_values) {
  std::string out = std::string(entry.side == Side::Crm ? "In the CRM" : "In the mailbox") + ": " +
                    std::string(outcome_word(entry.state)) + std::string(done_word(entry.action));
  if (!entry.cause.empty()) out += ", because: " + entry.cause;
  if (!entry.rule.empty()) out += " (rule: " + entry.rule + ")";
  if (const std::string fields = fields_of(entry, with_values); !fields.empty()) out += "; " + fields;
  if (with_values && !entry.outcome.empty()) out += ". " + entry.outcome;
  return out + ". Pass " + entry.run.value + ".";
}

// Reasons as summaries count them, for people. {} stands for the category.
const std::map<std::string, std::string, std::less<>>& reasons() {
  static const std::map<std::string, std::string, std::less<>> all{
      {"not_marked", "it does not carry the category \"{}\", and no rule of automatic capture takes it"},
      {"draft", "it is a draft"},
      {"private", "it is private, and only a mark shares what is private"},
      {"blocked", "somebody in it is on the block list"},
      {"internal", "everybody in it is internal"},
      {"too_old", "it is older than the history of automatic capture; marking it shares it all the same"},
      {"unknown_people", "nobody in it is known to the CRM"},
      {"automatic", "it is bulk or automatic mail"},
      {"direction_off", "this kind is not synced in this direction"},
      {"deleted", "it is in Deleted Items"},
      {"review", "it may be one of several people in the CRM; somebody has to decide"},
      {"doubled", "another item of this mailbox is the same record"},
      {"out_of_scope", "the record is not in this user's scope"},
      {"others_meeting", "the meeting lives in another calendar"},
      {"would_mail_others", "writing it would mail others, and nobody asked for that"},
      {"mailbox_read_only", "the mailbox cannot be written to"},
      {"crm_read_only", "the CRM cannot be written to"},
      {"unreadable", "it could not be read"}};
  return all;
}

}  // namespace

ExplainStep step_of(const JournalEntry& entry) {
  return {.at = entry.at, .words = sentence(entry, true), .plain = sentence(entry, false), .change = {}};
}

std::string verdict_of(const Link& link, const std::string& rule, bool gone) {
  switch (link.state) {
    case LinkState::Active:
      return gone ? "Shared by the rule \"" + rule + "\"; the item is not in the mailbox any more."
                  : "Shared by the rule \"" + rule + "\": both sides are kept in step.";
    case LinkState::Frozen:
      return "Not synced any more: its category was taken off, or it left the scope. Marking it again "
             "resumes "
             "the pair.";
    case LinkState::Dismissed:
      return "Dismissed: it was deleted in the mailbox. The CRM keeps its record, and the item is not "
             "offered "
             "again until it is marked.";
    case LinkState::Tombstone:
      return "Ended: the record was deleted, or the sharing was undone. It stays out until its category is "
             "taken "
             "off and put on again.";
  }
  std::unreachable();
}

std::string verdict_of_unlinked(const Profile& profile, const std::string& left_out, const std::string& rule,
                                bool gone) {
  if (gone) return "Not shared: it is in neither place any more.";
  if (left_out.empty() || left_out == "unchanged")
    return "Not shared yet: the next pass shares it, by the rule \"" + rule + "\".";
  const auto at = reasons().find(left_out);
  std::string why = at == reasons().end() ? left_out : at->second;
  if (const size_t mark = why.find("{}"); mark != std::string::npos) why.replace(mark, 2, profile.category);
  return "Not shared: " + why + ".";
}

std::string release_of(const Issue& issue) {
  std::string out;
  if (issue.retry_at.us != 0 && issue.attempts <= kParkedTries) out = "It is tried again by itself. ";
  return out + issue.remedy;
}

std::string text_of(const Explanation& explanation, bool with_content) {
  std::string out = std::string(model::name_of(explanation.kind));
  if (with_content && !explanation.title.empty()) out += " \"" + explanation.title + "\"";
  if (explanation.record) out += ", record " + std::to_string(explanation.record.value);
  if (explanation.remote_id) out += ", item " + explanation.remote_id.value;
  out += "\n" + explanation.verdict + "\n";
  for (const ExplainStep& step : explanation.steps)
    out += (step.at.us == 0 ? std::string() : step.at.to_iso() + " ") +
           (with_content ? step.words : step.plain) + "\n";
  for (const Issue& issue : explanation.issues)
    out += "Open issue " + issue.key.substr(0, issue.key.find(':')) + " since " + issue.opened_at.to_iso() +
           (with_content ? ": " + issue.title : std::string()) + "\n";
  if (!explanation.waits_for.empty()) out += "What would release it: " + explanation.waits_for + "\n";
  return out;
}

}  // namespace mailsync::sync
