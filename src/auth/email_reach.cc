#include "auth/email_reach.h"

#include <boost/json.hpp>

namespace mailsync::auth {

Result<std::optional<EmailReach>> email_reach(db::Session& session, AccountId account,
                                              OrganizationId organization) {
  TRY(const db::Rows rows,
      session.query("SELECT checked_at_us, looked_at, reached, examples, whole, error FROM "
                    "email_reach WHERE account_id = $1 AND organization_id = $2",
                    {account, organization}));
  if (rows.empty()) return std::optional<EmailReach>();
  const db::Row& row = rows[0];
  EmailReach out{.checked_at = row[0].instant(),
                 .looked_at = row[1].integer(),
                 .reached = row[2].integer(),
                 .some = {},
                 .whole = row[4].boolean(),
                 .error = row[5].text()};
  boost::system::error_code broken;
  const auto some = boost::json::parse(row[3].text(), broken);
  if (!broken && some.is_array())
    for (const auto& each : some.get_array())
      if (each.is_string()) out.some.emplace_back(each.get_string());
  return std::optional(std::move(out));
}

Result<void> save_email_reach(db::SqlTransaction& tx, AccountId account, OrganizationId organization,
                              const EmailReach& reach) {
  boost::json::array some;
  for (const std::string& each : reach.some) {
    if (some.size() == kReachedTold) break;
    some.emplace_back(each);
  }
  TRY_VOID(
      tx.execute("INSERT INTO email_reach (account_id, organization_id, checked_at_us, looked_at, reached, "
                 "examples, whole, error) "
                 "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (account_id, organization_id) DO "
                 "UPDATE SET checked_at_us "
                 "= excluded.checked_at_us, looked_at = excluded.looked_at, reached = excluded.reached, "
                 "examples = excluded.examples, "
                 "whole = excluded.whole, error = excluded.error",
                 {account, organization, reach.checked_at, reach.looked_at, reach.reached,
                  boost::json::serialize(some), reach.whole, reach.error}));
  return {};
}

}  // namespace mailsync::auth
