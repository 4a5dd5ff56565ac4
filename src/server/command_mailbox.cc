// mailsync mailbox …: which mailboxes are synced. A running server notices every change within seconds.
#include <fmt/format.h>

#include "auth/email_configurations.h"
#include "auth/licences.h"
#include "auth/users.h"
#include "crm/builtin/users.h"
#include "net/asio_executor.h"
#include "server/commands.h"
#include "server/counts_json.h"
#include "server/data.h"

namespace mailsync::server {
namespace {

namespace json = boost::json;

// Who adds a mailbox here wants it synced: its user gets a licence, and the module is switched on unless an
// administrator has decided about it.
Result<void> license(Data& data, UserId owner) {
  SystemClock clock;
  const std::vector<UserId> users{owner};
  return data.database->write(db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const auth::Licences before, auth::licences(tx, kAccount));
    if (!before.module_decided) {
      TRY(const bool changed, auth::set_module(tx, kAccount, true, auth::Actor::command_line(), clock.now()));
      static_cast<void>(changed);
    }
    return auth::give_licences(tx, kAccount, users, auth::Actor::command_line(), clock.now());
  });
}

// As the Email Configuration of his organization says, else the settings.
Result<std::string> method_for(Data& data, const Settings& settings, UserId owner) {
  auth::EmailConfiguration own;
  TRY_VOID(data.database->read([&](db::Session& session) -> Result<void> {
    TRY(own, auth::email_configuration_of(session, kAccount, owner));
    return {};
  }));
  const std::string usual = settings.graph.sign_in == GraphSignIn::App ? "graph_app" : "graph_user";
  if (own.version == 0) return usual;
  const std::string chosen = auth::method_for_mailbox(own, "");
  return chosen.empty() ? usual : chosen;  // none of this version's: its passes say so
}

Result<sync::Mailbox> make_mailbox(Data& data, const Settings& settings, const MailboxWish& wish) {
  TRY(const std::string address, auth::canonical_login(wish.address));
  TRY(const std::string login, auth::canonical_login(wish.user.empty() ? wish.address : wish.user));
  std::optional<crm::User> owner;
  TRY_VOID(data.database->read([&](db::Session& session) -> Result<void> {
    TRY(owner, crm::user_by_login(session, kAccount, login));
    return {};
  }));
  if (!owner)
    return fail(ErrorKind::Gone, "there is no user " + login +
                                     ", and a mailbox needs one whose rights it has in the CRM. "
                                     "Name one with --user LOGIN, or add him: mailsync user add " +
                                     login);
  TRY_VOID(license(data, owner->id));
  TRY(const std::string method, method_for(data, settings, owner->id));
  const bool app = method == "graph_app";
  sync::Mailbox mailbox{
      .account = kAccount,
      .user = owner->id,
      .address = address,
      .remote_user = wish.remote_user.empty() && app ? address : wish.remote_user,
      .access_method = method,
      .state = settings.sync.wait_for_start ? sync::MailboxState::WaitsForStart : sync::MailboxState::Active,
      .profile = settings.profile};
  if (auto saved = save(*data.store, mailbox); saved)
    mailbox.id = *saved;
  else if (saved.error().kind == ErrorKind::VersionStale)
    return fail(ErrorKind::ItemInvalid, "the mailbox " + address + " is there already.");
  else
    return fail(std::move(saved).error());
  return mailbox;
}

json::object json_of(const sync::Mailbox& mailbox) {
  return {{"id", std::to_string(mailbox.id.value)},
          {"address", mailbox.address},
          {"remote_user", mailbox.remote_user},
          {"user_id", std::to_string(mailbox.user.value)},
          {"access_method", mailbox.access_method},
          {"state", sync::name_of(mailbox.state)},
          {"state_text", mailbox.state_text},
          {"last_pass_at",
           mailbox.last_pass_at.us == 0 ? json::value(nullptr) : json::value(mailbox.last_pass_at.to_iso())}};
}

json::object json_of(const sync::Issue& issue) {
  return {{"key", issue.key},
          {"severity", issue.severity},
          {"title", issue.title},
          {"cause", issue.cause},
          {"effect", issue.effect},
          {"remedy", issue.remedy},
          {"opened_at", issue.opened_at.to_iso()}};
}

}  // namespace

Exit add_mailbox(const Settings& settings, Output& output, const MailboxWish& wish) {
  SystemClock clock;
  auto data = open_data(settings, clock);
  if (!data) return output.failed(data.error());
  const auto mailbox = make_mailbox(*data, settings, wish);
  if (!mailbox) return output.failed(mailbox.error());
  const bool waits = mailbox->state == sync::MailboxState::WaitsForStart;
  return output.done(
      json_of(*mailbox),
      mailbox->address + (waits ? " waits for a start: see what would happen with \"mailsync sync "
                                  "--dry-run\", then \"mailsync mailbox start\"."
                                : " is synced from now on."));
}

