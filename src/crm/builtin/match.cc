#include "crm/builtin/match.h"

#include <set>

#include "crm/builtin/ran.h"

namespace mailsync::crm {

Result<std::map<std::string, std::vector<sync::PersonRef>>> people_by_address(
    db::Session& session, AccountId account, std::span<const std::string> addresses) {
  std::map<std::string, std::vector<sync::PersonRef>> out;
  if (addresses.empty()) return out;
  TRY(const db::Rows rows,
      session.query(
          "SELECT a.address, c.id, c.is_lead, c.given_name, c.family_name FROM crm_contact_address a "
          "JOIN crm_contact c ON c.id = a.contact_id "
          "WHERE a.account_id = $1 AND a.address IN {{texts $2}} ORDER BY a.address, c.id",
          {account, db::text_list(addresses)}));
  for (const db::Row& row : rows)
    out[row[0].text()].push_back({.id = row[1].id<RecordId>(),
                                  .is_lead = row[2].boolean(),
                                  .given_name = row[3].text(),
                                  .family_name = row[4].text()});
  return out;
}

Result<void> relate_contact(db::Session& session, AccountId account, RecordId contact,
                            std::span<const std::string> addresses) {
  if (addresses.empty()) return {};
  TRY_VOID(ran(
      session.execute("INSERT INTO crm_relation (source_id, target_id, role, account_id, at_us) "
                      "SELECT e.id, CAST($2 AS {{int}}), 'participant', e.account_id, e.received_at_us FROM "
                      "crm_email_address a "
                      "JOIN crm_email e ON e.id = a.email_id "
                      "WHERE a.account_id = $1 AND a.address IN {{texts $3}} "
                      "GROUP BY e.id, e.account_id, e.received_at_us ORDER BY e.id DESC LIMIT 1000 "
                      "ON CONFLICT (source_id, target_id, role) DO NOTHING",
                      {account, contact, db::text_list(addresses)})));
  return {};
}

Result<void> relate_meeting(db::Session& session, AccountId account, RecordId meeting, int64_t starts_us,
                            std::span<const std::string> addresses) {
  TRY_VOID(ran(session.execute(
      "DELETE FROM crm_relation WHERE source_id = $1 AND role = 'participant' AND account_id = $2",
      {meeting, account})));
  TRY(const auto found, people_by_address(session, account, addresses));
  std::set<int64_t> people;
  for (const auto& [address, refs] : found)
    for (const sync::PersonRef& ref : refs) people.insert(ref.id.value);
  std::vector<db::Params> rows;
  for (int64_t person : people) rows.push_back({meeting, person, account, starts_us});
  return session.execute_batch(
      "INSERT INTO crm_relation (source_id, target_id, role, account_id, at_us) "
      "VALUES ($1, $2, 'participant', $3, $4)",
      rows);
}

}  // namespace mailsync::crm
