#include "tests/simulation/rig.h"

#include "crm/builtin/schema.h"
#include "crm/builtin/users.h"
#include "store/schema.h"

namespace mailsync::sim {
namespace {

constexpr std::array<const char*, kSeats> kNames = {"Ann", "Bob", "Cat"};
constexpr std::string_view kOrigin = "https://graph.lab";
constexpr Duration kLease = std::chrono::minutes(10);

Task<void> keep(Task<Result<sync::PassReport>> pass, std::optional<Result<sync::PassReport>>& out) {
  out.emplace(co_await std::move(pass));
}

Task<Result<net::Bearer>> bearer_of(const Seat& seat) {
  co_return net::Bearer{.token = Secret(seat.token), .origin = *net::Origin::of(kOrigin)};
}

// Somebody else's server: a bearer that reaches it has been stolen.
Task<net::ServerResponse> evil(Rig& rig, net::ServerRequest request) {
  if (request.headers.find("Authorization")) ++rig.evil_requests;
  co_return net::ServerResponse{.status = 200, .body = R"({"value":[]})"};
}

}  // namespace

// One worker with its own view of the database, so that its commits can be told from another's.
struct Rig::Running {
  Running(Rig& rig, const sync::Lease& lease)
      : held(lease),
        disk(*rig.database, rig.disk, lease),
        store(disk),
        crm(disk, rig.clock),
        directory(disk),
        outbox(disk) {}
  sync::Lease held;
  Disk disk;
  store::StateStore store;
  crm::BuiltinReplica crm;
  crm::BuiltinDirectory directory;
  crm::BuiltinOutbox outbox;
  std::shared_ptr<graph::Client> client;
  std::unique_ptr<graph::Replica> replica;  // a rival's own
  std::unique_ptr<graph::Sender> sender;
  std::optional<Result<sync::PassReport>> out;
  Task<void> task;
};

Rig::Rig(uint64_t seed) : executor(clock, seed), random(seed ^ 0x5eed), world(seed) {
  http.serve(kOrigin, [this](net::ServerRequest request) { return host.serve(std::move(request)); });
  http.serve("https://evil.lab",
             [this](net::ServerRequest request) { return evil(*this, std::move(request)); });
  watch();
  move_in();
}

void Rig::move_in() {
  auto opened = db::open("sqlite::memory:");
  if (!opened) return violation("the database did not open: " + opened.error().message);
  database = *std::move(opened);
  store::StateStore store(*database);
  for (const auto& done : {store::migrate(*database, clock.now()), crm::migrate(*database, clock.now())})
    if (!done) return violation("no schema: " + done.error().message);
  for (size_t i = 0; i < kSeats; ++i) {
    Seat& seat = seats[i];
    const std::string address = std::string(1, static_cast<char>('a' + i)) + "@ours.example";
    seat.number = i;
    seat.lab = &world.add_user(address, kNames[i]);
    seat.end_user = i == kSeats - 1;
    seat.token = seat.end_user ? "SECRET-user-token" : "SECRET-app-token";
    seat.limit = std::make_unique<net::RateLimit>(executor, net::RateLimits{});
    seat.row = {.account = kAccount,
                .address = address,
                .remote_user = seat.end_user ? "" : seat.lab->user.id,
                .access_method = seat.end_user ? "graph_user" : "graph_app"};
    put_token(seat);
    const auto made = write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(crm::ensure_account(tx, kAccount, "Ours"));
      TRY(seat.row.user,
          crm::add_user(
              tx, kAccount,
              {.login = address, .name = kNames[i], .address = address, .deletes = crm::Reach::All}));
      TRY(seat.row.id, store.save_mailbox(tx, seat.row));
      return {};
    });
    if (!made) violation("no mailbox: " + made.error().message);
  }
}

Rig::~Rig() {
  executor.crash();
}

