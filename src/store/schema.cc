#include "store/schema.h"

#include <array>

#include "store/panel_schema.h"
#include "store/plan_schema.h"

namespace mailsync::store {
namespace {

// Enumerations are stored as the numbers of codes.h. Remote ids, versions and cursors are opaque bytes to us
// and compared as such (F73).
constexpr std::string_view kMailboxes = R"sql(
CREATE TABLE mailbox (
  id {{id}},
  account_id {{int}} NOT NULL,
  user_id {{int}} NOT NULL,
  address TEXT {{bytes_collation}} NOT NULL,
  remote_user TEXT {{bytes_collation}} NOT NULL,
  access_method TEXT {{bytes_collation}} NOT NULL,
  state {{int}} NOT NULL,
  state_text TEXT NOT NULL,
  profile TEXT NOT NULL,
  last_pass_at_us {{int}} NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX mailbox_address ON mailbox (account_id, address, access_method)
;
CREATE TABLE mailbox_lease (
  mailbox_id {{int}} PRIMARY KEY REFERENCES mailbox (id),
  account_id {{int}} NOT NULL,
  fencing_token {{int}} NOT NULL,
  worker TEXT NOT NULL,
  until_us {{int}} NOT NULL,
  due_at_us {{int}} NOT NULL,
  takeable {{int}} NOT NULL CHECK (takeable IN (0, 1))
) {{strict}}
;
CREATE INDEX mailbox_lease_due ON mailbox_lease (due_at_us) WHERE takeable = 1
;
CREATE TABLE sync_cursor (
  mailbox_id {{int}} NOT NULL REFERENCES mailbox (id),
  collection TEXT {{bytes_collation}} NOT NULL,
  account_id {{int}} NOT NULL,
  cursor TEXT {{bytes_collation}} NOT NULL,
  enumerated {{int}} NOT NULL CHECK (enumerated IN (0, 1)),
  saved_at_us {{int}} NOT NULL,
  PRIMARY KEY (mailbox_id, collection)
) {{keyed}}
;
CREATE TABLE removal_hint (
  mailbox_id {{int}} NOT NULL REFERENCES mailbox (id),
  kind {{int}} NOT NULL,
  remote_id TEXT {{bytes_collation}} NOT NULL,
  collection TEXT {{bytes_collation}} NOT NULL,
  account_id {{int}} NOT NULL,
  PRIMARY KEY (mailbox_id, kind, remote_id, collection)
) {{keyed}}
;
)sql";

// remote_key stands for remote_id in the index (links.cc): a seventh of its size, and the index is what every
// new email writes to at a place of its own. Of emails, many copies in one mailbox may belong to one record;
// of the other kinds only one item may.
constexpr std::string_view kLinks = R"sql(
CREATE TABLE link (
  id {{id}},
  account_id {{int}} NOT NULL,
  mailbox_id {{int}} NOT NULL REFERENCES mailbox (id),
  kind {{int}} NOT NULL,
  remote_id TEXT {{bytes_collation}} NOT NULL,
  remote_key TEXT {{bytes_collation}} NOT NULL,
  remote_version TEXT {{bytes_collation}} NOT NULL,
  record_id {{int}} NOT NULL,
  record_version {{int}} NOT NULL,
  state {{int}} NOT NULL,
  made_by {{int}} NOT NULL,
  marked {{int}} NOT NULL CHECK (marked IN (0, 1)),
  container TEXT {{bytes_collation}} NOT NULL,
  series_key TEXT {{bytes_collation}} NOT NULL,
  is_organizer {{int}} NOT NULL CHECK (is_organizer IN (0, 1)),
  sequence {{int}} NOT NULL,
  base {{blob}} NOT NULL,
  hash TEXT {{bytes_collation}} NOT NULL,
  synced_at_us {{int}} NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX link_item ON link (mailbox_id, kind, remote_key)
;
CREATE UNIQUE INDEX link_one_item_per_record ON link (mailbox_id, kind, record_id) WHERE kind <> 0 AND record_id <> 0
;
CREATE INDEX link_record ON link (account_id, record_id)
;
CREATE INDEX link_page ON link (mailbox_id, kind, id, state)
;
)sql";

constexpr std::string_view kJournal = R"sql(
CREATE TABLE journal (
  id {{id}},
  account_id {{int}} NOT NULL,
  mailbox_id {{int}} NOT NULL REFERENCES mailbox (id),
  run_id TEXT {{bytes_collation}} NOT NULL,
  kind {{int}} NOT NULL,
  link_id {{int}} NOT NULL,
  remote_id TEXT {{bytes_collation}} NOT NULL,
  record_id {{int}} NOT NULL,
  side {{int}} NOT NULL,
  action TEXT {{bytes_collation}} NOT NULL,
  state {{int}} NOT NULL,
  operation TEXT {{bytes_collation}} NOT NULL,
  before_fields TEXT NOT NULL,
  after_fields TEXT NOT NULL,
  cause TEXT NOT NULL,
  rule TEXT NOT NULL,
  payload TEXT NOT NULL,
  outcome TEXT NOT NULL,
  at_us {{int}} NOT NULL
) {{strict}}
;
CREATE INDEX journal_page ON journal (mailbox_id, id)
;
CREATE INDEX journal_open ON journal (mailbox_id, id) WHERE state = 0
;
CREATE INDEX journal_deletions ON journal (mailbox_id, kind, at_us) WHERE action = 'delete'
;
CREATE TABLE issue (
  id {{id}},
  account_id {{int}} NOT NULL,
  mailbox_id {{int}} NOT NULL REFERENCES mailbox (id),
  key TEXT {{bytes_collation}} NOT NULL,
  kind {{int}},
  remote_id TEXT {{bytes_collation}} NOT NULL,
  record_id {{int}} NOT NULL,
  severity TEXT {{bytes_collation}} NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
  title TEXT NOT NULL,
  remedy TEXT NOT NULL,
  opened_at_us {{int}} NOT NULL,
  attempts {{int}} NOT NULL,
  retry_at_us {{int}} NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX issue_key ON issue (mailbox_id, key)
;
CREATE TABLE run_count (
  mailbox_id {{int}} NOT NULL REFERENCES mailbox (id),
  run_id TEXT {{bytes_collation}} NOT NULL,
  kind {{int}} NOT NULL,
  what TEXT {{bytes_collation}} NOT NULL,
  account_id {{int}} NOT NULL,
  count {{int}} NOT NULL,
  PRIMARY KEY (mailbox_id, run_id, kind, what)
) {{keyed}}
;
)sql";

// What an issue says in full: why it is so, and what it means.
constexpr std::string_view kIssueWords = R"sql(
ALTER TABLE issue ADD COLUMN cause TEXT NOT NULL DEFAULT ''
;
ALTER TABLE issue ADD COLUMN effect TEXT NOT NULL DEFAULT ''
;
)sql";

constexpr std::string_view kRuns = R"sql(
CREATE TABLE run (
  mailbox_id {{int}} NOT NULL REFERENCES mailbox (id),
  id TEXT {{bytes_collation}} NOT NULL,
  account_id {{int}} NOT NULL,
  started_at_us {{int}} NOT NULL,
  ended_at_us {{int}},
  cause TEXT {{bytes_collation}} NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (mailbox_id, id)
) {{keyed}}
;
CREATE INDEX run_page ON run (mailbox_id, started_at_us, id)
;
)sql";

