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

}  // namespace

Result<void> migrate(db::Database& database, Instant now) {
  static constexpr std::array kMigrations{
      db::Migration{.number = 1, .name = "vault, users, sessions", .sql = kFirst}};
  return db::migrate(database, "auth", kMigrations, now);
}

}  // namespace mailsync::auth
