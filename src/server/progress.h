// The progress of passes on standard error: a bar per mailbox on a terminal, plain lines anywhere else.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "schedule/scheduler.h"

namespace mailsync::server {

class ProgressLines final : public schedule::Observer {
 public:
  // quiet: nothing is shown (--json).
  ProgressLines(const Clock& clock, bool terminal, bool quiet)
      : clock_(clock), terminal_(terminal), quiet_(quiet) {}

  void pass_began(const sync::Mailbox& mailbox, schedule::Trigger trigger) override;
  void turn_done(const sync::Mailbox& mailbox, sync::Kind kind, const std::string& collection,
                 const sync::Counts& counts) override;
  void pass_ended(const sync::Mailbox& mailbox, const schedule::Outcome& outcome) override;

 private:
  struct Line {
    std::string address;
    std::map<sync::Kind, int64_t> done;
    int64_t turns = 0;
    std::string ended;  // words, once it has
    Instant shown;      // when a plain line was last written
  };
  std::string text_of(const Line& line) const;
  void draw(bool now);

  const Clock& clock_;
  const bool terminal_;
  const bool quiet_;
  std::vector<MailboxId> order_;
  std::map<MailboxId, Line> lines_;
  size_t drawn_ = 0;  // lines on the screen now
  Instant drawn_at_;
};

}  // namespace mailsync::server
