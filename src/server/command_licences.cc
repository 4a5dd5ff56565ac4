// mailsync licences …: the number of licences, who has one, and the module. A running server notices within
// seconds.
#include <fmt/format.h>

#include "auth/licences.h"
#include "auth/user_admin.h"
#include "crm/builtin/users.h"
#include "server/commands.h"
#include "server/data.h"

namespace mailsync::server {
namespace {

namespace json = boost::json;

json::object json_of(const auth::Licences& licences) {
  return {{"bought", licences.bought},
          {"given", licences.given},
          {"left", licences.left()},
          {"mail_sync", licences.module_on}};
}

Result<UserId> user_of(db::Session& session, const std::string& login) {
  TRY(const auto user, crm::user_by_login(session, kAccount, login));
  if (user) return user->id;
  return fail(ErrorKind::Gone,
              "there is no user " + login + " here. \"mailsync user list\" shows those that there are.");
}

// The states of the mailboxes follow, as in the web application.
Result<void> settle(Data& data) {
  TRY(const auto mailboxes, data.store->mailboxes(kAccount));
  for (sync::Mailbox mailbox : mailboxes) {
    std::optional<std::string> why;
    TRY_VOID(data.database->read([&](db::Session& session) -> Result<void> {
      TRY(why, auth::why_not_licensed(session, kAccount, mailbox.user));
      return {};
    }));
    const bool parked = mailbox.state == sync::MailboxState::SwitchedOff;
    const bool ours = parked && auth::is_ours(mailbox.state_text);
    if (!sync::is_runnable(mailbox.state) || parked != ours || (!why && !ours) ||
        (ours && mailbox.state_text == why))
      continue;
    mailbox.state = why ? sync::MailboxState::SwitchedOff : sync::MailboxState::Active;
    mailbox.state_text = why.value_or("");
    TRY(const MailboxId same, save(*data.store, mailbox));
    static_cast<void>(same);
  }
  return {};
}

Result<auth::Licences> changed(Data& data, const LicenceWish& wish, Instant now) {
  const auth::Actor actor = auth::Actor::command_line();
  auth::Licences out;
  TRY_VOID(data.database->write(db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
    if (wish.bought) TRY_VOID(auth::set_bought(tx, kAccount, *wish.bought, actor, now));
    if (wish.module) {
      TRY(const bool changed_now, auth::set_module(tx, kAccount, *wish.module, actor, now));
      static_cast<void>(changed_now);
    }
    if (!wish.login.empty()) {
      TRY(const UserId user, user_of(tx, wish.login));
      const std::vector<UserId> users{user};
      TRY_VOID(wish.take ? auth::take_licences(tx, kAccount, users, actor, now)
                         : auth::give_licences(tx, kAccount, users, actor, now));
    }
    TRY(out, auth::licences(tx, kAccount));
    return {};
  }));
  TRY_VOID(settle(data));
  return out;
}

}  // namespace

Exit change_licences(const Settings& settings, Output& output, const LicenceWish& wish) {
  SystemClock clock;
  auto data = open_data(settings, clock);
  if (!data) return output.failed(data.error());
  const auto now = changed(*data, wish, clock.now());
  if (!now) return output.failed(now.error());
  return output.done(json_of(*now),
                     fmt::format("Mail Sync is switched {}. Licences: {} bought, {} given, {} left.",
                                 now->module_on ? "on" : "off", now->bought, now->given, now->left()));
}

}  // namespace mailsync::server
