#include "auth/user_admin.h"

#include <algorithm>
#include <boost/json.hpp>

namespace mailsync::auth {
namespace {

constexpr size_t kLongestName = 200;

std::unexpected<Error> wrong(std::string member, std::string words) {
  return fail(
      {.kind = ErrorKind::ItemInvalid, .message = std::move(words), .vendor_code = std::move(member)});
}

UserRow row_from(const db::Row& row) {
  UserRow out{.user = user_from(row),
              .created_at = row[8].instant(),
              .signed_in_at = row[9].instant(),
              .administers = {}};
  out.licensed = row[11].boolean();
  out.state = out.user.disabled_at     ? UserState::Disabled
              : row[10].text().empty() ? UserState::Invited
                                       : UserState::Active;
  return out;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Result<std::string> clean_name(std::string_view typed) {
  const auto first = typed.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return wrong("name", "Enter a name.");
  typed = typed.substr(first, typed.find_last_not_of(" \t\r\n") - first + 1);
  if (typed.size() > kLongestName) return wrong("name", "The name is too long: 200 letters at most.");
  if (std::ranges::any_of(typed, [](unsigned char c) { return c < ' ' || c == 0x7f; }))
    return wrong("name", "The name holds a character that cannot be shown.");
  return std::string(typed);
}

// What the statements below have in common; state: 0 any, 1 active, 2 invited, 3 disabled; licensed: 0 any, 1
// yes, 2 no.
db::Params params_of(const UserFilter& filter) {
  std::vector<int64_t> within;
  if (filter.within)
    for (const OrganizationId each : *filter.within) within.push_back(each.value);
  return {filter.account,
          lower(filter.words),
          filter.state ? static_cast<int64_t>(*filter.state) + 1 : 0,
          filter.role ? std::string(name_of(*filter.role)) : std::string(),
          filter.organization,
          filter.within.has_value(),
          db::int_list(within),
          !filter.licensed   ? 0
          : *filter.licensed ? 1
                             : 2};
}

Result<std::string> name_of_organization(db::Session& session, AccountId account, OrganizationId id,
                                         std::string member) {
  auto found = organization(session, account, id);
  if (!found && found.error().kind == ErrorKind::Gone)
    return wrong(std::move(member), "There is no such organization: choose another one.");
  if (!found) return std::unexpected(std::move(found).error());
  return found->name;
}

Result<std::string> names_of(db::Session& session, AccountId account,
                             const std::vector<OrganizationId>& ids) {
  std::string out;
  for (const OrganizationId each : ids) {
    TRY(const std::string name, name_of_organization(session, account, each, "administers"));
    out += (out.empty() ? "" : ", ") + name;
  }
  return out;
}

Result<void> set_administered(db::SqlTransaction& tx, const User& user,
                              const std::vector<OrganizationId>& ids) {
  TRY_VOID(tx.execute("DELETE FROM organization_administrator WHERE user_id = $1", {user.id}));
  for (const OrganizationId each : ids)
    TRY_VOID(tx.execute(
        "INSERT INTO organization_administrator (user_id, organization_id, account_id) VALUES ($1, $2, "
        "$3) ON CONFLICT (user_id, organization_id) DO NOTHING",
        {user.id, each, user.account}));
  return {};
}

Result<void> end_sessions(db::SqlTransaction& tx, UserId user) {
  TRY_VOID(tx.execute("DELETE FROM web_session WHERE user_id = $1", {user}));
  return {};
}

Result<void> check_one_is_left(db::Session& session, AccountId account) {
  TRY(const db::Rows rows, session.query("SELECT count(*) FROM user_account WHERE account_id = $1 AND role = "
                                         "'system_admin' AND disabled_at_us = 0 AND password_hash <> ''",
                                         {account}));
  if (rows[0][0].integer() == 0)
    return fail(ErrorKind::ItemInvalid,
                "This is the last system administrator who can sign in: make somebody else one first.");
  return {};
}

boost::json::object from_to(std::string_view from, std::string_view to) {
  return {{"from", from}, {"to", to}};
}

std::string_view yes_no(bool yes) {
  return yes ? "yes" : "no";
}

// One change at a time; `told` gets what became different.
struct Changing {
  db::SqlTransaction& tx;
  const UserRow& before;
  boost::json::object told;
  const User& user() const { return before.user; }

  Result<void> name(const std::string& typed) {
    TRY(const std::string name, clean_name(typed));
    if (name == user().display_name) return {};
    told["name"] = from_to(user().display_name, name);
    TRY_VOID(tx.execute("UPDATE user_account SET display_name = $2 WHERE id = $1", {user().id, name}));
    return {};
  }
  Result<void> role(Role role) {
    if (role == user().role) return {};
    told["role"] = from_to(name_of(user().role), name_of(role));
    TRY_VOID(tx.execute("UPDATE user_account SET role = $2 WHERE id = $1", {user().id, name_of(role)}));
    return end_sessions(tx, user().id);
  }
  Result<void> organization(OrganizationId id) {
    if (id == user().organization) return {};
    TRY(const std::string to, name_of_organization(tx, user().account, id, "organization_id"));
    const auto from = auth::organization(tx, user().account, user().organization);
    told["organization"] = from_to(from ? from->name : "", to);
    TRY_VOID(tx.execute("UPDATE user_account SET organization_id = $2 WHERE id = $1", {user().id, id}));
    return {};
  }
  Result<void> administers(const std::vector<OrganizationId>& ids) {
    TRY(const std::string to, names_of(tx, user().account, ids));
    TRY(const std::string from, names_of(tx, user().account, before.administers));
    if (to == from) return {};
    told["administers"] = from_to(from, to);
    return set_administered(tx, user(), ids);
  }
  Result<void> disabled(bool disabled, Instant now) {
    if (disabled == user().disabled_at.has_value()) return {};
    told["disabled"] = from_to(yes_no(!disabled), yes_no(disabled));
    TRY_VOID(tx.execute("UPDATE user_account SET disabled_at_us = $2 WHERE id = $1",
                        {user().id, disabled ? now : Instant{0}}));
    return end_sessions(tx, user().id);
  }
};

}  // namespace

std::string_view name_of(UserState state) {
  switch (state) {
    case UserState::Active:
      return "active";
    case UserState::Invited:
      return "invited";
    case UserState::Disabled:
      return "disabled";
  }
  std::unreachable();
}

Result<std::vector<UserRow>> user_rows(db::Session& session, const UserFilter& filter, size_t limit) {
  db::Params params = params_of(filter);
  params.emplace_back(filter.after);
  params.emplace_back(static_cast<int64_t>(limit));
  TRY(const db::Rows rows,
      session.query(
          "SELECT id, account_id, login, display_name, role, disabled_at_us, organization_id, second_factor, "
          "created_at_us, signed_in_at_us, password_hash, (SELECT count(*) FROM licence l WHERE l.user_id = "
          "user_account.id) FROM user_account WHERE account_id = $1 AND "
          "($2 = '' OR lower(display_name || ' ' || login) LIKE ('%' || $2 || '%')) AND "
          "($3 = 0 OR ($3 = 3 AND disabled_at_us <> 0) OR ($3 = 2 AND disabled_at_us = 0 AND password_hash = "
          "'') "
          "OR ($3 = 1 AND disabled_at_us = 0 AND password_hash <> '')) AND ($4 = '' OR role = $4) AND "
          "($5 = 0 OR organization_id = $5) AND ($6 = 0 OR organization_id IN {{ints $7}}) AND ($8 = 0 OR "
          "($8 = 1) = EXISTS (SELECT 1 FROM licence l2 WHERE l2.user_id = user_account.id)) AND login > $9 "
          "ORDER BY login LIMIT $10",
          params));
  std::vector<UserRow> out;
  for (const db::Row& row : rows) {
    out.push_back(row_from(row));
    if (out.back().user.role == Role::OrgAdmin) {
      TRY(out.back().administers, administered_by(session, out.back().user.id));
    }
  }
  return out;
}

Result<int64_t> count_users(db::Session& session, const UserFilter& filter) {
  TRY(const db::Rows rows,
      session.query(
          "SELECT count(*) FROM user_account WHERE account_id = $1 AND "
          "($2 = '' OR lower(display_name || ' ' || login) LIKE ('%' || $2 || '%')) AND "
          "($3 = 0 OR ($3 = 3 AND disabled_at_us <> 0) OR ($3 = 2 AND disabled_at_us = 0 AND password_hash = "
          "'') "
          "OR ($3 = 1 AND disabled_at_us = 0 AND password_hash <> '')) AND ($4 = '' OR role = $4) AND "
          "($5 = 0 OR organization_id = $5) AND ($6 = 0 OR organization_id IN {{ints $7}}) AND ($8 = 0 OR "
          "($8 = 1) = EXISTS (SELECT 1 FROM licence l2 WHERE l2.user_id = user_account.id))",
          params_of(filter)));
  return rows[0][0].integer();
}

Result<UserRow> user_row(db::Session& session, AccountId account, UserId id) {
  TRY(const db::Rows rows,
      session.query("SELECT id, account_id, login, display_name, role, disabled_at_us, organization_id, "
                    "second_factor, created_at_us, signed_in_at_us, password_hash, (SELECT count(*) FROM "
                    "licence l WHERE l.user_id = user_account.id) FROM user_account WHERE "
                    "account_id = $1 AND id = $2",
                    {account, id}));
  if (rows.empty()) return fail(ErrorKind::Gone, "there is no such user");
  UserRow out = row_from(rows[0]);
  TRY(out.administers, administered_by(session, id));
  return out;
}

Result<bool> nobody_yet(db::Session& session) {
  TRY(const db::Rows rows, session.query("SELECT id FROM user_account LIMIT 1"));
  return rows.empty();
}

Result<UserRow> invite(db::SqlTransaction& tx, const Invitation& wanted, const Actor& actor, Instant now) {
  const auto login = canonical_login(wanted.login);
  if (!login) return wrong("login", "Enter an email address: it is the name to sign in with.");
  TRY(const std::string name, clean_name(wanted.name));
  TRY(const std::string organization,
      name_of_organization(tx, wanted.account, wanted.organization, "organization_id"));
  TRY(const std::string administers, names_of(tx, wanted.account, wanted.administers));
  TRY(const db::Rows made,
      tx.query(
          "INSERT INTO user_account (account_id, login, display_name, password_hash, role, created_at_us, "
          "disabled_at_us, organization_id) VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT (login) DO "
          "NOTHING RETURNING id",
          {wanted.account, *login, name, wanted.password_hash, name_of(wanted.role), now,
           wanted.organization}));
  if (made.empty()) return wrong("login", "There is already a user with this address: choose another one.");
  const auto id = made[0][0].id<UserId>();
  TRY(UserRow row, user_row(tx, wanted.account, id));
  TRY_VOID(set_administered(tx, row.user, wanted.administers));
  row.administers = wanted.administers;
  Deed deed = deed_to(row.user, actor, wanted.password_hash.empty() ? "user.invited" : "user.added");
  boost::json::object told{{"role", name_of(wanted.role)}, {"organization", organization}};
  if (!administers.empty()) told["administers"] = administers;
  deed.details = boost::json::serialize(told);
  TRY_VOID(note(tx, now, deed));
  return row;
}

Result<UserRow> change_user(db::SqlTransaction& tx, AccountId account, UserId id, const UserChange& change,
                            const Actor& actor, Instant now) {
  TRY(UserRow before, user_row(tx, account, id));
  Changing changing{.tx = tx, .before = before, .told = {}};
  if (change.name) TRY_VOID(changing.name(*change.name));
  if (change.role) TRY_VOID(changing.role(*change.role));
  if (change.organization) TRY_VOID(changing.organization(*change.organization));
  // Only an organization administrator administers organizations.
  const bool leads = change.role.value_or(before.user.role) == Role::OrgAdmin;
  if (!leads) TRY_VOID(changing.administers({}));
  if (leads && change.administers) TRY_VOID(changing.administers(*change.administers));
  if (change.disabled) TRY_VOID(changing.disabled(*change.disabled, now));
  if (changing.told.empty()) return before;
  TRY_VOID(check_one_is_left(tx, account));
  TRY(UserRow after, user_row(tx, account, id));
  Deed deed = deed_to(after.user, actor, "user.changed");
  deed.details = boost::json::serialize(changing.told);
  TRY_VOID(note(tx, now, deed));
  return after;
}

Result<UserRow> take_password_away(db::SqlTransaction& tx, AccountId account, UserId id, const Actor& actor,
                                   Instant now) {
  TRY(const UserRow before, user_row(tx, account, id));
  TRY_VOID(tx.execute("UPDATE user_account SET password_hash = '' WHERE id = $1", {id}));
  TRY_VOID(end_sessions(tx, id));
  TRY_VOID(check_one_is_left(tx, account));
  TRY_VOID(note(tx, now, deed_to(before.user, actor, "user.password_reset")));
  return user_row(tx, account, id);
}

Result<void> choose_password(db::SqlTransaction& tx, const User& user, const std::string& hash,
                             std::string_view keep_csrf, const Actor& actor, Instant now) {
  TRY_VOID(tx.execute("UPDATE user_account SET password_hash = $2 WHERE id = $1", {user.id, hash}));
  TRY_VOID(tx.execute("DELETE FROM web_session WHERE user_id = $1 AND csrf <> $2",
                      {user.id, std::string(keep_csrf)}));
  return note(tx, now, deed_to(user, actor, "user.password_chosen"));
}

}  // namespace mailsync::auth
