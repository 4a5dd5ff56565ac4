#include "tests/scenarios/stage.h"

#include <algorithm>

#include "crm/builtin/records.h"
#include "mailbox/graph/sender.h"

namespace mailsync::scenario {

namespace {

constexpr std::string_view kToken = "app";

void require(const Result<void>& result) {
  ASSERT_TRUE(result) << result.error().message;
}

Task<void> keep(Task<Result<sync::PassReport>> pass, std::optional<Result<sync::PassReport>>& out) {
  out.emplace(co_await std::move(pass));
}

}  // namespace

Stage::Stage(uint64_t seed) : executor(clock, seed), random(seed), world(seed) {
  tokens.put(std::string(kToken),
             {.app_id = "app-1",
              .tenant_id = world.tenant_id(),
              .user_id = {},
              .scopes = {"Mail.ReadWrite", "Mail.Send", "Contacts.ReadWrite", "Calendars.ReadWrite",
                         "Tasks.ReadWrite.All", "MailboxSettings.ReadWrite", "User.Read.All"},
              .expires = clock.now() + std::chrono::hours(240'000)});
  http.serve("https://graph.lab",
             [this](net::ServerRequest request) { return host.serve(std::move(request)); });
  auto opened = db::open("sqlite::memory:");
  if (!opened) {
    ADD_FAILURE() << opened.error().message;
    return;
  }
  stored = *std::move(opened);
  require(store::migrate(*stored, clock.now()));
  require(crm::migrate(*stored, clock.now()));
  disk.on_death = [this] { crashed = true; };
  disk.on_strike = [](const std::string&) {};
  disk.on_violation = [](const std::string& words) { ADD_FAILURE() << words; };
  open_stores();
}

void Stage::open_stores() {
  database = std::make_unique<sim::Disk>(*stored, disk);
  store = std::make_unique<store::StateStore>(*database);
  plans = std::make_unique<store::PlanStore>(*database);
  crm = std::make_unique<crm::BuiltinReplica>(*database, clock);
  directory = std::make_unique<crm::BuiltinDirectory>(*database);
  outbox = std::make_unique<crm::BuiltinOutbox>(*database);
}

void Stage::write(const std::function<Result<void>(db::SqlTransaction&)>& work) {
  require(database->write(db::Durability::Normal, work));
}

void Stage::die_at_commit(int64_t n, bool lands) {
  using What = sim::DiskTrouble::What;
  disk.armed.push_back(
      {.what = lands ? What::AfterCommit : What::BeforeCommit, .after = static_cast<uint64_t>(n) - 1});
}

lab::Mailbox& Stage::connect(const std::string& address, const std::string& name, sync::Profile profile) {
  lab::Mailbox& mailbox = world.add_user(address, name);
  sync::Mailbox row{.account = kAccount,
                    .address = address,
                    .remote_user = mailbox.user.id,
                    .access_method = "graph_app",
                    .profile = std::move(profile)};
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(crm::ensure_account(tx, kAccount, "Ours"));
    TRY(row.user, crm::add_user(tx, kAccount, {.login = address, .name = name, .address = address}));
    TRY(row.id, store->save_mailbox(tx, row));
    return {};
  });
  connected_.emplace_back(&mailbox, row);
  return mailbox;
}

sync::Mailbox& Stage::connected(const lab::Mailbox& mailbox) {
  return std::ranges::find(connected_, &mailbox, [](const auto& pair) { return pair.first; })->second;
}

std::unique_ptr<graph::Client> Stage::new_client(const sync::Mailbox& row) {
  graph::TokenSource source = [](std::optional<std::string>) -> Task<Result<net::Bearer>> {
    co_return net::Bearer{.token = Secret(std::string(kToken)),
                          .origin = *net::Origin::of("https://graph.lab")};
  };
  return std::make_unique<graph::Client>(
      http, source, executor, random, limit_,
      graph::ClientOptions{.base_url = "https://graph.lab/v1.0", .user = row.remote_user, .mark = "here"});
}

std::unique_ptr<graph::Replica> Stage::make_replica(const sync::Mailbox& row) {
  return std::make_unique<graph::Replica>(new_client(row), graph::ReplicaOptions{.profile = row.profile});
}

void Stage::set_profile(const lab::Mailbox& mailbox, sync::Profile profile) {
  sync::Mailbox& row = connected(mailbox);
  row.profile = std::move(profile);
  replicas_.erase(row.id);
}

graph::Replica& Stage::replica_of(const sync::Mailbox& row) {
  auto& replica = replicas_[row.id];
  if (!replica) replica = make_replica(row);
  return *replica;
}

sync::DryRun Stage::dry_run(const lab::Mailbox& mailbox) {
  const sync::Mailbox& row = connected(mailbox);
  const auto replica = make_replica(row);
  const uint64_t writes = world.counters.writes;
  auto task = sync::dry_run(
      engine(), *replica,
      {.mailbox = row, .people = {.own_addresses = {row.address}, .internal_domains = {"ours.example"}}});
  EXPECT_TRUE(executor.run(task)) << "the dry run waits for something that never comes";
  auto made = task.take();
  EXPECT_TRUE(made) << name_of(made.error().kind) << ": " << made.error().message;
  EXPECT_EQ(world.counters.writes, writes) << "a dry run wrote to the mailbox";
  return made ? *std::move(made) : sync::DryRun{};
}

Result<sync::PassReport> Stage::pass(const lab::Mailbox& mailbox) {
  const sync::Mailbox& row = connected(mailbox);
  graph::Replica& replica = replica_of(row);
  sync::People people{
      .own_addresses = {row.address}, .internal_domains = {"ours.example"}, .blocked = blocked};
  graph::Sender sender(new_client(row));
  std::optional<Result<sync::PassReport>> out;
  store::LeaseStore leases(*database);
  const auto lease = leases.take(row.id, clock.now(), std::chrono::minutes(10), "scenario");
  if (!lease || !*lease) return fail(ErrorKind::Corrupt, "the scenario could not take the lease");
  auto task = keep(sync::run_pass(engine(), replica,
                                  {.mailbox = row, .people = people, .lease = **lease, .sender = &sender}),
                   out);
  crashed = false;
  executor.post([&task] { task.start(); });
  while (!crashed && !task.done() && executor.step()) {
  }
  if (crashed) {
    executor.crash();
    task = Task<void>();
    replicas_.clear();
    crashed = false;
    disk.armed.clear();
    open_stores();
    return fail(ErrorKind::Cancelled, "the process died");
  }
  if (const auto released = leases.release(**lease, clock.now()); !released) return fail(released.error());
  if (!out) return fail(ErrorKind::Corrupt, "the pass waits for something that never comes");
  return *std::move(out);
}

std::optional<sync::PlanReport> Stage::held() {
  const auto found = plans->plans(
      {.account = kAccount, .purpose = sync::PlanPurpose::Held, .state = sync::PlanState::Waiting}, 10);
  EXPECT_TRUE(found && found->size() <= 1);
  return !found || found->empty() ? std::nullopt : std::optional(found->front());
}

sync::PlanReport Stage::answer_held(sync::PlanState answer) {
  auto report = held();
  EXPECT_TRUE(report) << "nothing waits for an answer";
  if (!report) return {};
  report->state = answer;
  write([&](db::SqlTransaction& tx) { return plans->save_plan(tx, *report); });
  return *report;
}

sync::PassReport Stage::good_pass(const lab::Mailbox& mailbox) {
  auto report = pass(mailbox);
  EXPECT_TRUE(report) << name_of(report.error().kind) << ": " << report.error().message;
  return report ? *report : sync::PassReport{};
}

sync::Workbench Stage::workbench(const lab::Mailbox& mailbox) {
  const sync::Mailbox& row = connected(mailbox);
  return {.engine = engine(),
          .plans = *plans,
          .mailbox = row,
          .replica = make_replica(row),
          .people = {.own_addresses = {row.address}, .internal_domains = {"ours.example"}}};
}

sync::PlanReport Stage::preview_undo(const lab::Mailbox& mailbox, sync::UndoTarget target) {
  const sync::Mailbox& row = connected(mailbox);
  auto begun = sync::begin_plan(
      *store, *plans, {.mailbox = row.id, .purpose = sync::PlanPurpose::Undo, .target = target}, clock.now());
  EXPECT_TRUE(begun) << begun.error().message;
  if (!begun) return {};
  const uint64_t writes = world.counters.writes;
  auto task = sync::make_undo_preview(workbench(mailbox), *begun);
  EXPECT_TRUE(executor.run(task));
  auto made = task.take();
  EXPECT_TRUE(made) << made.error().message;
  EXPECT_EQ(world.counters.writes, writes) << "a preview wrote to the mailbox";
  return made ? *std::move(made) : sync::PlanReport{};
}

sync::PlanReport Stage::undo(const lab::Mailbox& mailbox, sync::UndoTarget target) {
  sync::PlanReport report = preview_undo(mailbox, target);
  EXPECT_EQ(report.state, sync::PlanState::Ready) << report.error;
  if (report.state != sync::PlanState::Ready) return report;
  report.state = sync::PlanState::Approved;
  const auto saved =
      store->transact(sync::Durable::No, [&](Transaction& tx) { return plans->save_plan(tx, report); });
  EXPECT_TRUE(saved) << saved.error().message;
  good_pass(mailbox);
  auto done = plans->plan(report.id);
  EXPECT_TRUE(done && done->state == sync::PlanState::Done);
  return done ? *std::move(done) : report;
}

void Stage::settle() {
  for (int round = 0; round < 10; ++round) {
    const int64_t before = rows_written();
    const uint64_t writes = world.counters.writes;
    for (const auto& [mailbox, row] : connected_) good_pass(*mailbox);
    if (rows_written() == before && world.counters.writes == writes) return;
    advance(std::chrono::minutes(1));
  }
  ADD_FAILURE() << "the world does not settle";
}

lab::Item& Stage::add_email(lab::Mailbox& mailbox, const std::string& subject, bool marked,
                            const std::string& folder, const std::string& from) {
  json::object fields{
      {"subject", subject},
      {"isDraft", false},
      {"receivedDateTime", clock.now().to_iso()},
      {"sentDateTime", clock.now().to_iso()},
      {"internetMessageId", "<" + subject + "@x>"},
      {"conversationId", "c-" + subject},
      {"from", {{"emailAddress", {{"name", "Out"}, {"address", from}}}}},
      {"toRecipients",
       json::array{json::object{{"emailAddress", {{"name", "Me"}, {"address", mailbox.user.mail}}}}}},
      {"body", {{"contentType", "text"}, {"content", "Body of " + subject}}}};
  if (marked) fields["categories"] = json::array{"CRM"};
  return world.add(mailbox, lab::IdKind::Message, mailbox.well_known(folder)->number, std::move(fields),
                   clock.now());
}

lab::Item& Stage::add_contact(lab::Mailbox& mailbox, const std::string& given, const std::string& family,
                              const std::string& address, bool marked) {
  json::object fields{{"givenName", given}, {"surname", family}, {"displayName", given + " " + family}};
  if (!address.empty())
    fields["emailAddresses"] = json::array{json::object{{"address", address}, {"name", given}}};
  if (marked) fields["categories"] = json::array{"CRM"};
  return world.add(mailbox, lab::IdKind::Contact, mailbox.well_known("contacts")->number, std::move(fields),
                   clock.now());
}

void Stage::set_marked(lab::Mailbox& mailbox, lab::Item& item, bool marked) {
  edit(mailbox, item, "categories", marked ? json::array{"CRM"} : json::array{});
}

void Stage::edit(lab::Mailbox& mailbox, lab::Item& item, const std::string& field, json::value value) {
  item.fields[field] = std::move(value);
  world.changed(mailbox, item, clock.now());
}

void Stage::remove(lab::Mailbox& mailbox, const lab::Item& item) {
  world.remove(mailbox, item.number, clock.now());
}

std::vector<lab::Item*> Stage::items(lab::Mailbox& mailbox, lab::IdKind kind) {
  std::vector<lab::Item*> out;
  for (auto& [number, item] : mailbox.items)
    if (item.kind == kind) out.push_back(&item);
  return out;
}

sync::CrmRecord Stage::create(const lab::Mailbox& as, sync::Kind kind, const model::Fields& fields) {
  sync::CrmRecord out;
  const sync::Mailbox& row = connected(as);
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(out, crm->apply(tx, {row.account, row.user},
                        {.op = sync::CrmWrite::Op::Create, .kind = kind, .fields = fields}));
    return {};
  });
  return out;
}

