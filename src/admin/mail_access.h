// What the process that syncs knows and does about the ways to mailboxes: the settings file's own way, and
// the tests of an organization's Email Configuration. Implemented by the server; on the loop thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/email_configuration.h"

namespace mailsync::admin {

// One step of "Test connection".
struct TestStep {
  enum class State { Ok, Doubtful, Failed };
  State state = State::Ok;
  std::string what;    // "permission Mail.ReadWrite"
  std::string said;    // what was found
  std::string remedy;  // what to do; empty when there is nothing
  std::string code;    // of the vendor, "AADSTS65001"; may be empty
};

struct ConnectionTest {
  Instant begun_at;
  std::optional<Instant> ended_at;  // nullopt: it runs
  std::vector<TestStep> steps;      // so far
};

class MailAccess {
 public:
  virtual ~MailAccess() = default;

  // The settings file's, for organizations without a configuration of their own; nullopt: it has none.
  virtual std::optional<auth::EmailConfiguration> settings() const = 0;
  // Where Microsoft sends people back to; empty while [server] public_url is not set.
  virtual std::string redirect_uri() const = 0;

  // Throttled while one runs or right after one (S62).
  virtual Result<void> begin_test(AccountId account, OrganizationId organization) = 0;
  virtual std::optional<ConnectionTest> test(AccountId account, OrganizationId organization) const = 0;
  // Which mailboxes an app-only permission opens beyond those synced here (auth/email_reach.h). ItemInvalid
  // where none is used, Throttled while one runs.
  virtual Result<void> begin_reach_check(AccountId account, OrganizationId organization) = 0;
  virtual bool reach_check_runs(OrganizationId organization) const = 0;
};

}  // namespace mailsync::admin
