#include "tests/simulation/checks.h"

#include "tests/simulation/faults.h"

namespace mailsync::sim {
namespace {

// More than any pass of a run this size has a reason to make: what loops asks without end.
constexpr uint64_t kMostCalls = 600;

// Every row a quiet pass must leave alone, by table.
std::map<std::string, std::vector<std::string>> rows_of(Rig& rig) {
  static constexpr std::array kTables = {
      std::pair{"link", "SELECT * FROM link ORDER BY id"},
      std::pair{"journal", "SELECT * FROM journal ORDER BY id"},
      std::pair{"removal_hint",
                "SELECT * FROM removal_hint ORDER BY mailbox_id, kind, remote_id, collection"},
      std::pair{"issue", "SELECT id, key, title FROM issue ORDER BY id"},
      std::pair{"crm_record", "SELECT id, version, deleted, owner_id, fields FROM crm_record ORDER BY id"},
      std::pair{"crm_email_copy", "SELECT * FROM crm_email_copy ORDER BY email_id, mailbox_id"},
      std::pair{"crm_outbox", "SELECT id, state, attempts FROM crm_outbox ORDER BY id"}};
  std::map<std::string, std::vector<std::string>> out;
  rig.read([&](db::Session& session) -> Result<void> {
    for (const auto& [name, sql] : kTables) {
      TRY(const auto rows, session.query(sql));
      for (const auto& row : rows) {
        std::string line;
        for (const db::Value& value : row) line += describe(value) + " | ";
        out[name].push_back(std::move(line));
      }
    }
    return {};
  });
  return out;
}

void round(Rig& rig, int number) {
  for (Seat& seat : rig.seats) {
    ++rig.tally.steps["passes"];
    const auto report = rig.pass(seat);
    ++rig.tally.checks["7 passes work again"];
    if (!report)
      rig.violation("invariant 7: nothing is wrong any more, but pass " + std::to_string(number) + " over " +
                    seat.row.address + " ends with " + std::string(name_of(report.error().kind)) + ": " +
                    report.error().message);
    check_after_pass(rig);
    if (!rig.violations.empty()) return;
  }
  rig.advance(std::chrono::minutes(1));
}

void check_quiet(Rig& rig) {
  const auto before = rows_of(rig);
  const uint64_t writes = rig.world.counters.writes;
  const size_t mails = rig.world.outbox().size();
  round(rig, 3);
  ++rig.tally.checks["3 quiet"];
  if (rig.world.counters.writes != writes)
    rig.violation("invariant 3: the third pass wrote " + std::to_string(rig.world.counters.writes - writes) +
                  " times to a mailbox: " + rig.last_write);
  if (rig.world.outbox().size() != mails) rig.violation("invariant 3: the third pass mailed somebody");
  for (const auto& [table, rows] : rows_of(rig)) {
    const auto old = before.contains(table) ? before.at(table) : std::vector<std::string>{};
    if (old == rows) continue;
    size_t i = 0;
    while (i < old.size() && i < rows.size() && old[i] == rows[i]) ++i;
    rig.violation("invariant 3: the third pass wrote to " + table + ": before: " +
                  (i < old.size() ? old[i] : "-") + " after: " + (i < rows.size() ? rows[i] : "-"));
  }
}

}  // namespace

std::string describe(const db::Value& value) {
  return std::visit(
      [](const auto& held) -> std::string {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return "NULL";
        } else if constexpr (std::is_same_v<T, std::string>) {
          return held;
        } else if constexpr (std::is_arithmetic_v<T>) {
          return std::to_string(held);
        } else {
          return held.bytes;
        }
      },
      value.variant());
}

void check_after_pass(Rig& rig) {
  ++rig.tally.checks["8 bounded calls"];
  if (rig.most_calls_in_a_pass > kMostCalls)
    rig.violation("invariant 8: a pass made " + std::to_string(rig.most_calls_in_a_pass) + " calls");
  ++rig.tally.checks["10 stolen tokens"];
  if (rig.evil_requests > 0) rig.violation("invariant 10: a stranger's server was sent a token");
  rig.tally.checks["9 fenced commits"] += std::exchange(rig.disk.fenced_commits, 0);
}

void settle(Rig& rig) {
  calm(rig);
  rig.advance(std::chrono::hours(13));  // longer than any parked item waits
  for (int number = 1; number <= 2 && rig.violations.empty(); ++number) round(rig, number);
  if (!rig.violations.empty()) return;
  check_quiet(rig);
  ++rig.tally.steps["settled"];
  check_sides(rig);
  check_tokens(rig);
  check_mail(rig);
  check_store(rig);
  if (!rig.violations.empty()) tell_histories(rig);
}

}  // namespace mailsync::sim
