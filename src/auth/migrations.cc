#include "auth/migrations.h"

#include <array>

namespace mailsync::auth {
namespace {

constexpr std::string_view kFirst = R"(
CREATE TABLE auth_data_key (
  account_id {{int}} NOT NULL,
  id {{int}} NOT NULL,
  master_key_id TEXT {{bytes_collation}} NOT NULL,
  wrapped {{blob}} NOT NULL,
  created_at_us {{int}} NOT NULL,
  PRIMARY KEY (account_id, id)
) {{strict}}
;
CREATE TABLE auth_secret (
  account_id {{int}} NOT NULL,
  row_name TEXT {{bytes_collation}} NOT NULL,
  purpose TEXT {{bytes_collation}} NOT NULL,
  data_key_id {{int}} NOT NULL,
  version {{int}} NOT NULL,
  sealed {{blob}} NOT NULL,
  changed_at_us {{int}} NOT NULL,
  PRIMARY KEY (account_id, row_name, purpose),
  FOREIGN KEY (account_id, data_key_id) REFERENCES auth_data_key (account_id, id)
) {{strict}}
;
CREATE TABLE user_account (
  id {{id}},
  account_id {{int}} NOT NULL,
  login TEXT {{bytes_collation}} NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  role TEXT {{bytes_collation}} NOT NULL CHECK (role IN ('system_admin', 'org_admin', 'user')),
  created_at_us {{int}} NOT NULL,
  disabled_at_us {{int}} NOT NULL
) {{strict}}
;
CREATE INDEX user_account_by_account ON user_account (account_id, login)
;
CREATE TABLE web_session (
  token_hash {{blob}} NOT NULL PRIMARY KEY,
  account_id {{int}} NOT NULL,
  user_id {{int}} NOT NULL REFERENCES user_account (id),
  csrf TEXT {{bytes_collation}} NOT NULL,
  created_at_us {{int}} NOT NULL,
  seen_at_us {{int}} NOT NULL
) {{strict}}
;
CREATE INDEX web_session_by_user ON web_session (user_id)
;
CREATE INDEX web_session_by_seen ON web_session (seen_at_us)
;
CREATE TABLE sign_in_failure (
  subject {{blob}} NOT NULL PRIMARY KEY,
  failures {{int}} NOT NULL,
  last_at_us {{int}} NOT NULL
) {{strict}}
;
CREATE INDEX sign_in_failure_by_time ON sign_in_failure (last_at_us)
;
)";

constexpr std::string_view kAccounts = R"(
CREATE TABLE organization (
  id {{id}},
  account_id {{int}} NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT {{bytes_collation}} NOT NULL,
  created_at_us {{int}} NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX organization_name ON organization (account_id, name_key)
;
CREATE TABLE organization_administrator (
  user_id {{int}} NOT NULL REFERENCES user_account (id),
  organization_id {{int}} NOT NULL REFERENCES organization (id),
  account_id {{int}} NOT NULL,
  PRIMARY KEY (user_id, organization_id)
) {{keyed}}
;
ALTER TABLE user_account ADD COLUMN organization_id {{int}} NOT NULL DEFAULT 0
;
ALTER TABLE user_account ADD COLUMN second_factor {{int}} NOT NULL DEFAULT 0
;
ALTER TABLE user_account ADD COLUMN second_factor_step {{int}} NOT NULL DEFAULT 0
;
ALTER TABLE user_account ADD COLUMN signed_in_at_us {{int}} NOT NULL DEFAULT 0
;
CREATE TABLE recovery_code (
  user_id {{int}} NOT NULL REFERENCES user_account (id),
  code_hash {{blob}} NOT NULL,
  account_id {{int}} NOT NULL,
  PRIMARY KEY (user_id, code_hash)
) {{keyed}}
;
CREATE TABLE one_time_link (
  token_hash {{blob}} NOT NULL PRIMARY KEY,
  account_id {{int}} NOT NULL,
  user_id {{int}} NOT NULL,
  purpose TEXT {{bytes_collation}} NOT NULL CHECK (purpose IN ('first_administrator', 'invitation', 'password_reset')),
  expires_at_us {{int}} NOT NULL
) {{strict}}
;
CREATE INDEX one_time_link_by_user ON one_time_link (account_id, user_id)
;
CREATE TABLE audit_head (
  account_id {{int}} NOT NULL PRIMARY KEY,
  number {{int}} NOT NULL,
  hash {{blob}} NOT NULL
) {{strict}}
;
CREATE TABLE audit_entry (
  account_id {{int}} NOT NULL,
  number {{int}} NOT NULL,
  at_us {{int}} NOT NULL,
  actor_id {{int}} NOT NULL,
  actor TEXT NOT NULL,
  via TEXT {{bytes_collation}} NOT NULL,
  peer TEXT {{bytes_collation}} NOT NULL,
  action TEXT {{bytes_collation}} NOT NULL,
  subject TEXT {{bytes_collation}} NOT NULL,
  subject_name TEXT NOT NULL,
  organization_id {{int}} NOT NULL,
  details TEXT NOT NULL,
  hash {{blob}} NOT NULL,
  PRIMARY KEY (account_id, number)
) {{strict}}
;
CREATE INDEX audit_entry_by_subject ON audit_entry (account_id, subject, number)
;
)";

// Nobody who comes through this program's connection changes what was written (S56).
constexpr std::string_view kAppendOnlySqlite = R"(
CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END
;
CREATE TRIGGER audit_entry_is_kept BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END
;
)";
constexpr std::string_view kAppendOnlyPostgres = R"(
CREATE FUNCTION audit_entry_refuses() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the audit log only grows''; END'
;
CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_refuses()
;
)";

