// mailsync user …: the people who sign in. Each is in two tables under one number: auth knows his password,
// the CRM his rights.
#include <fmt/format.h>

#include <iostream>

#include "auth/users.h"
#include "base/random.h"
#include "crm/builtin/users.h"
#include "net/asio_executor.h"
#include "server/commands.h"
#include "server/data.h"

namespace mailsync::server {
namespace {

namespace json = boost::json;

// What every command of this file needs.
struct Desk {
  Data data;
  net::AsioExecutor executor;
  std::optional<auth::Users> users;
};

Result<std::unique_ptr<Desk>> open_desk(const Settings& settings) {
  auto desk = std::make_unique<Desk>();
  TRY(desk->data, open_data(settings, desk->executor.clock()));
  desk->users.emplace(desk->executor, *desk->data.database);
  return desk;
}

Result<auth::User> find_user(Desk& desk, const std::string& login) {
  TRY(const auto found, desk.executor.run_task(desk.users->find(login)));
  if (found) return *found;
  return fail(ErrorKind::Gone,
              "there is no user " + login + " here. \"mailsync user list\" shows those that there are.");
}

struct Password {
  Secret value;
  bool made = false;
};

Result<Password> password_for(const UserWish& wish) {
  if (!wish.password_from_stdin) return Password{Secret(SystemRandom().token(15)), true};
  std::string line;
  if (!std::getline(std::cin, line))
    return fail(ErrorKind::ItemInvalid, "no password came on standard input: send it as the first line");
  return Password{Secret(std::move(line)), false};
}

json::object json_of(const auth::User& user) {
  return {{"id", std::to_string(user.id.value)},
          {"login", user.login},
          {"name", user.display_name},
          {"role", auth::name_of(user.role)},
          {"disabled", user.disabled_at.has_value()}};
}

Result<UserId> add_to_both(Desk& desk, const UserWish& wish, const Password& password) {
  const std::string name = wish.name.empty() ? wish.login.substr(0, wish.login.find('@')) : wish.name;
  TRY(const UserId id,
      desk.executor.run_task(desk.users->add({.account = kAccount,
                                              .login = wish.login,
                                              .display_name = name,
                                              .role = wish.admin ? auth::Role::SystemAdmin : auth::Role::User,
                                              .password = password.value})));
  TRY(const auth::User user, desk.executor.run_task(desk.users->get(id)));
  const crm::User in_crm{.id = id,
                         .login = user.login,
                         .name = name,
                         .address = user.login,
                         .role = wish.admin ? crm::Role::SystemAdministrator : crm::Role::User};
  TRY_VOID(desk.data.database->write(db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const UserId same, crm::add_user(tx, kAccount, in_crm));
    static_cast<void>(same);
    return {};
  }));
  return id;
}

}  // namespace

Exit add_user(const Settings& settings, Output& output, const UserWish& wish) {
  auto desk = open_desk(settings);
  if (!desk) return output.failed(desk.error());
  const auto password = password_for(wish);
  if (!password) return output.failed(password.error());
  const auto id = add_to_both(**desk, wish, *password);
  if (!id) return output.failed(id.error());
  const auto user = (*desk)->executor.run_task((*desk)->users->get(*id));
  if (!user) return output.failed(user.error());
  json::object answer = json_of(*user);
  std::string words = fmt::format("{} can sign in now.", user->login);
  if (password->made) {
    answer["password"] = password->value.reveal();
    words += fmt::format("\nPassword, shown this once: {}", password->value.reveal());
  }
  return output.done(answer, words);
}

Exit list_users(const Settings& settings, Output& output) {
  auto desk = open_desk(settings);
  if (!desk) return output.failed(desk.error());
  const auto users = (*desk)->executor.run_task((*desk)->users->list(kAccount));
  if (!users) return output.failed(users.error());
  json::array list;
  std::vector<std::vector<std::string>> rows{{"LOGIN", "NAME", "ROLE", "STATE"}};
  for (const auth::User& user : *users) {
    list.push_back(json_of(user));
    rows.push_back({user.login, user.display_name, std::string(auth::name_of(user.role)),
                    user.disabled_at ? "disabled" : "active"});
  }
  const bool none = list.empty();
  return output.done(
      json::object{{"users", std::move(list)}},
      none ? "Nobody can sign in yet. Add somebody: mailsync user add --admin ann@example.com" : table(rows));
}

Exit set_password(const Settings& settings, Output& output, const UserWish& wish) {
  auto desk = open_desk(settings);
  if (!desk) return output.failed(desk.error());
  const auto user = find_user(**desk, wish.login);
  if (!user) return output.failed(user.error());
  const auto password = password_for(wish);
  if (!password) return output.failed(password.error());
  const auto set = (*desk)->executor.run_task((*desk)->users->set_password(user->id, password->value));
  if (!set) return output.failed(set.error());
  json::object answer{{"login", user->login}};
  std::string words = fmt::format("{} has a new password and was signed out everywhere.", user->login);
  if (password->made) {
    answer["password"] = password->value.reveal();
    words += fmt::format("\nPassword, shown this once: {}", password->value.reveal());
  }
  return output.done(answer, words);
}

Exit set_user_disabled(const Settings& settings, Output& output, const std::string& login, bool disabled) {
  auto desk = open_desk(settings);
  if (!desk) return output.failed(desk.error());
  const auto user = find_user(**desk, login);
  if (!user) return output.failed(user.error());
  const auto set = (*desk)->executor.run_task((*desk)->users->set_disabled(user->id, disabled));
  if (!set) return output.failed(set.error());
  const auto in_crm =
      (*desk)->data.database->write(db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
        TRY(crm::User row, crm::user(tx, kAccount, user->id));
        row.disabled = disabled;
        return crm::update_user(tx, kAccount, row);
      });
  if (!in_crm) return output.failed(in_crm.error());
  return output.done(
      json::object{{"login", user->login}, {"disabled", disabled}},
      fmt::format("{} {}.", user->login,
                  disabled ? "cannot sign in any more, and was signed out everywhere" : "can sign in again"));
}

}  // namespace mailsync::server