Exit list_mailboxes(const Settings& settings, Output& output) {
  SystemClock clock;
  auto data = open_data(settings, clock);
  if (!data) return output.failed(data.error());
  const auto mailboxes = data->store->mailboxes(kAccount);
  if (!mailboxes) return output.failed(mailboxes.error());
  json::array list;
  std::vector<std::vector<std::string>> rows{{"ADDRESS", "STATE", "LAST PASS", "ISSUES", "LINKS", ""}};
  for (const sync::Mailbox& mailbox : *mailboxes) {
    const auto issues = data->store->open_issues(mailbox.id);
    const auto totals = data->store->totals(mailbox.id);
    if (!issues) return output.failed(issues.error());
    if (!totals) return output.failed(totals.error());
    json::object entry = json_of(mailbox);
    json::array told;
    for (const sync::Issue& issue : *issues) told.push_back(json_of(issue));
    entry["issues"] = std::move(told);
    entry["totals"] = json_of(*totals);
    json::object links;
    int64_t linked = 0;
    for (const model::Kind kind : kKinds) {
      const auto count = data->store->count_links(mailbox.id, kind);
      if (!count) return output.failed(count.error());
      links[model::name_of(kind)] = *count;
      linked += *count;
    }
    entry["links"] = std::move(links);
    rows.push_back({mailbox.address, std::string(sync::name_of(mailbox.state)),
                    mailbox.last_pass_at.us == 0 ? "never" : mailbox.last_pass_at.to_iso().substr(0, 19),
                    std::to_string(issues->size()), std::to_string(linked), mailbox.state_text});
    list.push_back(std::move(entry));
  }
  const bool none = list.empty();
  return output.done(json::object{{"mailboxes", std::move(list)}},
                     none ? "No mailbox yet. Add one: mailsync mailbox add ann@example.com" : table(rows));
}

Exit remove_mailbox(const Settings& settings, Output& output, const std::string& address) {
  SystemClock clock;
  auto data = open_data(settings, clock);
  if (!data) return output.failed(data.error());
  const auto mailbox = find_mailbox(*data->store, address);
  if (!mailbox) return output.failed(mailbox.error());
  if (const auto removed = data->store->remove_mailbox(mailbox->id); !removed)
    return output.failed(removed.error());
  return output.done(json_of(*mailbox),
                     address + " is not synced any more. Nothing was deleted in the mailbox or in the CRM.");
}

Exit pause_mailbox(const Settings& settings, Output& output, const std::string& address, bool pause) {
  SystemClock clock;
  auto data = open_data(settings, clock);
  if (!data) return output.failed(data.error());
  auto mailbox = find_mailbox(*data->store, address);
  if (!mailbox) return output.failed(mailbox.error());
  mailbox->state = pause ? sync::MailboxState::Paused : sync::MailboxState::Active;
  mailbox->state_text.clear();
  if (const auto saved = save(*data->store, *mailbox); !saved) return output.failed(saved.error());
  return output.done(json_of(*mailbox), address + (pause ? " is paused." : " is synced again."));
}

Exit apply_profile(const Settings& settings, Output& output, const std::vector<std::string>& addresses) {
  SystemClock clock;
  auto data = open_data(settings, clock);
  if (!data) return output.failed(data.error());
  std::vector<sync::Mailbox> chosen;
  for (const std::string& address : addresses) {
    auto mailbox = find_mailbox(*data->store, address);
    if (!mailbox) return output.failed(mailbox.error());
    chosen.push_back(std::move(*mailbox));
  }
  if (addresses.empty()) {
    auto all = data->store->mailboxes(kAccount);
    if (!all) return output.failed(all.error());
    chosen = std::move(*all);
  }
  json::array changed;
  std::vector<MailboxId> ids;
  for (const sync::Mailbox& mailbox : chosen) {
    ids.push_back(mailbox.id);
    changed.push_back(json::string(mailbox.address));
  }
  // Instead of a profile that the panel gave them.
  sync::NamedProfile profile;
  profile.settings = settings.profile;
  const auto given = data->store->transact(sync::Durable::Yes, [&](Transaction& tx) -> Result<void> {
    TRY(const int64_t different, data->profiles->give(tx, kAccount, ids, profile, false));
    static_cast<void>(different);
    return {};
  });
  if (!given) return output.failed(given.error());
  const size_t count = changed.size();
  return output.done(json::object{{"changed", std::move(changed)}},
                     fmt::format("{} mailboxes have the profile of the settings now.", count));
}

}  // namespace mailsync::server
