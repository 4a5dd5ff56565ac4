// An administrator of the tenant consents for everybody: GET /api/v1/oauth/consent?organization=ID sends him
// to Microsoft, whose answer comes to the callback that sign-ins use, too, and is told apart by its state.
// Pages, not operations of the API: they end with a redirect to the organization's Email Configuration. The
// tenant that Microsoft's redirect names is believed only after a token was issued for it (S12).
#pragma once

#include <map>
#include <string>

#include "admin/api.h"
#include "server/connections.h"
#include "server/sign_in_outcomes.h"

namespace mailsync::server {

class AdminConsent {
 public:
  // All outlive it. `https`: how browsers see us.
  AdminConsent(admin::Api& api, Random& random, Connections& connections, SignInOutcomes& outcomes,
               bool https)
      : api_(api), random_(random), connections_(connections), outcomes_(outcomes), https_(https) {}

  bool serves(const net::ServerRequest& request) const;
  static Task<net::ServerResponse> answer(AdminConsent& self, net::ServerRequest request);

 private:
  struct Begun {
    std::string session;  // opaque name of the session that began it (S3)
    OrganizationId organization;
    std::shared_ptr<const Access> access;
    Instant at;
  };

  Task<Result<std::string>> start(OrganizationId organization, const auth::Session& session,
                                  std::string session_name);
  Task<Result<void>> finish(const net::ServerRequest& request, Begun begun, const auth::Session& session);
  Task<Result<void>> check_tenant(const Access& access, std::string claimed);
  // Users' mailboxes are enabled again, and sync begins.
  Task<Result<void>> carry_on(const Begun& begun, const auth::Session& session, std::string peer);

  admin::Api& api_;
  Random& random_;
  Connections& connections_;
  SignInOutcomes& outcomes_;
  const bool https_;
  std::map<std::string, Begun, std::less<>> begun_;  // by state
};

}  // namespace mailsync::server
