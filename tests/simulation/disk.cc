#include "tests/simulation/disk.h"

#include <optional>

namespace mailsync::sim {
namespace {

using What = DiskTrouble::What;

// The armed trouble of these kinds whose turn has come.
std::optional<DiskTrouble> next(DiskState& state, bool commit) {
  for (auto at = state.armed.begin(); at != state.armed.end(); ++at) {
    if ((at->what == What::Statement || at->what == What::DiesAtStatement) == commit) continue;
    if (at->after > 0) {
      --at->after;
      continue;
    }
    DiskTrouble out = std::move(*at);
    state.armed.erase(at);
    state.on_strike(out.name);
    return out;
  }
  return std::nullopt;
}

// Fails by plan, and then for good, as a session does.
template <typename Base>
class Watched final : public Base {
 public:
  Watched(Base& inner, DiskState& state) : inner_(inner), state_(state) {}
  Result<db::Rows> query(std::string_view sql, std::span<const db::Value> params) override {
    TRY_VOID(pass());
    return inner_.query(sql, params);
  }
  Result<int64_t> execute(std::string_view sql, std::span<const db::Value> params) override {
    TRY_VOID(pass());
    state_.last_sql = sql;
    return inner_.execute(sql, params);
  }
  Result<void> execute_batch(std::string_view sql, std::span<const db::Params> rows) override {
    TRY_VOID(pass());
    state_.last_sql = sql;
    return inner_.execute_batch(sql, rows);
  }
  Result<db::Rows> query_batch(std::string_view sql, std::span<const db::Params> rows) override {
    TRY_VOID(pass());
    state_.last_sql = sql;
    return inner_.query_batch(sql, rows);
  }
  Result<void> pass() {
    if (!failed_) {
      ++state_.statements;
      const auto trouble = next(state_, false);
      failed_ = trouble.has_value();
      if (failed_ && trouble->what == What::DiesAtStatement) state_.on_death();
    }
    if (failed_) return fail(ErrorKind::Transient, "the database lost the connection");
    return {};
  }
  bool failed() const { return failed_; }

 private:
  Base& inner_;
  DiskState& state_;
  bool failed_ = false;
};

}  // namespace

// A worker whose lease was taken over must not change anything any more.
Result<void> Disk::check_fence(db::SqlTransaction& tx) {
  // Bytes on their way in belong to nobody until a commit that is checked refers to them.
  if (!lease_ || state_.last_sql.find("crm_blob") != std::string::npos) return {};
  TRY(const auto rows,
      tx.query("SELECT fencing_token FROM mailbox_lease WHERE mailbox_id = $1", {lease_->mailbox}));
  ++state_.fenced_commits;
  if (rows.empty() || rows.front()[0].integer() != lease_->fencing_token)
    state_.on_violation("a worker committed under fencing token " + std::to_string(lease_->fencing_token) +
                        " after another one had taken the lease: " + state_.last_sql);
  return {};
}

Result<void> Disk::write(db::Durability durability,
                         const std::function<Result<void>(db::SqlTransaction&)>& work) {
  auto trouble = std::optional<DiskTrouble>();
  bool reached = false;
  state_.last_sql.clear();
  auto done = inner_.write(durability, [&](db::SqlTransaction& tx) -> Result<void> {
    Watched<db::SqlTransaction> watched(tx, state_);
    TRY_VOID(work(watched));
    if (watched.failed()) return fail(ErrorKind::Transient, "the database lost the connection");
    TRY_VOID(check_fence(tx));
    reached = true;
    ++state_.commits;
    trouble = next(state_, true);
    if (trouble && trouble->what == What::BeforeCommit) state_.on_death();
    if (trouble && trouble->what != What::AfterCommit && trouble->what != What::CommitUnknown)
      return fail(ErrorKind::Transient, "the commit failed");
    return {};
  });
  if (!reached || !trouble || !done) return done;
  if (trouble->what == What::AfterCommit) state_.on_death();
  return fail(Error{.kind = ErrorKind::Transient,
                    .message = "the connection broke during the commit",
                    .vendor_code = "commit_unknown"});
}

Result<void> Disk::read(const std::function<Result<void>(db::Session&)>& work) {
  return inner_.read([&](db::Session& session) -> Result<void> {
    Watched<db::Session> watched(session, state_);
    TRY_VOID(work(watched));
    if (watched.failed()) return fail(ErrorKind::Transient, "the database lost the connection");
    return {};
  });
}

}  // namespace mailsync::sim
