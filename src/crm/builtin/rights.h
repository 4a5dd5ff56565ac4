// What a user may see, write and delete: three words, set per user.
//   sees:    all · own (owner or watcher)
//   writes:  all · own (owner or watcher) · none
//   deletes: all · own (owner) · none
// A system administrator may do everything. Who may not see a record is told that there is none.
#pragma once

#include <string>

#include "db/database.h"
#include "sync/crm.h"

namespace mailsync::crm {

enum class Reach { None, Own, All };
enum class Role { SystemAdministrator, OrganizationAdministrator, User };
std::string_view name_of(Role role);

struct Rights {
  UserId user;
  Role role = Role::User;
  std::string name;
  Reach sees = Reach::All;
  Reach writes = Reach::All;
  Reach deletes = Reach::Own;

  bool may_see(UserId owner, bool watches) const;
  bool may_write(UserId owner, bool watches) const;
  bool may_delete(UserId owner) const;
};

// Forbidden when the account has no such user or he is disabled.
Result<Rights> rights_of(db::Session& session, sync::Viewer viewer);

}  // namespace mailsync::crm
