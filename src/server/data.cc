#include "server/data.h"

#include <set>

#include "auth/licences.h"
#include "auth/migrations.h"
#include "auth/organizations.h"
#include "crm/builtin/schema.h"
#include "crm/builtin/users.h"
#include "store/installation.h"
#include "store/schema.h"

namespace mailsync::server {

namespace {

// An installation from before there were licences goes on as it was.
Result<void> give_first_licences(Data& data, Instant now) {
  TRY(const auto mailboxes, data.store->mailboxes(kAccount));
  std::set<UserId> owners;
  for (const sync::Mailbox& mailbox : mailboxes) owners.insert(mailbox.user);
  const std::vector<UserId> list(owners.begin(), owners.end());
  return data.database->write(db::Durability::Durable, [&](db::SqlTransaction& tx) {
    return auth::ensure_licences(tx, kAccount, list, now);
  });
}

}  // namespace

Result<Data> open_data(const Settings& settings, const Clock& clock) {
  Data data;
  TRY(data.database, db::open(settings.database_url()));
  const Instant now = clock.now();
  TRY_VOID(auth::migrate(*data.database, now));
  TRY_VOID(store::migrate(*data.database, now));
  TRY_VOID(crm::migrate(*data.database, now));
  TRY_VOID(data.database->write(db::Durability::Durable, [now](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(crm::ensure_account(tx, kAccount, "Default"));
    return auth::ensure_organization(tx, kAccount, now);
  }));
  SystemRandom random;
  TRY(data.mark, store::installation_mark(*data.database, random));
  data.store = std::make_unique<store::StateStore>(*data.database);
  TRY_VOID(give_first_licences(data, now));
  data.leases = std::make_unique<store::LeaseStore>(*data.database);
  data.runs = std::make_unique<store::RunStore>(*data.database);
  data.plans = std::make_unique<store::PlanStore>(*data.database);
  data.panel = std::make_unique<store::PanelStore>(*data.database);
  data.profiles = std::make_unique<store::ProfileStore>(*data.database);
  data.statistics = std::make_unique<store::Statistics>(*data.database);
  data.crm = std::make_unique<crm::BuiltinReplica>(*data.database, clock);
  data.directory = std::make_unique<crm::BuiltinDirectory>(*data.database);
  data.outbox = std::make_unique<crm::BuiltinOutbox>(*data.database);
  return data;
}

std::string access_method(const Settings& settings) {
  return settings.graph.sign_in == GraphSignIn::App ? "graph_app" : "graph_user";
}

Result<sync::Mailbox> find_mailbox(store::StateStore& store, std::string_view address) {
  TRY(const auto all, store.mailboxes(kAccount));
  for (const sync::Mailbox& mailbox : all)
    if (mailbox.address == address) return mailbox;
  return fail(ErrorKind::Gone, "there is no mailbox " + std::string(address) +
                                   " here. \"mailsync mailbox list\" shows those that there are.");
}

Result<MailboxId> save(store::StateStore& store, const sync::Mailbox& mailbox) {
  MailboxId id;
  TRY_VOID(store.transact(sync::Durable::Yes, [&](Transaction& tx) -> Result<void> {
    TRY(id, store.save_mailbox(tx, mailbox));
    return {};
  }));
  return id;
}

}  // namespace mailsync::server
