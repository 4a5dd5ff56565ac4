// Everything that lives in the database, opened and brought up to date.
#pragma once

#include <memory>

#include "auth/users.h"
#include "base/clock.h"
#include "crm/builtin/local_replica.h"
#include "crm/builtin/outbox.h"
#include "db/database.h"
#include "server/settings.h"
#include "store/lease_store.h"
#include "store/panel_store.h"
#include "store/plan_store.h"
#include "store/profile_store.h"
#include "store/run_store.h"
#include "store/state_store.h"
#include "store/statistics.h"

namespace mailsync::server {

// A fresh install has one account, and this is it.
inline constexpr AccountId kAccount{1};

struct Data {
  std::unique_ptr<db::Database> database;
  std::string mark;  // of this installation, in the mailboxes
  std::unique_ptr<store::StateStore> store;
  std::unique_ptr<store::LeaseStore> leases;
  std::unique_ptr<store::RunStore> runs;
  std::unique_ptr<store::PlanStore> plans;
  std::unique_ptr<store::PanelStore> panel;
  std::unique_ptr<store::ProfileStore> profiles;
  std::unique_ptr<store::Statistics> statistics;
  std::unique_ptr<crm::BuiltinReplica> crm;
  std::unique_ptr<crm::BuiltinDirectory> directory;
  std::unique_ptr<crm::BuiltinOutbox> outbox;
};

// Blocks. The clock outlives it.
Result<Data> open_data(const Settings& settings, const Clock& clock);

// How mailboxes that are added are reached: "graph_app" or "graph_user".
std::string access_method(const Settings& settings);

// The mailbox with this address; Gone, naming it, when there is none.
Result<sync::Mailbox> find_mailbox(store::StateStore& store, std::string_view address);
// Inserts or updates in a transaction of its own.
Result<MailboxId> save(store::StateStore& store, const sync::Mailbox& mailbox);

}  // namespace mailsync::server
