// What the program counts, in Prometheus' text form. No label names an address, an item or anything of a
// mail.
#pragma once

#include <memory>
#include <string>

#include "schedule/scheduler.h"

namespace mailsync::server {

class Metrics final : public schedule::Observer {
 public:
  Metrics();
  ~Metrics() override;

  void turn_done(const sync::Mailbox& mailbox, sync::Kind kind, const std::string& collection,
                 const sync::Counts& counts) override;
  void pass_ended(const sync::Mailbox& mailbox, const schedule::Outcome& outcome) override;

  // `area`: "api", "page", "notice", "health": never a path.
  void request_done(std::string_view area, int status, Duration took);
  // "validation", "accepted", "unknown", "too_many", "broken"
  void notice(std::string_view result);

  // Everything, with the scheduler's standing as it is now (nullptr: there is none).
  std::string text(const schedule::Scheduler* scheduler);

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace mailsync::server
