// What people changed, when and from what to what: an append-only log, each entry chained to the one before
// by a hash, so that an entry that was changed, taken out or put in between is found (S56). Written in the
// transaction of the change itself: neither is without the other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "db/database.h"

namespace mailsync::auth {

// Who does something, and which way he came.
struct Actor {
  UserId user;              // 0: nobody who signs in
  std::string name;         // his login, or "command line"
  std::string via = "web";  // web, command_line, system
  std::string peer;         // numeric address; empty when not over the network

  static Actor command_line() {
    return {.user = {}, .name = "command line", .via = "command_line", .peer = {}};
  }
  static Actor system() { return {.user = {}, .name = "Mail Sync", .via = "system", .peer = {}}; }
};

// One thing that was done. Never holds a secret; values of secret settings are told as "set".
struct Deed {
  AccountId account;
  Actor actor;
  std::string action;   // "user.invited", "organization.renamed", …
  std::string subject;  // "user:12": what it was done to
  std::string subject_name;
  OrganizationId organization;  // whose administrators see it; 0: system administrators alone
  std::string details = "{}";   // JSON object: member → {"from": …, "to": …}
};

// Text bounds are kept here: what is longer is cut.
Result<void> note(db::SqlTransaction& tx, Instant now, const Deed& deed);

struct AuditEntry {
  int64_t number = 0;  // 1, 2, 3 … in each account
  Instant at;
  Deed deed;
  std::string hash;  // 32 bytes
};

struct AuditFilter {
  AccountId account;
  std::optional<std::vector<OrganizationId>> within;  // only of these organizations
  int64_t before = 0;                                 // number; 0: from the newest
  std::string action;                                 // its start, "user."
  std::string subject;
  std::string words;     // in actor or subject's name; case counts not
  Instant since, until;  // zero: no bound; until is exclusive
};

// The newest first.
Result<std::vector<AuditEntry>> audit_entries(db::Session& session, const AuditFilter& filter, size_t limit);

struct AuditCheck {
  int64_t entries = 0;       // that were read
  int64_t first_broken = 0;  // 0: the chain holds
  std::string hash;          // of the last one; empty when there is none
};

// Reads the whole log and computes every hash again.
Result<AuditCheck> check_audit(db::Session& session, AccountId account);

}  // namespace mailsync::auth
