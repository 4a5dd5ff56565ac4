// How this program is known to a sign-in service, and how it proves that it is the one.
#pragma once

#include <optional>
#include <string>

#include "auth/oauth_error.h"
#include "base/secret.h"

namespace mailsync::auth {

struct ClientCertificate {
  std::string certificate_pem;
  Secret key_pem;
};

struct AppRegistration {
  std::string authority =
      "https://login.microsoftonline.com";  // without a slash at the end; the lab's in tests
  std::string tenant;  // GUID or domain; "organizations" only where users of any tenant sign in
  std::string client_id;
  Secret client_secret;  // one of the two; the certificate is preferred where both are set (S11)
  std::optional<ClientCertificate> certificate;
  std::string redirect_uri;  // of the code flow, exactly as registered

  std::string endpoint(std::string_view name) const {
    return authority + "/" + tenant + "/oauth2/v2.0/" + std::string(name);
  }
  AboutSignIn about() const { return {.client_id = client_id, .tenant = tenant}; }
};

}  // namespace mailsync::auth