// Contacts, tasks and meetings by what their item held: one that comes back under another id is known again.
constexpr std::string_view kLinkContent = R"sql(
CREATE INDEX link_content ON link (mailbox_id, kind, hash) WHERE kind <> 0
;
)sql";

constexpr std::string_view kRunRequests = R"sql(
ALTER TABLE run ADD COLUMN requests {{int}} NOT NULL DEFAULT 0
;
)sql";

constexpr std::string_view kInstallation = R"sql(
CREATE TABLE installation (
  id {{int}} NOT NULL PRIMARY KEY CHECK (id = 1),
  mark TEXT {{bytes_collation}} NOT NULL
) {{strict}}
;
)sql";

// What the guard counts: deletions and dismissals of a rolling day, of a mailbox and of its account.
constexpr std::string_view kLosses = R"sql(
CREATE INDEX journal_losses ON journal (account_id, kind, at_us, mailbox_id) WHERE action IN ('delete', 'dismiss')
;
)sql";

constexpr std::array kMigrations{
    db::Migration{.number = 1, .name = "mailboxes, leases, cursors", .sql = kMailboxes},
    db::Migration{.number = 2, .name = "links", .sql = kLinks},
    db::Migration{.number = 3, .name = "journal, issues, runs", .sql = kJournal},
    db::Migration{.number = 4, .name = "cause and effect of issues", .sql = kIssueWords},
    db::Migration{.number = 5, .name = "when runs began and ended", .sql = kRuns},
    db::Migration{.number = 6, .name = "plans shown to people", .sql = kPlans},
    db::Migration{.number = 7, .name = "links by content", .sql = kLinkContent},
    db::Migration{.number = 8, .name = "requests of a run", .sql = kRunRequests},
    db::Migration{.number = 9, .name = "the installation's own mark", .sql = kInstallation},
    db::Migration{.number = 10, .name = "deletions by account", .sql = kLosses},
    db::Migration{.number = 11, .name = "connected databases, lists of the panel", .sql = kPanel},
    db::Migration{.number = 12, .name = "named profiles", .sql = kProfiles},
    db::Migration{.number = 13, .name = "statistics by day", .sql = kStatistics},
};

}  // namespace

Result<void> migrate(db::Database& database, Instant now) {
  return db::migrate(database, "store", kMigrations, now);
}

}  // namespace mailsync::store
