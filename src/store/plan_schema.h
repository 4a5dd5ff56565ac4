// The tables of plan_store.cc.
#pragma once

#include <string_view>

namespace mailsync::store {

// What dry runs, undos and held runs show to people; kept for a while.
inline constexpr std::string_view kPlans = R"sql(
CREATE TABLE plan_report (
  id {{id}},
  account_id {{int}} NOT NULL,
  mailbox_id {{int}} NOT NULL REFERENCES mailbox (id),
  purpose {{int}} NOT NULL,
  state {{int}} NOT NULL,
  guard TEXT {{bytes_collation}} NOT NULL,
  title TEXT NOT NULL,
  error TEXT NOT NULL,
  created_at_us {{int}} NOT NULL,
  finished_at_us {{int}} NOT NULL,
  counts TEXT NOT NULL,
  mails {{int}} NOT NULL,
  items {{int}} NOT NULL,
  shortened {{int}} NOT NULL CHECK (shortened IN (0, 1)),
  target_change {{int}} NOT NULL,
  target_run TEXT {{bytes_collation}} NOT NULL,
  target_since_us {{int}} NOT NULL,
  run_id TEXT {{bytes_collation}} NOT NULL
) {{strict}}
;
CREATE INDEX plan_report_page ON plan_report (account_id, id)
;
CREATE INDEX plan_report_mailbox ON plan_report (mailbox_id, purpose, id)
;
CREATE TABLE plan_item (
  plan_id {{int}} NOT NULL REFERENCES plan_report (id),
  number {{int}} NOT NULL,
  account_id {{int}} NOT NULL,
  kind {{int}} NOT NULL,
  side {{int}} NOT NULL,
  action {{int}} NOT NULL,
  title TEXT NOT NULL,
  remote_id TEXT {{bytes_collation}} NOT NULL,
  record_id {{int}} NOT NULL,
  link_id {{int}} NOT NULL,
  before_fields TEXT NOT NULL,
  after_fields TEXT NOT NULL,
  cause TEXT NOT NULL,
  rule TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (plan_id, number)
) {{strict}}
;
)sql";

}  // namespace mailsync::store
