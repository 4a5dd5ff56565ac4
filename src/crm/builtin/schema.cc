#include "crm/builtin/schema.h"

#include <array>

namespace mailsync::crm {
namespace {

// Who may do what; the row that writers of an account lock (crm_feed: no foreign key points to it, because
// checking one takes a share lock on PostgreSQL), and the numbers they draw.
constexpr std::string_view kAccounts = R"sql(
CREATE TABLE crm_account (
  account_id {{int}} PRIMARY KEY,
  name TEXT NOT NULL
) {{strict}}
;
CREATE TABLE crm_user (
  user_id {{id}},
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  login TEXT {{bytes_collation}} NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT {{bytes_collation}} NOT NULL,
  address TEXT {{bytes_collation}} NOT NULL,
  domain TEXT {{bytes_collation}} NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('system_administrator', 'organization_administrator', 'user')),
  sees TEXT NOT NULL CHECK (sees IN ('all', 'own')),
  writes TEXT NOT NULL CHECK (writes IN ('all', 'own', 'none')),
  deletes TEXT NOT NULL CHECK (deletes IN ('all', 'own', 'none')),
  disabled {{int}} NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX crm_user_login ON crm_user (account_id, login)
;
CREATE INDEX crm_user_name ON crm_user (account_id, name_key, user_id)
;
CREATE INDEX crm_user_domain ON crm_user (account_id, domain)
;
CREATE TABLE crm_feed (
  account_id {{int}} PRIMARY KEY
) {{strict}}
;
CREATE TABLE crm_tick (
  seq {{id}},
  account_id {{int}} NOT NULL
) {{strict}}
;
)sql";

// One id space for every record. title_key is the title folded for sorting; starts_us and ends_us say when
// the record matters to a mailbox (0 and the largest number: always). Alternatives are spelled out in checks
// of rows that emails write: for a list of three or more, SQLite fills a table at every row.
constexpr std::string_view kRecords = R"sql(
CREATE TABLE crm_record (
  id {{id}},
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  type TEXT {{bytes_collation}} NOT NULL CHECK (type = 'email' OR type = 'person' OR type = 'task' OR
    type = 'meeting' OR type = 'lead' OR type = 'organisation' OR type = 'opportunity' OR type = 'case'),
  version {{int}} NOT NULL,
  seq {{int}} NOT NULL,
  owner_id {{int}} NOT NULL,
  title TEXT NOT NULL,
  title_key TEXT {{bytes_collation}} NOT NULL,
  starts_us {{int}} NOT NULL,
  ends_us {{int}} NOT NULL,
  created_at_us {{int}} NOT NULL,
  created_by {{int}} NOT NULL,
  created_via TEXT NOT NULL CHECK (created_via = 'mail_sync' OR created_via = 'user' OR
    created_via = 'system'),
  changed_at_us {{int}} NOT NULL,
  changed_by {{int}} NOT NULL,
  changed_via TEXT NOT NULL CHECK (changed_via = 'mail_sync' OR changed_via = 'user' OR
    changed_via = 'system'),
  deleted {{int}} NOT NULL CHECK (deleted IN (0, 1)),
  fields TEXT NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX crm_record_feed ON crm_record (account_id, type, seq, id)
;
CREATE INDEX crm_record_changed ON crm_record (account_id, type, changed_at_us, id)
  WHERE deleted = 0 AND type <> 'email'
;
CREATE INDEX crm_record_title ON crm_record (account_id, type, title_key, id)
  WHERE deleted = 0 AND type <> 'email'
;
CREATE INDEX crm_record_owner ON crm_record (account_id, type, owner_id, id)
  WHERE deleted = 0 AND type <> 'email'
;
CREATE INDEX crm_record_starts ON crm_record (account_id, type, starts_us, id)
  WHERE deleted = 0 AND type = 'meeting'
;
CREATE TABLE crm_watcher (
  record_id {{int}} NOT NULL REFERENCES crm_record (id),
  user_id {{int}} NOT NULL REFERENCES crm_user (user_id),
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  PRIMARY KEY (record_id, user_id)
) {{keyed}}
;
CREATE INDEX crm_watcher_user ON crm_watcher (account_id, user_id, record_id)
;
CREATE TABLE crm_relation (
  source_id {{int}} NOT NULL REFERENCES crm_record (id),
  target_id {{int}} NOT NULL REFERENCES crm_record (id),
  role TEXT {{bytes_collation}} NOT NULL CHECK (role IN ('participant', 'related')),
  account_id {{int}} NOT NULL,
  at_us {{int}} NOT NULL,
  PRIMARY KEY (source_id, target_id, role)
) {{keyed}}
;
CREATE INDEX crm_relation_timeline ON crm_relation (account_id, target_id, at_us, source_id)
;
CREATE TABLE crm_history (
  record_id {{int}} NOT NULL REFERENCES crm_record (id),
  version {{int}} NOT NULL,
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  at_us {{int}} NOT NULL,
  by_user {{int}} NOT NULL,
  via TEXT NOT NULL CHECK (via IN ('user', 'mail_sync', 'system')),
  before_fields TEXT NOT NULL,
  after_fields TEXT NOT NULL,
  PRIMARY KEY (record_id, version)
) {{keyed}}
;
{{text_index crm_text}}
;
)sql";

// What lists and look-ups need of each type; the whole content is crm_record.fields.
constexpr std::string_view kTypes = R"sql(
CREATE TABLE crm_contact (
  id {{int}} PRIMARY KEY REFERENCES crm_record (id),
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  is_lead {{int}} NOT NULL CHECK (is_lead IN (0, 1)),
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  company TEXT NOT NULL,
  company_key TEXT {{bytes_collation}} NOT NULL,
  department_key TEXT {{bytes_collation}} NOT NULL,
  job_title_key TEXT {{bytes_collation}} NOT NULL,
  emails_key TEXT {{bytes_collation}} NOT NULL,
  organisation_id {{int}} NOT NULL,
  status TEXT {{bytes_collation}} NOT NULL,
  source_key TEXT {{bytes_collation}} NOT NULL
) {{strict}}
;
CREATE INDEX crm_contact_organisation ON crm_contact (account_id, organisation_id, id) WHERE organisation_id <> 0
;
CREATE TABLE crm_contact_address (
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  address TEXT {{bytes_collation}} NOT NULL,
  contact_id {{int}} NOT NULL REFERENCES crm_record (id),
  PRIMARY KEY (account_id, address, contact_id)
) {{keyed}}
;
CREATE INDEX crm_contact_address_contact ON crm_contact_address (contact_id)
;
CREATE TABLE crm_organisation (
  id {{int}} PRIMARY KEY REFERENCES crm_record (id),
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  domains_key TEXT {{bytes_collation}} NOT NULL,
  industry_key TEXT {{bytes_collation}} NOT NULL
) {{strict}}
;
CREATE TABLE crm_organisation_domain (
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  domain TEXT {{bytes_collation}} NOT NULL,
  organisation_id {{int}} NOT NULL REFERENCES crm_record (id),
  PRIMARY KEY (account_id, domain, organisation_id)
) {{keyed}}
;
CREATE INDEX crm_organisation_domain_of ON crm_organisation_domain (organisation_id)
;
CREATE TABLE crm_opportunity (
  id {{int}} PRIMARY KEY REFERENCES crm_record (id),
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  stage TEXT {{bytes_collation}} NOT NULL,
  amount {{real}} NOT NULL,
  currency TEXT {{bytes_collation}} NOT NULL,
  probability {{int}} NOT NULL,
  close_date TEXT {{bytes_collation}} NOT NULL,
  organisation_id {{int}} NOT NULL,
  person_id {{int}} NOT NULL
) {{strict}}
;
CREATE TABLE crm_case (
  id {{int}} PRIMARY KEY REFERENCES crm_record (id),
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  status TEXT {{bytes_collation}} NOT NULL,
  priority {{int}} NOT NULL,
  organisation_id {{int}} NOT NULL,
  person_id {{int}} NOT NULL
) {{strict}}
;
CREATE TABLE crm_task (
  id {{int}} PRIMARY KEY REFERENCES crm_record (id),
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  due TEXT {{bytes_collation}} NOT NULL,
  start TEXT {{bytes_collation}} NOT NULL,
  status TEXT {{bytes_collation}} NOT NULL,
  importance {{int}} NOT NULL
) {{strict}}
;
CREATE TABLE crm_meeting (
  id {{int}} PRIMARY KEY REFERENCES crm_record (id),
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  series_key TEXT {{bytes_collation}} NOT NULL,
  send_version {{int}} NOT NULL,
  end_us {{int}} NOT NULL,
  location_key TEXT {{bytes_collation}} NOT NULL,
  show_as TEXT {{bytes_collation}} NOT NULL,
  attendees_key TEXT {{bytes_collation}} NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX crm_meeting_series ON crm_meeting (account_id, series_key) WHERE series_key <> ''
;
)sql";

// One row per email of the account, one copy per mailbox that holds it. participants is JSON
// {"from":[…],"to":[…],…} without Bcc, which belongs to a copy; crm_email_address is the index by address.
// The account needs no foreign key of its own here: the record's row has it, and checking one costs at every
// row.
constexpr std::string_view kEmails = R"sql(
CREATE TABLE crm_email (
  id {{int}} PRIMARY KEY REFERENCES crm_record (id),
  account_id {{int}} NOT NULL,
  identity TEXT {{bytes_collation}} NOT NULL,
  message_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  from_address TEXT {{bytes_collation}} NOT NULL,
  participants TEXT NOT NULL,
  sent_at_us {{int}} NOT NULL,
  received_at_us {{int}} NOT NULL,
  direction TEXT {{bytes_collation}} NOT NULL CHECK (direction = 'in' OR direction = 'out' OR
    direction = 'internal'),
  importance TEXT NOT NULL,
  has_attachments {{int}} NOT NULL CHECK (has_attachments IN (0, 1)),
  is_protected {{int}} NOT NULL CHECK (is_protected IN (0, 1)),
  shown TEXT NOT NULL CHECK (shown = 'all' OR shown = 'head' OR shown = 'owner'),
  preview TEXT NOT NULL,
  note TEXT NOT NULL,
  raw_blob TEXT NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX crm_email_identity ON crm_email (account_id, identity)
;
CREATE INDEX crm_email_received ON crm_email (account_id, received_at_us, id)
;
CREATE TABLE crm_email_body (
  email_id {{int}} PRIMARY KEY REFERENCES crm_record (id),
  account_id {{int}} NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  email_references TEXT NOT NULL
) {{strict}}
;
CREATE TABLE crm_email_copy (
  email_id {{int}} NOT NULL REFERENCES crm_record (id),
  mailbox_id {{int}} NOT NULL,
  account_id {{int}} NOT NULL,
  user_id {{int}} NOT NULL REFERENCES crm_user (user_id),
  conversation_id TEXT {{bytes_collation}} NOT NULL,
  bcc TEXT NOT NULL,
  shown TEXT NOT NULL CHECK (shown = 'all' OR shown = 'head' OR shown = 'owner'),
  added_at_us {{int}} NOT NULL,
  PRIMARY KEY (email_id, mailbox_id)
) {{keyed}}
;
CREATE INDEX crm_email_copy_conversation ON crm_email_copy (mailbox_id, conversation_id, account_id)
;
CREATE TABLE crm_email_address (
  account_id {{int}} NOT NULL,
  address TEXT {{bytes_collation}} NOT NULL,
  email_id {{int}} NOT NULL REFERENCES crm_record (id),
  PRIMARY KEY (account_id, address, email_id)
) {{keyed}}
;
CREATE TABLE crm_attachment (
  id {{id}},
  account_id {{int}} NOT NULL,
  email_id {{int}} NOT NULL REFERENCES crm_record (id),
  position {{int}} NOT NULL,
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size {{int}} NOT NULL,
  content_id TEXT NOT NULL,
  is_inline {{int}} NOT NULL CHECK (is_inline IN (0, 1)),
  link TEXT NOT NULL,
  content TEXT NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX crm_attachment_email ON crm_attachment (email_id, position)
;
CREATE TABLE crm_blob (
  id {{id}},
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  sha256 TEXT {{bytes_collation}} NOT NULL,
  size {{int}} NOT NULL,
  created_at_us {{int}} NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX crm_blob_content ON crm_blob (account_id, sha256) WHERE sha256 <> ''
;
CREATE INDEX crm_blob_unfinished ON crm_blob (created_at_us) WHERE sha256 = ''
;
CREATE TABLE crm_blob_part (
  blob_id {{int}} NOT NULL REFERENCES crm_blob (id),
  part {{int}} NOT NULL,
  bytes {{blob}} NOT NULL,
  PRIMARY KEY (blob_id, part)
) {{strict}}
;
)sql";

// Saved views; the history of each user's "Exchange Sync" views, so that a change of one is a sweep that
// knows what was in scope before; and the emails that users composed.
constexpr std::string_view kViewsAndOutbox = R"sql(
CREATE TABLE crm_view (
  id {{id}},
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  owner_id {{int}} NOT NULL REFERENCES crm_user (user_id),
  type TEXT {{bytes_collation}} NOT NULL,
  name TEXT {{bytes_collation}} NOT NULL,
  definition TEXT NOT NULL,
  shared {{int}} NOT NULL CHECK (shared IN (0, 1)),
  version {{int}} NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX crm_view_name ON crm_view (account_id, owner_id, type, name)
;
CREATE TABLE crm_scope_change (
  epoch {{id}},
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  user_id {{int}} NOT NULL REFERENCES crm_user (user_id),
  type TEXT {{bytes_collation}} NOT NULL,
  definition TEXT NOT NULL
) {{strict}}
;
CREATE INDEX crm_scope_change_user ON crm_scope_change (account_id, user_id, type, epoch)
;
CREATE TABLE crm_outbox (
  id {{id}},
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  user_id {{int}} NOT NULL REFERENCES crm_user (user_id),
  mailbox_id {{int}} NOT NULL,
  client_id TEXT {{bytes_collation}} NOT NULL,
  record_id {{int}} NOT NULL,
  in_reply_to_id {{int}} NOT NULL,
  recipients TEXT NOT NULL,
  subject TEXT NOT NULL,
  html TEXT NOT NULL,
  state TEXT {{bytes_collation}} NOT NULL CHECK (state IN
    ('pending', 'sending', 'sent', 'unknown', 'failed')),
  attempts {{int}} NOT NULL,
  next_try_us {{int}} NOT NULL,
  error TEXT NOT NULL,
  message_id TEXT NOT NULL,
  email_id {{int}} NOT NULL,
  created_at_us {{int}} NOT NULL,
  sent_at_us {{int}} NOT NULL
) {{strict}}
;
CREATE UNIQUE INDEX crm_outbox_client ON crm_outbox (account_id, user_id, client_id)
;
CREATE INDEX crm_outbox_open ON crm_outbox (mailbox_id, id) WHERE state IN ('pending', 'sending', 'unknown')
;
CREATE INDEX crm_outbox_message ON crm_outbox (account_id, message_id) WHERE message_id <> ''
;
CREATE TABLE crm_outbox_attachment (
  outbox_id {{int}} NOT NULL REFERENCES crm_outbox (id),
  position {{int}} NOT NULL,
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  bytes {{blob}} NOT NULL,
  PRIMARY KEY (outbox_id, position)
) {{strict}}
;
)sql";

// Whoever gives a person an address, or an organisation a domain, writes its row here: see claim_keys().
constexpr const char* kMatchKeys = R"sql(
CREATE TABLE crm_match_key (
  account_id {{int}} NOT NULL REFERENCES crm_account (account_id),
  key TEXT {{bytes_collation}} NOT NULL,
  writes {{int}} NOT NULL,
  PRIMARY KEY (account_id, key)
) {{keyed}}
;
)sql";

// An index of words is merged when eight of its parts are of one size, not at four: every page of emails adds
// a part, and most of the work on it was merging (https://www.sqlite.org/fts5.html, "automerge").
constexpr const char* kTextMerges = R"sql(
INSERT INTO crm_text (crm_text, rank) VALUES ('automerge', 8)
;
)sql";

constexpr std::array kMigrations{
    db::Migration{.number = 1, .name = "accounts, users, feed", .sql = kAccounts},
    db::Migration{.number = 2, .name = "records", .sql = kRecords},
    db::Migration{.number = 3, .name = "types", .sql = kTypes},
    db::Migration{.number = 4, .name = "emails and attachments", .sql = kEmails},
    db::Migration{.number = 5, .name = "views and outbox", .sql = kViewsAndOutbox},
    db::Migration{.number = 6, .name = "match keys", .sql = kMatchKeys},
    db::Migration{.number = 7, .name = "words merged less often", .sql = "", .sql_sqlite = kTextMerges},
};

}  // namespace

std::span<const db::Migration> migrations() {
  return kMigrations;
}

Result<void> migrate(db::Database& database, Instant now) {
  return db::migrate(database, "crm", kMigrations, now);
}

}  // namespace mailsync::crm