void Rig::watch() {
  wire.on_death = [this] { die(); };
  wire.on_strike = [this](const std::string& name) { ++tally.faults[name]; };
  wire.on_request = [this](const net::HttpRequest& request) { check_request(request); };
  disk.on_death = wire.on_death;
  disk.on_strike = wire.on_strike;
  disk.on_violation = [this](const std::string& words) { violation("invariant 9: " + words); };
}

void Rig::violation(const std::string& words) {
  violations.push_back(clock.now().to_iso() + " " + words);
}

void Rig::put_token(Seat& seat) {
  tokens.put(seat.token,
             {.app_id = seat.end_user ? "app-2" : "app-1",
              .tenant_id = world.tenant_id(),
              .user_id = seat.end_user ? seat.lab->user.id : "",
              .scopes = {"Mail.ReadWrite", "Mail.Send", "Contacts.ReadWrite", "Calendars.ReadWrite",
                         seat.end_user ? "Tasks.ReadWrite" : "Tasks.ReadWrite.All",
                         "MailboxSettings.ReadWrite", "User.Read.All"},
              .expires = clock.now() + std::chrono::hours(240'000)});
  seat.revoked = false;
}

// Invariants 6 and 10, on every request that leaves.
void Rig::check_request(const net::HttpRequest& request) {
  ++tally.checks["10 secrets"];
  if (request.url.find("SECRET") != std::string::npos || request.body.find("SECRET") != std::string::npos)
    violation("invariant 10: a token is in the address or body of a request");
  if (request.bearer && request.bearer->origin != *net::Origin::of(kOrigin))
    violation("invariant 10: a token goes to another origin than its own");
  if (request.method != "GET" && request.url.find("$batch") == std::string::npos)
    last_write = request.method + " " + request.url + " " + request.body;
  const bool conditional = request.url.find("/contacts/") != std::string::npos ||
                           request.url.find("/events/") != std::string::npos;
  if ((request.method != "PATCH" && request.method != "DELETE") || !conditional) return;
  ++tally.checks["6 preconditions"];
  // An occurrence is written under the version of its series, which was read for it.
  if (!request.headers.find("If-Match"))
    violation("invariant 6: " + request.method + " without the version it stands on: " + request.url);
}

void Rig::die() {
  crashed_ = true;
}

void Rig::open_replica(Seat& seat, std::shared_ptr<graph::Client>& client,
                       std::unique_ptr<graph::Replica>& replica) {
  if (replica) return;
  const graph::TokenSource source = [&seat](std::optional<std::string>) { return bearer_of(seat); };
  client = std::make_shared<graph::Client>(
      wire, source, executor, random, *seat.limit,
      graph::ClientOptions{.base_url = std::string(kOrigin) + "/v1.0", .user = seat.row.remote_user});
  replica = std::make_unique<graph::Replica>(client, graph::ReplicaOptions{.profile = seat.row.profile});
}

void Rig::start(Seat& seat, const sync::Lease& lease, bool rival) {
  auto& run = *running_.emplace_back(std::make_unique<Running>(*this, lease));
  if (!rival && std::exchange(seat.new_profile, false)) seat.replica.reset();
  open_replica(seat, seat.client, seat.replica);
  if (rival) open_replica(seat, run.client, run.replica);
  run.sender = std::make_unique<graph::Sender>(rival ? run.client : seat.client);
  graph::Replica& replica = rival ? *run.replica : *seat.replica;
  const sync::People people{.own_addresses = {seat.row.address}, .internal_domains = {"ours.example"}};
  run.task =
      keep(sync::run_pass(
               {.executor = executor,
                .random = random,
                .store = run.store,
                .crm = run.crm,
                .directory = run.directory,
                .outbox = &run.outbox},
               replica, {.mailbox = seat.row, .people = people, .lease = lease, .sender = run.sender.get()}),
           run.out);
  executor.post([task = &run.task] { task->start(); });
}

void Rig::start_rival(Seat& seat) {
  clock.advance(kLease + std::chrono::seconds(1));
  store::LeaseStore leases(*database);
  const auto lease = leases.take(seat.row.id, clock.now(), kLease, "rival");
  if (lease && *lease) start(seat, **lease, true);
}

Result<sync::PassReport> Rig::pass(Seat& seat) {
  store::LeaseStore leases(*database);
  auto lease = leases.take(seat.row.id, clock.now(), kLease, "worker");
  if (lease && !*lease) {
    clock.advance(kLease + std::chrono::seconds(1));  // whoever held it has died
    lease = leases.take(seat.row.id, clock.now(), kLease, "worker");
  }
  if (!lease || !*lease) return fail(ErrorKind::Corrupt, "the lease cannot be taken");
  const uint64_t before = wire.calls;
  crashed_ = false;
  passing = &seat;
  start(seat, **lease, false);
  const auto all_done = [this] {
    for (const auto& run : running_)
      if (!run->task.done()) return false;
    return true;
  };
  while (!crashed_ && !all_done() && executor.step()) {
  }
  passing = nullptr;
  const bool died = crashed_, stuck = !crashed_ && !all_done();
  std::optional<Result<sync::PassReport>> out = std::move(running_.front()->out);
  if (died) out.reset();
  if (died) {
    executor.crash();
    running_.clear();
    for (Seat& each : seats) each.replica.reset(), each.client.reset();
    crashed_ = false;
    if (const auto back = leases.take_back("worker"); !back) return fail(back.error());
    return fail(ErrorKind::Cancelled, "the process died");
  }
  if (stuck) executor.crash();
  executor.run_until(clock.now());  // deadlines of calls that are over
  for (const auto& run : running_) (void)leases.release(run->held, clock.now());
  running_.clear();
  most_calls_in_a_pass = std::max(most_calls_in_a_pass, wire.calls - before);
  if (stuck || !out) return fail(ErrorKind::Corrupt, "the pass waits for something that never comes");
  return *std::move(out);
}

Result<void> Rig::write(const std::function<Result<void>(db::SqlTransaction&)>& work) {
  return database->write(db::Durability::Normal, work);
}

void Rig::read(const std::function<Result<void>(db::Session&)>& work) {
  if (const auto done = database->read(work); !done)
    violation("the simulation could not read: " + done.error().message);
}

int64_t Rig::number(const std::string& sql) {
  int64_t out = 0;
  read([&](db::Session& session) -> Result<void> {
    TRY(const auto rows, session.query(sql));
    if (!rows.empty()) out = rows[0][0].integer();
    return {};
  });
  return out;
}

std::vector<crm::Record> Rig::records(crm::RecordType type, bool deleted) {
  std::vector<crm::Record> out;
  read([&](db::Session& session) -> Result<void> {
    TRY(const auto rows, session.query("SELECT id FROM crm_record WHERE type = $1 ORDER BY id",
                                       {std::string(crm::name_of(type))}));
    std::vector<int64_t> ids;
    for (const auto& row : rows) ids.push_back(row[0].integer());
    TRY(out, crm::load_records(session, kAccount, seats[0].row.user, ids));
    std::erase_if(out, [deleted](const auto& record) { return record.deleted && !deleted; });
    std::ranges::sort(out, {}, &crm::Record::id);
    return {};
  });
  return out;
}

std::optional<crm::Record> Rig::record(RecordId id) {
  std::optional<crm::Record> out;
  read([&](db::Session& session) -> Result<void> {
    TRY(out, crm::load_record(session, kAccount, seats[0].row.user, id));
    return {};
  });
  return out;
}

crm::Actor Rig::actor(const Seat& seat) const {
  return {.account = kAccount, .user = seat.row.user, .via = crm::Via::User, .now = clock.now()};
}

void Rig::save_profile(Seat& seat) {
  store::StateStore store(*database);
  const auto saved = write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(seat.row.id, store.save_mailbox(tx, seat.row));
    return {};
  });
  if (!saved) violation("the profile was not saved: " + saved.error().message);
  seat.new_profile = true;
}

}  // namespace mailsync::sim
