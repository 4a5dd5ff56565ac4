#include "admin/access_change.h"

#include <set>

#include "auth/licences.h"
#include "auth/organizations.h"

namespace mailsync::admin {
namespace {

using sync::MailboxState;

bool waits_for_somebody(const sync::Mailbox& mailbox) {
  switch (mailbox.state) {
    case MailboxState::Paused:
    case MailboxState::Held:
    case MailboxState::WaitsForStart:
    case MailboxState::Stopped:
      return true;
    case MailboxState::SwitchedOff:
      return auth::is_ours(mailbox.state_text);  // a licence
    case MailboxState::Active:
    case MailboxState::NeedsLogin:
    case MailboxState::Forbidden:
      return false;
  }
  std::unreachable();
}

}  // namespace

Result<Moved> follow_access(Api& api, AccountId account, OrganizationId organization,
                            const auth::EmailConfiguration* configuration) {
  Moved out;
  if (!configuration) return out;
  std::vector<UserId> users;
  TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
    TRY(users, auth::users_within(session, account, {organization}));
    return {};
  }));
  const std::set<UserId> members(users.begin(), users.end());
  TRY(auto mailboxes, api.store.mailboxes(account));
  std::erase_if(mailboxes, [&](const sync::Mailbox& mailbox) { return !members.contains(mailbox.user); });
  for (sync::Mailbox& mailbox : mailboxes) {
    const std::string method = auth::method_for_mailbox(*configuration, mailbox.access_method);
    if (!method.empty()) mailbox.access_method = method;
    // How Graph names it when nobody has signed in for it.
    if (method == "graph_app" && mailbox.remote_user.empty()) mailbox.remote_user = mailbox.address;
    if (waits_for_somebody(mailbox)) continue;
    mailbox.state = method.empty() ? MailboxState::SwitchedOff : MailboxState::Active;
    mailbox.state_text = method.empty() ? auth::why_not_available(*configuration) : "";
    (method.empty() ? out.parked : out.resumed).push_back(mailbox.id);
  }
  if (mailboxes.empty()) return out;
  TRY_VOID(api.store.transact(sync::Durable::Yes, [&](Transaction& tx) -> Result<void> {
    for (const sync::Mailbox& mailbox : mailboxes) TRY_VOID(api.store.save_mailbox(tx, mailbox));
    return {};
  }));
  return out;
}

}  // namespace mailsync::admin
