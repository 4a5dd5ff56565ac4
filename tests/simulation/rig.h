// One simulated installation: the lab's tenant with three mailboxes on two access methods of Graph, and the
// real Graph client, engine, store and CRM in front of it. Virtual time, one seed. What users do to it is in
// edits_*.cc, what goes wrong in faults.cc, what must hold in checks_*.cc.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/seeded_executor.h"
#include "crm/builtin/local_replica.h"
#include "crm/builtin/outbox.h"
#include "crm/builtin/records.h"
#include "db/database.h"
#include "lab/fronts/graph/graph_front.h"
#include "lab/host.h"
#include "lab/world.h"
#include "mailbox/graph/replica.h"
#include "mailbox/graph/sender.h"
#include "store/lease_store.h"
#include "store/state_store.h"
#include "sync/pass.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/tally.h"
#include "tests/simulation/wire.h"

namespace mailsync::sim {

namespace json = boost::json;

inline constexpr size_t kSeats = 3;

// A mailbox, its owner in the CRM, and how it is reached.
struct Seat {
  size_t number = 0;
  lab::Mailbox* lab = nullptr;
  sync::Mailbox row;
  std::string token;
  bool end_user = false;
  bool paused = false;       // its module is switched off
  bool new_profile = false;  // the next pass starts with it
  bool revoked = false;      // its token does not work
  std::unique_ptr<net::RateLimit> limit;
  // What the process remembers between passes; dies with it.
  std::shared_ptr<graph::Client> client;
  std::unique_ptr<graph::Replica> replica;
};

class Rig {
 public:
  explicit Rig(uint64_t seed);
  ~Rig();

  // One pass over one mailbox, with whatever is armed. An error is what the scheduler would be told.
  Result<sync::PassReport> pass(Seat& seat);
  // A second worker takes the mailbox over in the middle of the pass that is running: its lease has run out.
  void start_rival(Seat& seat);
  void die();  // at the next step every frame is destroyed

  // ---- the CRM, as its users and its readers see it ----
  Result<void> write(const std::function<Result<void>(db::SqlTransaction&)>& work);
  void read(const std::function<Result<void>(db::Session&)>& work);
  std::vector<crm::Record> records(crm::RecordType type, bool deleted = false);
  std::optional<crm::Record> record(RecordId id);
  crm::Actor actor(const Seat& seat) const;
  int64_t number(const std::string& sql);
  void save_profile(Seat& seat);

  void violation(const std::string& words);
  void advance(Duration d) { clock.advance(d); }
  void put_token(Seat& seat);
  Instant now() const { return clock.now(); }

  SimulatedClock clock{*Instant::from_iso("2026-11-22T12:00:00Z")};
  SeededExecutor executor;
  SeededRandom random;
  lab::World world;
  lab::TokenTable tokens;
  lab::graph::GraphFront front{world, tokens};
  lab::InProcessClient http{executor};
  lab::Host host{executor, {&front}, front, nullptr};
  Wire wire{http, executor};
  DiskState disk;
  std::unique_ptr<db::Database> database;
  std::array<Seat, kSeats> seats;
  Ledger ledger;
  Tally tally;
  std::vector<std::string> violations;
  std::vector<std::string> aside;  // what was done in the middle of a step
  std::string spoke_of;            // the thing that the edit under way is about, for who reads the story
  Seat* passing = nullptr;         // whose pass is under way
  uint64_t evil_requests = 0;      // somebody else's server was asked with our bearer
  uint64_t most_calls_in_a_pass = 0;
  std::string last_write;  // method and address of the last request that was no read
  static constexpr AccountId kAccount{7};

 private:
  struct Running;
  void start(Seat& seat, const sync::Lease& lease, bool rival);
  void open_replica(Seat& seat, std::shared_ptr<graph::Client>& client,
                    std::unique_ptr<graph::Replica>& replica);
  void watch();
  void move_in();
  void check_request(const net::HttpRequest& request);

  bool crashed_ = false;
  std::vector<std::unique_ptr<Running>> running_;
};

}  // namespace mailsync::sim
