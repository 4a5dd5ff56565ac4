// Tables of the Mail Sync panel: panel_store.h, profile_store.h, statistics.h.
#pragma once

#include <string_view>

namespace mailsync::store {

// The indexes serve the list of users: mailboxes by user, issues by account, and of each kind the newest run
// that did something (run ids rise with time).
inline constexpr std::string_view kPanel = R"sql(
CREATE TABLE connected_database (
  id {{id}},
  account_id {{int}} NOT NULL,
  connector TEXT {{bytes_collation}} NOT NULL,
  name TEXT {{bytes_collation}} NOT NULL,
  connected_at_us {{int}} NOT NULL,
  connected_by TEXT NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX connected_database_name ON connected_database (account_id, connector, name)
;
CREATE TABLE default_organization (
  account_id {{int}} NOT NULL PRIMARY KEY,
  organization_id {{int}} NOT NULL
) {{strict}}
;
CREATE INDEX mailbox_by_user ON mailbox (account_id, user_id)
;
CREATE INDEX issue_by_account ON issue (account_id, mailbox_id)
;
CREATE INDEX run_count_newest ON run_count (mailbox_id, kind, run_id)
;
)sql";

// A mailbox without a row has the profile of the settings file, and so has one with profile 0; `own` is what
// its user changed for himself.
inline constexpr std::string_view kProfiles = R"sql(
CREATE TABLE sync_profile (
  id {{id}},
  account_id {{int}} NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT {{bytes_collation}} NOT NULL,
  settings TEXT NOT NULL,
  forced TEXT NOT NULL,
  version {{int}} NOT NULL,
  changed_at_us {{int}} NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX sync_profile_name ON sync_profile (account_id, name_key)
;
CREATE TABLE mailbox_profile (
  mailbox_id {{int}} NOT NULL PRIMARY KEY REFERENCES mailbox (id),
  account_id {{int}} NOT NULL,
  profile_id {{int}} NOT NULL,
  own TEXT NOT NULL
) {{strict}}
;
CREATE INDEX mailbox_profile_holders ON mailbox_profile (account_id, profile_id, mailbox_id)
;
CREATE TABLE organization_profile (
  organization_id {{int}} NOT NULL PRIMARY KEY,
  account_id {{int}} NOT NULL,
  profile_id {{int}} NOT NULL REFERENCES sync_profile (id)
) {{strict}}
;
)sql";

// What the statistics show over time. Items begin with the runs that are still known.
inline constexpr std::string_view kStatistics = R"sql(
CREATE TABLE daily_items (
  account_id {{int}} NOT NULL,
  day {{int}} NOT NULL,
  mailbox_id {{int}} NOT NULL REFERENCES mailbox (id),
  kind {{int}} NOT NULL,
  to_crm {{int}} NOT NULL,
  to_mailbox {{int}} NOT NULL,
  PRIMARY KEY (account_id, day, mailbox_id, kind)
) {{keyed}}
;
INSERT INTO daily_items (account_id, day, mailbox_id, kind, to_crm, to_mailbox) SELECT r.account_id, r.started_at_us / 86400000000, r.mailbox_id, c.kind, sum(CASE WHEN substr(c.what, 1, 7) = 'to_crm_' THEN c.count ELSE 0 END), sum(CASE WHEN substr(c.what, 1, 11) = 'to_mailbox_' THEN c.count ELSE 0 END) FROM run r JOIN run_count c ON c.mailbox_id = r.mailbox_id AND c.run_id = r.id GROUP BY r.account_id, r.started_at_us / 86400000000, r.mailbox_id, c.kind
;
CREATE INDEX daily_items_by_mailbox ON daily_items (mailbox_id)
;
CREATE TABLE daily_outcome (
  account_id {{int}} NOT NULL,
  day {{int}} NOT NULL,
  mailbox_id {{int}} NOT NULL REFERENCES mailbox (id),
  outcome TEXT {{bytes_collation}} NOT NULL,
  passes {{int}} NOT NULL,
  PRIMARY KEY (account_id, day, mailbox_id, outcome)
) {{keyed}}
;
CREATE INDEX daily_outcome_by_mailbox ON daily_outcome (mailbox_id)
;
CREATE INDEX run_by_time ON run (account_id, started_at_us)
;
)sql";

}  // namespace mailsync::store
