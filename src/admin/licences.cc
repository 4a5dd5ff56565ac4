// Licenses & Modules: how many licences there are, who has one, and whether the module is on. What is taken
// parks the sync of those mailboxes at once; what is given back lets it go on.
#include "auth/licences.h"

#include <set>

#include "admin/account_json.h"
#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/json.h"
#include "admin/licence_state.h"
#include "admin/moved.h"

namespace mailsync::admin {
namespace {

auth::Actor actor_of(const Request& request) {
  return auth::actor_of(request.session.user, request.http.peer);
}

boost::json::object licences_json(const auth::Licences& licences) {
  return {{"bought", licences.bought},
          {"given", licences.given},
          {"left", licences.left()},
          {"mail_sync", licences.module_on}};
}

// Brings the state of the account's mailboxes in line with the licences of now. A pause, a hold and what
// waits for a start stay as they are. Should the process end before this has run, the next pass of each finds
// it out.
Result<Moved> settle(Api& api, AccountId account) {
  auth::Licences now;
  std::set<UserId> licensed;
  TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
    TRY(now, auth::licences(session, account));
    TRY(const auto users, auth::licensed_users(session, account));
    licensed.insert(users.begin(), users.end());
    return {};
  }));
  Moved out;
  std::vector<sync::Mailbox> changed;
  TRY(const auto mailboxes, api.store.mailboxes(account));
  for (sync::Mailbox mailbox : mailboxes) {
    const std::string_view why = auth::why_not(now, licensed.contains(mailbox.user));
    const auto next = state_with_licence(mailbox.state, mailbox.state_text, why);
    if (!next) continue;
    mailbox.state = *next;
    mailbox.state_text = why;
    (why.empty() ? out.resumed : out.parked).push_back(mailbox.id);
    changed.push_back(std::move(mailbox));
  }
  if (changed.empty()) return out;
  TRY_VOID(api.store.transact(sync::Durable::Yes, [&](Transaction& tx) -> Result<void> {
    for (const sync::Mailbox& mailbox : changed) TRY_VOID(api.store.save_mailbox(tx, mailbox));
    return {};
  }));
  return out;
}

struct Done {
  Answer answer;
  Moved moved;
};

// `change` in a transaction of its own, then what it means for the mailboxes; on the loop.
template <typename F>
Task<Answer> changing(Api& api, std::shared_ptr<const Request> request, F change) {
  Done done = co_await api.executor.blocking([&api, request, change]() -> Done {
    Done out{.answer = writing(api, [&](db::SqlTransaction& tx) { return change(api, *request, tx); }),
             .moved = {}};
    if (!out.answer) return out;
    auto moved = settle(api, request->viewer.account);
    if (moved)
      out.moved = *std::move(moved);
    else
      out.answer = std::unexpected(Problem(moved.error()));
    return out;
  });
  tell(api, done.moved);
  co_return std::move(done.answer);
}

Answer shown(db::Session& session, AccountId account) {
  TRY(const auth::Licences now, auth::licences(session, account));
  return Reply{.json = licences_json(now)};
}

// Users that the caller reaches; anybody else is not there.
std::expected<std::vector<UserId>, Problem> users_in(db::Session& session, const Request& request) {
  TRY_VOID(only_members(request.body, {"user_ids"}));
  TRY(const auto ids, ids_in(request.body, "user_ids"));
  if (ids.empty()) return std::unexpected(invalid("user_ids", "Choose at least one user."));
  std::vector<UserId> out;
  for (const int64_t id : ids) {
    const auto row = auth::user_row(session, request.viewer.account, {id});
    if (!row || !request.session.reaches(row->user.organization)) return std::unexpected(not_found("user"));
    out.push_back({id});
  }
  return out;
}

Answer give(Api& api, const Request& request, db::SqlTransaction& tx) {
  TRY(const auto users, users_in(tx, request));
  TRY_VOID(auth::give_licences(tx, request.viewer.account, users, actor_of(request), api.now()));
  return shown(tx, request.viewer.account);
}

Answer take(Api& api, const Request& request, db::SqlTransaction& tx) {
  TRY(const auto users, users_in(tx, request));
  TRY_VOID(auth::take_licences(tx, request.viewer.account, users, actor_of(request), api.now()));
  return shown(tx, request.viewer.account);
}

Answer change(Api& api, const Request& request, db::SqlTransaction& tx) {
  TRY_VOID(only_members(request.body, {"bought", "mail_sync"}));
  if (const auto* bought = request.body.if_contains("bought")) {
    if (!bought->is_int64()) return std::unexpected(invalid("bought", "Enter a whole number."));
    TRY_VOID(auth::set_bought(tx, request.viewer.account, bought->get_int64(), actor_of(request), api.now()));
  }
  if (const auto* on = request.body.if_contains("mail_sync")) {
    if (!on->is_bool()) return std::unexpected(invalid("mail_sync", "This must be true or false."));
    TRY(const bool changed,
        auth::set_module(tx, request.viewer.account, on->get_bool(), actor_of(request), api.now()));
    static_cast<void>(changed);
  }
  return shown(tx, request.viewer.account);
}

}  // namespace

Answer get_licences(Api& api, const Request& request) {
  return reading(api, [&](db::Session& session) -> Answer { return shown(session, request.viewer.account); });
}

Task<Answer> change_licences(Api& api, std::shared_ptr<const Request> request) {
  co_return co_await changing(api, request, &change);
}

Task<Answer> give_licences(Api& api, std::shared_ptr<const Request> request) {
  co_return co_await changing(api, request, &give);
}

Task<Answer> take_licences(Api& api, std::shared_ptr<const Request> request) {
  co_return co_await changing(api, request, &take);
}

}  // namespace mailsync::admin
