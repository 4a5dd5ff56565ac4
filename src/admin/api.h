// What the handlers work with. Everything outlives it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "admin/activity.h"
#include "admin/events.h"
#include "admin/mail_access.h"
#include "admin/network_need.h"
#include "admin/operations.h"
#include "admin/router.h"
#include "admin/sign_in_outcome.h"
#include "auth/sessions.h"
#include "auth/sql_vault.h"
#include "crm/builtin/rights.h"  // the CRM works in transactions that its caller opens
#include "schedule/scheduler.h"
#include "sync/panel_store.h"
#include "sync/profile_store.h"
#include "sync/run_store.h"
#include "sync/state_store.h"
#include "sync/statistics.h"
#include "sync/workbench.h"

namespace mailsync::admin {

struct HealthCheck {
  std::string name;
  bool ok = true;
  std::string detail;
};

// How the mailbox of a user who is added is reached, and what it syncs unless his organization has a profile.
struct NewMailboxes {
  std::string access_method = "graph_app";
  bool wait_for_start = false;
  sync::Profile profile = {};  // of the settings file
};

struct Api {
  Executor& executor;
  db::Database& database;
  Random& random;
  auth::Sessions& sessions;
  sync::StateStore& store;
  sync::PanelStore& panel;
  sync::ProfileStore& profiles;
  sync::Statistics& statistics;
  Activity& activity;
  EventHub& events;
  sync::RunStore* runs = nullptr;            // absent where nothing syncs
  schedule::Scheduler* scheduler = nullptr;  // absent where nothing syncs (a test, a web-only process)
  sync::PlanStore* plans = nullptr;
  sync::MakeWorkbench workbench = {};             // empty where nothing syncs
  auth::SecondFactors* second_factors = nullptr;  // absent without a master key
  auth::SessionLimits session_limits = {};
  bool https = false;
  std::string product_version;
  std::function<std::string()> metrics;              // Prometheus text; may be empty
  std::function<std::vector<HealthCheck>()> health;  // beside the database; may be empty
  std::function<bool(MailboxId)> push_active;        // may be empty: polling
  FindSignInOutcome sign_in_outcome;                 // may be empty: nobody signs in here
  NewMailboxes new_mailboxes = {};
  std::vector<NetworkNeed> network_needs = {};
  Operations operations = {};
  auth::SqlVault* vault = nullptr;    // absent without a master key
  net::AddressPolicy addresses = {};  // what administrators may name
  MailAccess* mail_access = nullptr;  // absent where nothing syncs

  Instant now() const { return executor.clock().now(); }
  void wake(MailboxId mailbox) const {
    if (scheduler) scheduler->wake(mailbox, schedule::Trigger::CrmChange);
  }
};

// Every operation of openapi.yaml.
std::span<const Route> routes();

}  // namespace mailsync::admin
