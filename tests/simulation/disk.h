// The database of a simulated process: statements fail, the process dies around commits, and every commit of
// a worker is checked against the lease (invariant 9).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "db/database.h"
#include "sync/state_store.h"

namespace mailsync::sim {

struct DiskTrouble {
  std::string name;
  enum class What {
    Statement,
    DiesAtStatement,
    BeforeCommit,
    AfterCommit,
    CommitFails,
    CommitUnknown
  } what = What::Statement;
  uint64_t after = 0;  // statements or commits that still go well before it
};

// Shared by all workers of one simulated machine.
struct DiskState {
  std::vector<DiskTrouble> armed;
  std::function<void(const std::string&)> on_strike;
  std::function<void()> on_death;
  std::function<void(const std::string&)> on_violation;
  int64_t commits = 0, statements = 0, fenced_commits = 0;
  std::string last_sql;  // of the transaction under way, what was written last
};

// As one worker sees it. `lease` is the one this worker believes to hold; absent for users of the CRM.
class Disk final : public db::Database {
 public:
  Disk(db::Database& inner, DiskState& state, std::optional<sync::Lease> lease = {})
      : inner_(inner), state_(state), lease_(lease) {}
  db::Engine engine() const override { return inner_.engine(); }
  Result<void> write(db::Durability durability,
                     const std::function<Result<void>(db::SqlTransaction&)>& work) override;
  Result<void> read(const std::function<Result<void>(db::Session&)>& work) override;

 private:
  Result<void> check_fence(db::SqlTransaction& tx);

  db::Database& inner_;
  DiskState& state_;
  std::optional<sync::Lease> lease_;
};

}  // namespace mailsync::sim
