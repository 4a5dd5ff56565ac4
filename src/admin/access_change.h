// What a changed Email Configuration means for the mailboxes of the organization's users: they take the
// method that is chosen now, and are looked at at once; what this version cannot reach is parked. Links stay
// as they are, and nothing is deleted.
#pragma once

#include "admin/moved.h"

namespace mailsync::admin {

// A pause, a hold, a missing licence and what waits for a start stay as they are. Blocks. Should the process
// end before this has run, the next pass of each mailbox finds it out.
Result<Moved> follow_access(Api& api, AccountId account, OrganizationId organization,
                            const auth::EmailConfiguration* configuration);

}  // namespace mailsync::admin
