// Notes how passes ended early, for the statistics: throttled, refused, away.
#pragma once

#include "base/log.h"
#include "schedule/scheduler.h"
#include "store/statistics.h"

namespace mailsync::server {

class OutcomeNotes final : public schedule::Observer {
 public:
  // Both outlive it.
  OutcomeNotes(Executor& executor, store::Statistics& statistics)
      : executor_(executor), statistics_(statistics) {}

  void pass_ended(const sync::Mailbox& mailbox, const schedule::Outcome& outcome) override {
    // Given up because somebody paused or removed it: nothing went wrong.
    if (!outcome.error || outcome.error->kind == ErrorKind::Cancelled) return;
    executor_.spawn(note(*this, mailbox.id, std::string(name_of(outcome.error->kind))));
  }

 private:
  static Task<void> note(OutcomeNotes& self, MailboxId mailbox, std::string outcome) {
    const auto noted = co_await self.executor_.blocking([&self, mailbox, outcome] {
      return self.statistics_.note_outcome(mailbox, sync::day_of(self.executor_.clock().now()), outcome);
    });
    if (!noted) log::error("outcome_not_noted", noted.error(), {{"mailbox", mailbox}});
  }

  Executor& executor_;
  store::Statistics& statistics_;
};

}  // namespace mailsync::server
