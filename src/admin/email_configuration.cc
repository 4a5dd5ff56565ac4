// An organization's Email Configuration: shown without its secrets, changed, and given back to the settings
// file.
#include "admin/access_change.h"
#include "admin/data.h"
#include "admin/email_configuration_json.h"
#include "admin/handlers.h"
#include "admin/json.h"
#include "auth/email_configurations.h"

namespace mailsync::admin {
namespace {

std::expected<ShownConfiguration, Problem> stored(db::Session& session, const Request& request) {
  ShownConfiguration out;
  TRY(out.organization, organization_in(session, request));
  TRY(out.own, auth::email_configuration(session, request.viewer.account, out.organization.id));
  TRY(out.marks, auth::email_secret_marks(session, request.viewer.account, out.organization.id));
  return out;
}

Problem all_of(std::vector<auth::WrongInput> wrong) {
  Problem out(422, "invalid", "Some of this cannot be saved: correct what is marked.");
  if (wrong.size() == 1) out.detail = wrong.front().words;
  for (auth::WrongInput& each : wrong) out.errors.emplace_back(std::move(each.field), std::move(each.words));
  return out;
}

std::expected<ShownConfiguration, Problem> change(Api& api, const Request& request, db::SqlTransaction& tx) {
  TRY(ShownConfiguration shown, stored(tx, request));
  if (!api.vault)
    return std::unexpected(Problem(503, "no_master_key",
                                   "The server has no master key to keep secrets with: the operator makes "
                                   "one with \"mailsync master-key "
                                   "FILE\" and names it in [vault] of the settings."));
  auth::EmailConfiguration before = shown.own.value_or(auth::EmailConfiguration{});
  before.organization = shown.organization.id;
  TRY(TypedConfiguration typed, typed_configuration(request.body, before));
  if (typed.configuration.version == before.version) {
    auto wrong = auth::check(typed.configuration, typed.secrets, before, shown.marks,
                             {.addresses = api.addresses, .now = api.now()});
    if (!wrong.empty()) return std::unexpected(all_of(std::move(wrong)));
  }
  TRY(shown.own, auth::save_email_configuration(
                     tx, *api.vault, request.viewer.account, std::move(typed.configuration), typed.secrets,
                     auth::actor_of(request.session.user, request.http.peer), api.now()));
  TRY(shown.marks, auth::email_secret_marks(tx, request.viewer.account, shown.organization.id));
  return shown;
}

struct Done {
  Answer answer;
  OrganizationId organization;
  std::optional<auth::EmailConfiguration> now;  // what counts from here on
  Moved moved;
};

// What was committed, carried on to the mailboxes; the rest on the loop.
Task<Answer> carry_on(Api& api, AccountId account, Done done) {
  if (!done.answer) co_return std::move(done.answer);
  auto moved =
      co_await api.executor.blocking([&api, account, organization = done.organization, now = done.now] {
        return follow_access(api, account, organization, now ? &*now : nullptr);
      });
  if (!moved) co_return std::unexpected(Problem(moved.error()));
  tell(api, *moved);
  co_return std::move(done.answer);
}

}  // namespace

Answer get_email_configuration(Api& api, const Request& request) {
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const ShownConfiguration shown, stored(session, request));
    return Reply{.json = email_configuration_json(api, shown)};
  });
}

Task<Answer> change_email_configuration(Api& api, std::shared_ptr<const Request> request) {
  Done done = co_await api.executor.blocking([&api, request]() -> Done {
    Done out{.answer = {}, .organization = {}, .now = {}, .moved = {}};
    out.answer = writing(api, [&](db::SqlTransaction& tx) -> Answer {
      TRY(const ShownConfiguration shown, change(api, *request, tx));
      out.organization = shown.organization.id;
      out.now = shown.own;
      return Reply{.json = email_configuration_json(api, shown)};
    });
    return out;
  });
  co_return co_await carry_on(api, request->viewer.account, std::move(done));
}

Task<Answer> remove_email_configuration(Api& api, std::shared_ptr<const Request> request) {
  Done done = co_await api.executor.blocking([&api, request]() -> Done {
    Done out{.answer = {}, .organization = {}, .now = {}, .moved = {}};
    out.answer = writing(api, [&](db::SqlTransaction& tx) -> Answer {
      TRY(const auth::Organization organization, organization_in(tx, *request));
      out.organization = organization.id;
      TRY_VOID(auth::remove_email_configuration(tx, request->viewer.account, organization.id,
                                                auth::actor_of(request->session.user, request->http.peer),
                                                api.now()));
      return Reply{.status = 204};
    });
    return out;
  });
  if (api.mail_access) done.now = api.mail_access->settings();
  co_return co_await carry_on(api, request->viewer.account, std::move(done));
}

}  // namespace mailsync::admin
