#include "admin/activity.h"

namespace mailsync::admin {
void Activity::pass_began(const sync::Mailbox& mailbox, schedule::Trigger trigger) {
  running_[mailbox.id] = {
      .mailbox = mailbox, .started_at = clock_.now(), .trigger = std::string(schedule::name_of(trigger))};
  touch(mailbox.id);
}

void Activity::turn_done(const sync::Mailbox& mailbox, sync::Kind kind, const std::string&,
                         const sync::Counts& turn) {
  if (const auto at = running_.find(mailbox.id); at != running_.end()) at->second.counts[kind].add(turn);
  touch(mailbox.id);
}

void Activity::pass_ended(const sync::Mailbox& mailbox, const schedule::Outcome& outcome) {
  Run run{.mailbox = mailbox, .started_at = clock_.now() - outcome.took};
  if (const auto at = running_.find(mailbox.id); at != running_.end()) {
    run = std::move(at->second);
    running_.erase(at);
  }
  run.id = outcome.report.run;
  run.trigger = schedule::name_of(outcome.trigger);
  run.requests = outcome.requests;
  run.mailbox = mailbox;
  run.finished_at = clock_.now();
  if (!outcome.report.counts.empty()) run.counts = outcome.report.counts;
  if (outcome.error) run.error = outcome.error->message;
  last_[mailbox.id] = std::move(run);
  touch(mailbox.id);
}

MailboxActivity Activity::of(MailboxId mailbox) const {
  MailboxActivity out;
  if (const auto at = running_.find(mailbox); at != running_.end()) out.running = at->second;
  if (const auto at = last_.find(mailbox); at != last_.end()) out.last = at->second;
  return out;
}

std::vector<Run> Activity::running(AccountId account) const {
  std::vector<Run> out;
  for (const auto& [id, run] : running_)
    if (run.mailbox.account == account) out.push_back(run);
  return out;
}

Activity::Standing Activity::standing(AccountId account) const {
  Standing out;
  for (const auto& [id, run] : running_)
    if (run.mailbox.account == account) out.running.insert(id);
  for (const auto& [id, run] : last_)
    if (run.mailbox.account == account && !run.error.empty()) out.errors[id] = run.error;
  return out;
}

}  // namespace mailsync::admin
