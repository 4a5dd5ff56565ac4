#include "server/progress.h"

#include <fmt/format.h>

#include "server/counts_json.h"

namespace mailsync::server {
namespace {

constexpr Duration kRedraw = std::chrono::milliseconds(100);
constexpr Duration kPlainLine = std::chrono::seconds(10);
constexpr int kBar = 16;

// How much is left is not known before the last page has come: the bar walks while work is done.
std::string bar(int64_t turns) {
  std::string cells(kBar, ' ');
  for (int i = 0; i < 5; ++i) cells[static_cast<size_t>((turns + i) % kBar)] = '=';
  return cells;
}

int64_t items_in(const sync::Counts& counts) {
  int64_t items = counts.to_crm_created + counts.to_crm_updated + counts.to_crm_deleted +
                  counts.to_crm_linked + counts.to_mailbox_created + counts.to_mailbox_updated +
                  counts.to_mailbox_deleted + counts.parked;
  for (const auto& [reason, number] : counts.skipped) items += number;
  return items;
}

}  // namespace

std::string ProgressLines::text_of(const Line& line) const {
  std::string text;
  for (const auto& [kind, number] : line.done)
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", number, model::name_of(kind),
                        number == 1 ? "" : "s");
  return text;
}

void ProgressLines::pass_began(const sync::Mailbox& mailbox, schedule::Trigger) {
  if (quiet_) return;
  if (!lines_.contains(mailbox.id)) order_.push_back(mailbox.id);
  lines_[mailbox.id] = {.address = mailbox.address, .shown = clock_.now()};
  if (terminal_)
    draw(true);
  else
    fmt::print(stderr, "{}: begins\n", mailbox.address);
}

void ProgressLines::turn_done(const sync::Mailbox& mailbox, sync::Kind kind, const std::string&,
                              const sync::Counts& counts) {
  if (quiet_) return;
  Line& line = lines_[mailbox.id];
  line.done[kind] += items_in(counts);
  ++line.turns;
  if (terminal_) return draw(false);
  if (clock_.now() - line.shown < kPlainLine) return;
  line.shown = clock_.now();
  fmt::print(stderr, "{}: {} so far\n", line.address, text_of(line));
}

void ProgressLines::pass_ended(const sync::Mailbox& mailbox, const schedule::Outcome& outcome) {
  if (quiet_) return;
  Line& line = lines_[mailbox.id];
  const double seconds = static_cast<double>(outcome.took.count()) / 1e6;
  line.ended =
      outcome.error ? "stopped: " + outcome.error->message : fmt::format("done in {:.1f} s", seconds);
  if (terminal_)
    draw(true);
  else
    fmt::print(stderr, "{}: {}{}{}\n", line.address, text_of(line), line.done.empty() ? "" : ", ",
               line.ended);
}

void ProgressLines::draw(bool at_once) {
  if (!at_once && clock_.now() - drawn_at_ < kRedraw) return;
  drawn_at_ = clock_.now();
  std::string screen;
  if (drawn_ > 0) screen += fmt::format("\x1b[{}A", drawn_);
  for (const MailboxId id : order_) {
    const Line& line = lines_[id];
    screen +=
        fmt::format("\r\x1b[2K{:<32} [{}] {}  {}\n", line.address,
                    line.ended.empty() ? bar(line.turns) : std::string(kBar, '='), text_of(line), line.ended);
  }
  drawn_ = order_.size();
  fmt::print(stderr, "{}", screen);
}

}  // namespace mailsync::server
