#include "crm/builtin/rights.h"

#include <utility>

namespace mailsync::crm {
namespace {

Reach reach_named(std::string_view name) {
  if (name == "all") return Reach::All;
  return name == "own" ? Reach::Own : Reach::None;
}

}  // namespace

std::string_view name_of(Role role) {
  switch (role) {
    case Role::SystemAdministrator:
      return "system_administrator";
    case Role::OrganizationAdministrator:
      return "organization_administrator";
    case Role::User:
      return "user";
  }
  std::unreachable();
}

bool Rights::may_see(UserId owner, bool watches) const {
  return sees == Reach::All || owner == user || watches;
}

bool Rights::may_write(UserId owner, bool watches) const {
  return writes == Reach::All || (writes == Reach::Own && (owner == user || watches));
}

bool Rights::may_delete(UserId owner) const {
  return deletes == Reach::All || (deletes == Reach::Own && owner == user);
}

Result<Rights> rights_of(db::Session& session, sync::Viewer viewer) {
  TRY(const db::Rows rows, session.query("SELECT role, sees, writes, deletes, disabled, name FROM crm_user "
                                         "WHERE account_id = $1 AND user_id = $2",
                                         {viewer.account, viewer.user}));
  if (rows.empty())
    return fail(ErrorKind::Forbidden, "the CRM has no such user; add him under Users, or choose another one");
  const db::Row& row = rows.front();
  if (row[4].boolean())
    return fail(ErrorKind::Forbidden,
                "the user is disabled in the CRM; an administrator can enable him under Users");
  Rights rights{.user = viewer.user, .name = row[5].text()};
  for (Role role : {Role::SystemAdministrator, Role::OrganizationAdministrator, Role::User})
    if (name_of(role) == row[0].text()) rights.role = role;
  rights.sees = reach_named(row[1].text());
  rights.writes = reach_named(row[2].text());
  rights.deletes = reach_named(row[3].text());
  if (rights.role == Role::SystemAdministrator) rights.sees = rights.writes = rights.deletes = Reach::All;
  return rights;
}

}  // namespace mailsync::crm
