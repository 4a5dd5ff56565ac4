#include "server/admin_consent.h"

#include <algorithm>
#include <charconv>

#include "admin/access_change.h"
#include "auth/code_flow.h"
#include "auth/encoding.h"
#include "auth/organizations.h"
#include "base/log.h"
#include "server/pages.h"
#include "server/permissions.h"

namespace mailsync::server {
namespace {

constexpr const char* kStart = "/api/v1/oauth/consent";
constexpr const char* kCallback = "/api/v1/oauth/callback";
constexpr Duration kPatience = std::chrono::minutes(10);
constexpr size_t kMostBegun = 100;

std::string page_of(OrganizationId organization, const std::string& outcome) {
  return "/configuration/mail-sync/organizations/" + std::to_string(organization.value) +
         "/email-configuration?consent=" + outcome;
}

OrganizationId organization_in(const net::ServerRequest& request) {
  const auto text = request.query_value("organization").value_or("");
  int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return {problem == std::errc() && end == text.data() + text.size() && number > 0 ? number : 0};
}

bool same_id(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, ::tolower, ::tolower);
}

}  // namespace

bool AdminConsent::serves(const net::ServerRequest& request) const {
  if (request.path == kStart) return true;
  return request.path == kCallback && begun_.contains(request.query_value("state").value_or(""));
}

Task<net::ServerResponse> AdminConsent::answer(AdminConsent& self, net::ServerRequest request) {
  if (request.method != "GET") co_return plain_page(405, "This is a page: open it in the browser.");
  const Secret token = auth::session_token(request.headers, self.https_);
  const auto session = co_await self.api_.sessions.check(token);
  if (!session) co_return redirect_to("/");
  const std::string session_name = auth::base64url(auth::sha256(token.reveal()));
  OrganizationId organization = organization_in(request);
  admin::SignInOutcome about;
  about.reason = "connected";
  std::optional<Error> refused;
  if (request.path == kStart) {
    auto next = co_await self.start(organization, *session, session_name);
    if (next) co_return redirect_to(*next);
    refused = std::move(next).error();
  } else {
    const auto found = self.begun_.find(request.query_value("state").value_or(""));
    Begun begun = std::move(self.begun_.extract(found).mapped());  // good for one answer
    organization = begun.organization;
    const bool own = auth::same_secret(begun.session, session_name);
    const bool late = self.api_.now() - begun.at > kPatience;
    if (own && !late) {
      if (auto done = co_await self.finish(request, std::move(begun), *session); !done)
        refused = std::move(done).error();
    } else {
      refused =
          Error{.kind = ErrorKind::Forbidden,
                .message = "This consent was not begun here, or took longer than ten minutes: begin again."};
    }
  }
  if (refused) {
    log::error("consent_not_given", *refused, {{"organization", organization}});
    std::string reason = reason_of(*refused);
    tell(about, std::move(reason), *std::move(refused));
  }
  co_return redirect_to(page_of(organization, self.outcomes_.keep(std::move(about), session->user.id)));
}

Task<Result<std::string>> AdminConsent::start(OrganizationId organization, const auth::Session& session,
                                              std::string session_name) {
  const auto may = session.user.role != auth::Role::User && session.reaches(organization);
  bool there = false;
  CO_TRY_VOID(co_await api_.executor.blocking([&] {
    return api_.database.read([&](db::Session& db) -> Result<void> {
      there = may && auth::organization(db, session.user.account, organization).has_value();
      return {};
    });
  }));
  if (!there) co_return fail(ErrorKind::Gone, "There is no such organization, or it is not yours to set up.");
  CO_TRY(const std::shared_ptr<const Access> access,
         co_await connections_.access_of(session.user.account, organization));
  if (!access->configuration.uses(auth::is_microsoft))
    co_return fail(ErrorKind::Unsupported,
                   "The access method of this organization needs no consent of Microsoft's.");
  if (access->app.redirect_uri.empty())
    co_return fail(
        ErrorKind::Unsupported,
        "Microsoft would not know where to send you back to: the operator has to set [server] public_url "
        "to the address under which browsers open Mail Sync.");
  const Instant now = api_.now();
  std::erase_if(begun_, [&](const auto& entry) { return now - entry.second.at > kPatience; });
  if (begun_.size() >= kMostBegun)
    begun_.erase(std::ranges::min_element(begun_, {}, [](const auto& entry) { return entry.second.at; }));
  const std::string state = random_.token();
  begun_[state] = {
      .session = std::move(session_name), .organization = organization, .access = access, .at = now};
  co_return auth::admin_consent_url(access->app, state, access->app_scopes().front());
}

Task<Result<void>> AdminConsent::finish(const net::ServerRequest& request, Begun begun,
                                        const auth::Session& session) {
  const std::string state(request.query_value("state").value_or(""));
  CO_TRY(std::string claimed, auth::finish_admin_consent(begun.access->app, state, request));
  CO_TRY_VOID(co_await check_tenant(*begun.access, std::move(claimed)));
  co_return co_await carry_on(begun, session, request.peer);
}

Task<Result<void>> AdminConsent::check_tenant(const Access& access, std::string claimed) {
  const auto another = [&] {
    return fail(
        {.kind = ErrorKind::Forbidden,
         .message = "The consent was given in another tenant than " + access.app.tenant +
                    ", which is configured here: sign in as an administrator of that tenant, or correct the "
                    "tenant under Email Configuration. Nothing was changed.",
         .vendor_code = "tenant_mismatch"});
  };
  // For end-user sign-in nobody asks for tokens of the application itself.
  connections_.tokens().forget(access.id);
  CO_TRY(const auth::Tokens tokens,
         co_await connections_.oauth().app_token(access.app, access.app_scopes().front()));
  const std::string real = tenant_in(tokens.access_token.reveal());
  if (!real.empty() && !same_id(real, claimed)) co_return another();
  if (real.empty() && access.app.tenant.size() == claimed.size() && !same_id(access.app.tenant, claimed))
    co_return another();
  co_return Result<void>();
}

Task<Result<void>> AdminConsent::carry_on(const Begun& begun, const auth::Session& session,
                                          std::string peer) {
  auth::Organization organization;
  CO_TRY(const admin::Moved moved, co_await api_.executor.blocking([&]() -> Result<admin::Moved> {
    TRY_VOID(api_.database.write(db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
      TRY(organization, auth::organization(tx, session.user.account, begun.organization));
      return auth::note(tx, api_.now(),
                        {.account = session.user.account,
                         .actor = auth::actor_of(session.user, peer),
                         .action = "email_configuration.consented",
                         .subject = "organization:" + std::to_string(organization.id.value),
                         .subject_name = organization.name,
                         .organization = organization.id});
    }));
    return admin::follow_access(api_, session.user.account, begun.organization, &begun.access->configuration);
  }));
  admin::tell(api_, moved);
  co_return Result<void>();
}

}  // namespace mailsync::server
