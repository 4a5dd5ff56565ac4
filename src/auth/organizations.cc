#include "auth/organizations.h"

#include <algorithm>
#include <boost/json.hpp>

#include "auth/email_configurations.h"

namespace mailsync::auth {
namespace {

constexpr size_t kLongestName = 200;
constexpr std::string_view kFirstName = "Main organization";

std::unexpected<Error> wrong_name(std::string words) {
  return fail({.kind = ErrorKind::ItemInvalid, .message = std::move(words), .vendor_code = "name"});
}

Result<std::string> clean_name(std::string_view typed) {
  const auto first = typed.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return wrong_name("Give the organization a name.");
  typed = typed.substr(first, typed.find_last_not_of(" \t\r\n") - first + 1);
  if (typed.size() > kLongestName) return wrong_name("The name is too long: 200 letters at most.");
  if (std::ranges::any_of(typed, [](unsigned char c) { return c < ' ' || c == 0x7f; }))
    return wrong_name("The name holds a character that cannot be shown.");
  return std::string(typed);
}

std::string key_of(std::string name) {
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

Result<void> check_free(db::Session& session, AccountId account, OrganizationId self,
                        const std::string& name) {
  TRY(const db::Rows taken,
      session.query("SELECT id FROM organization WHERE account_id = $1 AND name_key = $2 AND id <> $3",
                    {account, key_of(name), self}));
  if (!taken.empty())
    return wrong_name("There is an organization of this name already: choose another name.");
  return {};
}

Deed deed_of(AccountId account, const Actor& actor, std::string action, OrganizationId id, std::string name) {
  return {.account = account,
          .actor = actor,
          .action = std::move(action),
          .subject = "organization:" + std::to_string(id.value),
          .subject_name = std::move(name),
          .organization = id};
}

}  // namespace

Result<void> ensure_organization(db::SqlTransaction& tx, AccountId account, Instant now) {
  TRY(const db::Rows first,
      tx.query("SELECT id FROM organization WHERE account_id = $1 ORDER BY id LIMIT 1", {account}));
  OrganizationId id;
  if (!first.empty()) {
    id = first[0][0].id<OrganizationId>();
  } else {
    TRY(id, add_organization(tx, account, kFirstName, Actor::system(), now));
  }
  TRY_VOID(
      tx.execute("UPDATE user_account SET organization_id = $2 WHERE account_id = $1 AND organization_id = 0",
                 {account, id}));
  return {};
}

Result<std::vector<Organization>> organizations(db::Session& session, AccountId account) {
  TRY(const db::Rows rows,
      session.query(
          "SELECT o.id, o.account_id, o.name, (SELECT count(*) FROM user_account u WHERE u.account_id = "
          "o.account_id AND u.organization_id = o.id) FROM organization o WHERE o.account_id = $1 "
          "ORDER BY o.name_key",
          {account}));
  std::vector<Organization> out;
  for (const db::Row& row : rows)
    out.push_back({row[0].id<OrganizationId>(), row[1].id<AccountId>(), row[2].text(), row[3].integer()});
  return out;
}

Result<Organization> organization(db::Session& session, AccountId account, OrganizationId id) {
  TRY(const auto all, organizations(session, account));
  const auto found = std::ranges::find(all, id, &Organization::id);
  if (found == all.end()) return fail(ErrorKind::Gone, "there is no such organization");
  return *found;
}

Result<OrganizationId> add_organization(db::SqlTransaction& tx, AccountId account, std::string_view typed,
                                        const Actor& actor, Instant now) {
  TRY(const std::string name, clean_name(typed));
  TRY_VOID(check_free(tx, account, {}, name));
  TRY(const db::Rows made,
      tx.query("INSERT INTO organization (account_id, name, name_key, created_at_us) VALUES "
               "($1, $2, $3, $4) RETURNING id",
               {account, name, key_of(name), now}));
  const auto id = made[0][0].id<OrganizationId>();
  TRY_VOID(note(tx, now, deed_of(account, actor, "organization.added", id, name)));
  return id;
}

Result<void> rename_organization(db::SqlTransaction& tx, AccountId account, OrganizationId id,
                                 std::string_view typed, const Actor& actor, Instant now) {
  TRY(const Organization before, organization(tx, account, id));
  TRY(const std::string name, clean_name(typed));
  if (name == before.name) return {};
  TRY_VOID(check_free(tx, account, id, name));
  TRY_VOID(tx.execute("UPDATE organization SET name = $3, name_key = $4 WHERE account_id = $1 AND id = $2",
                      {account, id, name, key_of(name)}));
  Deed deed = deed_of(account, actor, "organization.renamed", id, name);
  deed.details = boost::json::serialize(boost::json::object{{"name", {{"from", before.name}, {"to", name}}}});
  return note(tx, now, deed);
}

Result<void> remove_organization(db::SqlTransaction& tx, AccountId account, OrganizationId id,
                                 const Actor& actor, Instant now) {
  TRY(const auto all, organizations(tx, account));
  const auto found = std::ranges::find(all, id, &Organization::id);
  if (found == all.end()) return fail(ErrorKind::Gone, "there is no such organization");
  if (all.size() == 1)
    return fail(ErrorKind::ItemInvalid, "This is the account's last organization, and an account needs one.");
  if (found->users > 0)
    return fail(ErrorKind::ItemInvalid, "Users still belong to " + found->name +
                                            ": give them another organization first, then remove it.");
  TRY_VOID(tx.execute("DELETE FROM organization_administrator WHERE account_id = $1 AND organization_id = $2",
                      {account, id}));
  TRY_VOID(forget_email_configuration(tx, account, id));
  TRY_VOID(tx.execute("DELETE FROM organization WHERE account_id = $1 AND id = $2", {account, id}));
  return note(tx, now, deed_of(account, actor, "organization.removed", id, found->name));
}

Result<std::vector<OrganizationId>> administered_by(db::Session& session, UserId user) {
  TRY(const db::Rows rows,
      session.query("SELECT organization_id FROM organization_administrator WHERE user_id = $1 ORDER BY "
                    "organization_id",
                    {user}));
  std::vector<OrganizationId> out;
  for (const db::Row& row : rows) out.push_back(row[0].id<OrganizationId>());
  return out;
}

Result<std::vector<UserId>> users_within(db::Session& session, AccountId account,
                                         const std::vector<OrganizationId>& organizations) {
  std::vector<int64_t> ids;
  for (const OrganizationId each : organizations) ids.push_back(each.value);
  TRY(const db::Rows rows,
      session.query("SELECT id FROM user_account WHERE account_id = $1 AND organization_id IN {{ints $2}}",
                    {account, db::int_list(ids)}));
  std::vector<UserId> out;
  for (const db::Row& row : rows) out.push_back(row[0].id<UserId>());
  return out;
}

}  // namespace mailsync::auth