sync::CrmRecord Stage::update(const lab::Mailbox& as, const sync::CrmRecord& record,
                              const model::Fields& fields) {
  sync::CrmRecord out;
  const sync::Mailbox& row = connected(as);
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(out, crm->apply(tx, {row.account, row.user},
                        {.op = sync::CrmWrite::Op::Update,
                         .kind = record.kind,
                         .id = record.id,
                         .base_version = record.version,
                         .fields = fields}));
    return {};
  });
  return out;
}

void Stage::erase(const lab::Mailbox& as, const sync::CrmRecord& record) {
  const sync::Mailbox& row = connected(as);
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(crm->apply(tx, {row.account, row.user},
                        {.op = sync::CrmWrite::Op::Delete,
                         .kind = record.kind,
                         .id = record.id,
                         .base_version = record.version}));
    return {};
  });
}

void Stage::assign(const lab::Mailbox& as, const sync::CrmRecord& record, const lab::Mailbox& to) {
  const sync::Mailbox& row = connected(as);
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const auto found, crm::load_record(tx, row.account, row.user, record.id));
    if (!found) return fail(ErrorKind::Gone, "there is no such record to assign");
    TRY_VOID(crm::update_record(tx, {.account = row.account, .user = row.user, .now = clock.now()}, *found,
                                {.owner = connected(to).user}));
    return {};
  });
}