constexpr std::string_view kLicences = R"(
CREATE TABLE account_module (
  account_id {{int}} NOT NULL,
  module TEXT {{bytes_collation}} NOT NULL,
  enabled {{int}} NOT NULL CHECK (enabled IN (0, 1)),
  PRIMARY KEY (account_id, module)
) {{keyed}}
;
CREATE TABLE licence_pool (
  account_id {{int}} NOT NULL PRIMARY KEY,
  bought {{int}} NOT NULL
) {{strict}}
;
CREATE TABLE licence (
  user_id {{int}} NOT NULL PRIMARY KEY REFERENCES user_account (id),
  account_id {{int}} NOT NULL,
  given_at_us {{int}} NOT NULL
) {{strict}}
;
CREATE INDEX licence_by_account ON licence (account_id, user_id)
;
)";

// Of each organization that has one; secrets are in auth_secret, here stands only who set them and when.
constexpr std::string_view kEmailConfiguration = R"(
CREATE TABLE email_configuration (
  account_id {{int}} NOT NULL,
  organization_id {{int}} NOT NULL REFERENCES organization (id),
  method TEXT {{bytes_collation}} NOT NULL,
  allowed TEXT {{bytes_collation}} NOT NULL,
  tenant TEXT NOT NULL,
  client_id TEXT NOT NULL,
  authority TEXT NOT NULL,
  graph_url TEXT NOT NULL,
  graph_resource TEXT NOT NULL,
  ews_url TEXT NOT NULL,
  certificate TEXT NOT NULL,
  exchange_autodiscover {{int}} NOT NULL CHECK (exchange_autodiscover IN (0, 1)),
  exchange_url TEXT NOT NULL,
  exchange_user TEXT NOT NULL,
  exchange_sign_in TEXT {{bytes_collation}} NOT NULL CHECK (exchange_sign_in IN ('ntlm', 'basic')),
  google_client_id TEXT NOT NULL,
  google_account TEXT NOT NULL,
  google_authority TEXT NOT NULL,
  google_url TEXT NOT NULL,
  version {{int}} NOT NULL,
  changed_at_us {{int}} NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (account_id, organization_id)
) {{strict}}
;
CREATE TABLE email_secret_mark (
  account_id {{int}} NOT NULL,
  organization_id {{int}} NOT NULL REFERENCES organization (id),
  secret TEXT {{bytes_collation}} NOT NULL,
  set_at_us {{int}} NOT NULL,
  set_by TEXT NOT NULL,
  PRIMARY KEY (account_id, organization_id, secret)
) {{keyed}}
;
CREATE TABLE email_reach (
  account_id {{int}} NOT NULL,
  organization_id {{int}} NOT NULL REFERENCES organization (id),
  checked_at_us {{int}} NOT NULL,
  looked_at {{int}} NOT NULL,
  reached {{int}} NOT NULL,
  examples TEXT NOT NULL,
  whole {{int}} NOT NULL CHECK (whole IN (0, 1)),
  error TEXT NOT NULL,
  PRIMARY KEY (account_id, organization_id)
) {{strict}}
;
)";

}  // namespace

Result<void> migrate(db::Database& database, Instant now) {
  static constexpr std::array kMigrations{
      db::Migration{.number = 1, .name = "vault, users, sessions", .sql = kFirst},
      db::Migration{.number = 2,
                    .name = "organizations, one-time links, audit log",
                    .sql = kAccounts,
                    .sql_sqlite = kAppendOnlySqlite,
                    .sql_postgres = kAppendOnlyPostgres},
      db::Migration{.number = 3, .name = "licences and modules", .sql = kLicences},
      db::Migration{.number = 4, .name = "email configuration", .sql = kEmailConfiguration}};
  return db::migrate(database, "auth", kMigrations, now);
}

}  // namespace mailsync::auth
