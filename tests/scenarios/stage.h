// A whole world in one process under one seed: the lab's tenant behind its in-process client, the real Graph
// replica, the real engine, the real store and CRM on SQLite, virtual time. A crash destroys every frame and
// reopens nothing but memory: what was committed stays, what was not is gone.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/seeded_executor.h"
#include "crm/builtin/local_replica.h"
#include "crm/builtin/outbox.h"
#include "crm/builtin/schema.h"
#include "crm/builtin/users.h"
#include "db/database.h"
#include "lab/fronts/graph/graph_front.h"
#include "lab/host.h"
#include "lab/in_process_client.h"
#include "lab/world.h"
#include "mailbox/graph/replica.h"
#include "model/contact.h"
#include "store/lease_store.h"
#include "store/plan_store.h"
#include "store/schema.h"
#include "store/state_store.h"
#include "sync/dry_run.h"
#include "sync/pass.h"
#include "sync/undo.h"
#include "tests/simulation/disk.h"

namespace mailsync::scenario {

namespace json = boost::json;

class Stage {
 public:
  explicit Stage(uint64_t seed = 1);

  // A mailbox of the tenant with a CRM user behind it, connected.
  lab::Mailbox& connect(const std::string& address, const std::string& name, sync::Profile profile = {});
  sync::Mailbox& connected(const lab::Mailbox& mailbox);

  // An administrator changes the mailbox's profile.
  void set_profile(const lab::Mailbox& mailbox, sync::Profile profile);

  // One pass over one mailbox. What the process remembers between passes (folder lists) dies with a crash.
  Result<sync::PassReport> pass(const lab::Mailbox& mailbox);
  sync::Workbench workbench(const lab::Mailbox& mailbox);
  // What a pass would do; it must succeed, and write nothing to the mailbox.
  sync::DryRun dry_run(const lab::Mailbox& mailbox);
  // Previews and approves the undo; the mailbox's next pass, which follows, carries it out.
  sync::PlanReport undo(const lab::Mailbox& mailbox, sync::UndoTarget target);
  sync::PlanReport preview_undo(const lab::Mailbox& mailbox, sync::UndoTarget target);
  // Passes over every mailbox until all of them are quiet; fails the test after ten rounds.
  void settle();
  // A pass that must succeed.
  sync::PassReport good_pass(const lab::Mailbox& mailbox);
  // What the guard holds and nobody has answered; at most one in these stories.
  std::optional<sync::PlanReport> held();
  // A person answers it. The next pass carries it out.
  sync::PlanReport answer_held(sync::PlanState answer);
  // The process starts again.
  void restart() { replicas_.clear(); }

  // ---- as owners of mailboxes ----
  lab::Item& add_email(lab::Mailbox& mailbox, const std::string& subject, bool marked,
                       const std::string& folder = "inbox", const std::string& from = "out@side.example");
  lab::Item& add_contact(lab::Mailbox& mailbox, const std::string& given, const std::string& family,
                         const std::string& address, bool marked = true);
  void set_marked(lab::Mailbox& mailbox, lab::Item& item, bool marked);
  void edit(lab::Mailbox& mailbox, lab::Item& item, const std::string& field, json::value value);
  void remove(lab::Mailbox& mailbox, const lab::Item& item);
  std::vector<lab::Item*> items(lab::Mailbox& mailbox, lab::IdKind kind);

  // ---- as a user of the CRM ----
  sync::CrmRecord create(const lab::Mailbox& as, sync::Kind kind, const model::Fields& fields);
  sync::CrmRecord update(const lab::Mailbox& as, const sync::CrmRecord& record, const model::Fields& fields);
  void erase(const lab::Mailbox& as, const sync::CrmRecord& record);
  void assign(const lab::Mailbox& as, const sync::CrmRecord& record, const lab::Mailbox& to);
  // Queues an email that is to leave through this mailbox.
  void compose(const lab::Mailbox& as, const std::string& subject, const std::string& to);
  std::vector<sync::CrmRecord> records(const lab::Mailbox& as, sync::Kind kind);
  int64_t count(const std::string& sql);  // one number
  int64_t rows_written() {
    return count("SELECT (SELECT count(*) FROM journal) + (SELECT count(*) FROM link)");
  }

  // ---- crashes ----
  // Checked after every step of a pass: once set, every frame is destroyed and the pass is over.
  bool crashed = false;
  // What goes wrong in the database, and what it was asked so far: statements fail, or the process dies at
  // one or around a commit.
  sim::DiskState disk;
  // At the n-th commit from now on; `lands`: it is on disk when the process dies.
  void die_at_commit(int64_t n, bool lands);

  void advance(Duration d) { clock.advance(d); }
  void write(const std::function<Result<void>(db::SqlTransaction&)>& work);

  SimulatedClock clock{*Instant::from_iso("2026-11-22T12:00:00Z")};
  SeededExecutor executor;
  SeededRandom random;
  lab::World world;
  lab::TokenTable tokens;
  lab::graph::GraphFront front{world, tokens};
  lab::Host host{executor, {&front}, front, nullptr};
  lab::InProcessClient http{executor};
  std::unique_ptr<db::Database> stored;    // what a crash leaves
  std::unique_ptr<db::Database> database;  // the same as the process sees it: fails by `disk`
  std::unique_ptr<store::StateStore> store;
  std::unique_ptr<store::PlanStore> plans;
  std::unique_ptr<crm::BuiltinReplica> crm;
  std::unique_ptr<crm::BuiltinDirectory> directory;
  std::unique_ptr<crm::BuiltinOutbox> outbox;
  static constexpr AccountId kAccount{7};
  std::set<std::string> blocked;  // addresses and "@domains" of everybody

 private:
  void open_stores();
  sync::Engine engine() { return {executor, random, *store, *crm, *directory, outbox.get(), plans.get()}; }
  std::unique_ptr<graph::Replica> make_replica(const sync::Mailbox& row);
  graph::Replica& replica_of(const sync::Mailbox& row);
  std::unique_ptr<graph::Client> new_client(const sync::Mailbox& row);

  std::vector<std::pair<const lab::Mailbox*, sync::Mailbox>> connected_;
  net::RateLimit limit_{executor, {}};
  std::map<MailboxId, std::unique_ptr<graph::Replica>> replicas_;
};

}  // namespace mailsync::scenario