void Stage::compose(const lab::Mailbox& as, const std::string& subject, const std::string& to) {
  const sync::Mailbox& row = connected(as);
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(crm::queue_email(tx,
                              {.account = row.account,
                               .user = row.user,
                               .mailbox = row.id,
                               .client_id = subject,
                               .to = {{.address = to, .name = ""}},
                               .subject = subject,
                               .html = "<p>Hello</p>"},
                              clock.now()));
    return {};
  });
}

std::vector<sync::CrmRecord> Stage::records(const lab::Mailbox& as, sync::Kind kind) {
  const sync::Mailbox& row = connected(as);
  std::vector<sync::CrmRecord> out;
  for (Cursor cursor{};;) {
    auto page = crm->changes({row.account, row.user}, kind, cursor, 500);
    EXPECT_TRUE(page) << page.error().message;
    if (!page) return out;
    for (auto& record : page->records)
      if (!record.deleted) out.push_back(std::move(record));
    if (!page->more) return out;
    cursor = page->next;
  }
}

int64_t Stage::count(const std::string& sql) {
  int64_t out = -1;
  const auto read = database->read([&](db::Session& session) -> Result<void> {
    TRY(const auto rows, session.query(sql));
    out = rows.at(0).at(0).integer();
    return {};
  });
  EXPECT_TRUE(read) << read.error().message;
  return out;
}

}  // namespace mailsync::scenario
