#include "tests/admin/panel_stage.h"

#include <fmt/format.h>

#include "auth/licences.h"

namespace mailsync::admin {

using boost::json::array;
using boost::json::object;

void PanelStage::SetUp() {
  Installation::SetUp();
  sales = organization_of(kAccount, "Sales");
  root = person("root@ours.example", auth::Role::SystemAdmin, {});
  lead = person("lead@ours.example", auth::Role::OrgAdmin, sales, {sales});
  ann = person("ann@ours.example", auth::Role::User, sales);
  bob = person("bob@ours.example", auth::Role::User, {});
  person("user@foreign.example", auth::Role::SystemAdmin, {}, {}, kForeign);
  sign_in("root@ours.example");
  ASSERT_EQ(call("PATCH", "/api/v1/account/licences", object{{"mail_sync", true}, {"bought", 40}}).status,
            200);
}

// As Installation::add, without the work of a password: nobody signs in with one here.
UserId PanelStage::person(const std::string& login, auth::Role role, OrganizationId organization,
                          std::vector<OrganizationId> administers, AccountId account) {
  UserId id;
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const auto all, auth::organizations(tx, account));
    TRY(const auth::UserRow row, auth::invite(tx,
                                              {.account = account,
                                               .login = login,
                                               .name = login.substr(0, login.find('@')),
                                               .role = role,
                                               .organization = organization ? organization : all.front().id,
                                               .administers = std::move(administers),
                                               .password_hash = "none"},
                                              auth::Actor::system(), clock.now()));
    id = row.user.id;
    TRY(const UserId same, crm::add_user(tx, account,
                                         {.id = id,
                                          .login = login,
                                          .name = row.user.display_name,
                                          .address = login,
                                          .role = crm::Role::User}));
    static_cast<void>(same);
    return {};
  });
  return id;
}

Got PanelStage::act(const std::string& action, const std::vector<UserId>& users, object more) {
  array ids;
  for (const UserId each : users) ids.push_back(boost::json::string(std::to_string(each.value)));
  more["action"] = action;
  more["user_ids"] = std::move(ids);
  return call("POST", "/api/v1/mail-sync/operations", more);
}

Got PanelStage::act_on_all(const std::string& action, const object& matching, object more) {
  more["action"] = action;
  more["matching"] = matching;
  return call("POST", "/api/v1/mail-sync/operations", more);
}

object PanelStage::finished(const Got& begun) {
  EXPECT_EQ(begun.status, 202) << begun.body;
  if (begun.status != 202) return {{"changed", -1}, {"done", -1}, {"id", "0"}};
  object now = begun.json;
  for (int i = 0; i < 1000 && now.at("state") == "running"; ++i)
    now = call("GET", "/api/v1/mail-sync/operations/" + begun.text("id")).json;
  EXPECT_EQ(now.at("state"), "done") << boost::json::serialize(now);
  return now;
}

object PanelStage::row_of(const std::string& login) {
  const Got got = list("q=" + login);
  EXPECT_EQ(got.json.at("items").as_array().size(), 1U) << got.body;
  return got.json.at("items").as_array().empty() ? object() : got.json.at("items").at(0).as_object();
}

void PanelStage::add_many(int count) {
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const auto all, auth::organizations(tx, kAccount));
    for (int i = 0; i < count; ++i) {
      TRY(const auto row, auth::invite(tx,
                                       {.account = kAccount,
                                        .login = fmt::format("person{:02}@many.example", i),
                                        .name = fmt::format("Person{:02}", i),
                                        .role = auth::Role::User,
                                        .organization = all.front().id,
                                        .administers = {},
                                        .password_hash = {}},
                                       auth::Actor::system(), clock.now()));
      static_cast<void>(row);
    }
    return {};
  });
}

UserId PanelStage::user_named(const std::string& login) {
  UserId out;
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const auto rows, auth::user_rows(tx, {.account = kAccount, .within = {}, .words = login}, 1));
    if (!rows.empty()) out = rows.front().user.id;
    return {};
  });
  return out;
}

MailboxId PanelStage::box_of(UserId user) {
  const auto all = store.mailboxes(kAccount);
  for (const sync::Mailbox& each : *all)
    if (each.user == user) return each.id;
  return {};
}

sync::MailboxState PanelStage::state_of(UserId user) {
  return store.mailbox(box_of(user))->state;
}

void PanelStage::set_state(UserId user, sync::MailboxState state, const std::string& words) {
  const MailboxId box = box_of(user);
  write([&](db::SqlTransaction& tx) { return panel.set_state(tx, box, state, words); });
}

void PanelStage::keep_cursor(MailboxId box, const std::string& collection, const std::string& cursor) {
  write([&](db::SqlTransaction& tx) {
    return store.save_cursor(tx, box, collection, {{cursor}, true, clock.now()});
  });
}

void PanelStage::mailbox_trouble(const std::string& address) {
  const MailboxId box = box_of(user_named(address));
  write([&](db::SqlTransaction& tx) {
    return store.open_issue(tx, {.mailbox = box,
                                 .key = "mailbox:login",
                                 .severity = "error",
                                 .title = "Microsoft refused",
                                 .cause = "the password was changed",
                                 .remedy = "Sign in again.",
                                 .opened_at = clock.now()});
  });
}

}  // namespace mailsync::admin
