#include "lab/fronts/identity/aadsts.h"

#include <fmt/format.h>

#include <span>

namespace mailsync::lab::identity {

namespace {

struct Row {
  int number;
  int status;
  const char* error;
  const char* redirect_error;
  const char* suberror;
  const char* message;
};

// Wording after the public list and answers seen in the wild; clients may branch on the number and the error
// alone.
constexpr Row kRows[] = {
    {16000, 400, "interaction_required", "interaction_required", "",
     "Either multiple user identities are available for the current request or selected account is not "
     "supported for the scenario."},
    {50011, 400, "invalid_request", "invalid_request", "",
     "The redirect URI '{detail}' specified in the request does not match the redirect URIs configured for "
     "the application '{app}'. Make sure the redirect URI sent in the request matches one added to your "
     "application."},
    {50034, 400, "invalid_grant", "access_denied", "",
     "The user account {detail} does not exist in the {tenant} directory. To sign into this application, the "
     "account must be added to the directory."},
    {50057, 400, "invalid_grant", "access_denied", "", "The user account is disabled."},
    {50058, 400, "login_required", "login_required", "",
     "A silent sign-in request was sent but no user is signed in."},
    {50059, 400, "invalid_request", "invalid_request", "",
     "No tenant-identifying information found in either the request or implied by any provided credentials."},
    {50076, 400, "invalid_grant", "interaction_required", "basic_action",
     "Due to a configuration change made by your administrator, or because you moved to a new location, you "
     "must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'."},
    {50079, 400, "invalid_grant", "interaction_required", "basic_action",
     "Due to a configuration change made by your administrator, or because you moved to a new location, you "
     "must enroll in multi-factor authentication to access '00000003-0000-0000-c000-000000000000'."},
    {50126, 400, "invalid_grant", "access_denied", "",
     "Error validating credentials due to invalid username or password."},
    {50173, 400, "invalid_grant", "interaction_required", "bad_token",
     "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might "
     "have changed or reset their password. The grant was issued on '{issued}' and the TokensValidFrom date "
     "(before which tokens are not valid) for this user is '{revoked}'."},
    {53003, 400, "invalid_grant", "access_denied", "message_only",
     "Access has been blocked by Conditional Access policies. The access policy does not allow token "
     "issuance."},
    {54005, 400, "invalid_grant", "invalid_grant", "",
     "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing "
     "refresh token."},
    {65001, 400, "invalid_grant", "consent_required", "consent_required",
     "The user or administrator has not consented to use the application with ID '{app}' named '{name}'. "
     "Send an interactive authorization request for this user and resource."},
    {65004, 400, "invalid_grant", "access_denied", "", "User declined to consent to access the app."},
    {70000, 400, "invalid_grant", "invalid_grant", "bad_token",
     "The provided grant is invalid or malformed. {detail}"},
    {70003, 400, "unsupported_grant_type", "unsupported_grant_type", "",
     "The app requested an unsupported grant type '{detail}'."},
    {70008, 400, "invalid_grant", "invalid_grant", "",
     "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive "
     "authorization request for this user and resource."},
    {70011, 400, "invalid_scope", "invalid_scope", "",
     "The provided request must include a 'scope' input parameter. The provided value for the input "
     "parameter 'scope' is not valid. The scope {scope} is not valid."},
    {70016, 400, "authorization_pending", "authorization_pending", "",
     "OAuth 2.0 device flow error. Authorization is pending. Continue polling."},
    {90002, 400, "invalid_request", "invalid_request", "",
     "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into "
     "the correct cloud. Check with your subscription administrator, this may happen if there are no active "
     "subscriptions for the tenant."},
    {90014, 400, "invalid_request", "invalid_request", "",
     "The required field '{detail}' is missing from the credential. Ensure that you have all the necessary "
     "parameters for the login request."},
    {90033, 503, "temporarily_unavailable", "temporarily_unavailable", "",
     "A transient error has occurred. Please try again."},
    {90055, 429, "temporarily_unavailable", "temporarily_unavailable", "",
     "The server has terminated the request since it exceeds its limits. Please try again after waiting."},
    {700016, 400, "unauthorized_client", "unauthorized_client", "",
     "Application with identifier '{app}' was not found in the directory '{tenant}'. This can happen if the "
     "application has not been installed by the administrator of the tenant or consented to by any user in "
     "the tenant. You may have sent your authentication request to the wrong tenant."},
    {700021, 401, "invalid_client", "invalid_client", "",
     "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation "
     "at https://learn.microsoft.com/entra/identity-platform/certificate-credentials."},
    {700023, 401, "invalid_client", "invalid_client", "",
     "Client assertion audience claim does not match Realm issuer. Review the documentation at "
     "https://learn.microsoft.com/entra/identity-platform/certificate-credentials."},
    {700024, 401, "invalid_client", "invalid_client", "",
     "Client assertion is not within its valid time range. {detail}"},
    {700027, 401, "invalid_client", "invalid_client", "",
     "The certificate with identifier used to sign the client assertion is not registered on application, or "
     "the assertion failed signature validation. [Reason - {detail}]"},
    {700082, 400, "invalid_grant", "interaction_required", "bad_token",
     "The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for "
     "90.00:00:00."},
    {700084, 400, "invalid_grant", "interaction_required", "",
     "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime "
     "of 1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by "
     "the SPA to the sign in page."},
    {900144, 400, "invalid_request", "invalid_request", "",
     "The request body must contain the following parameter: '{detail}'."},
    {900561, 400, "invalid_request", "invalid_request", "",
     "The endpoint only accepts POST requests. Received a {detail} request."},
    {501481, 400, "invalid_grant", "invalid_grant", "",
     "The Code_Verifier does not match the code_challenge supplied in the authorization request."},
    {1002012, 400, "invalid_scope", "invalid_scope", "",
     "The provided value for scope {scope} is not valid. Client credential flows must have a scope value "
     "with /.default suffixed to the resource identifier (application ID URI)."},
    {5002723, 401, "invalid_client", "invalid_client", "",
     "Invalid JWT token. No certificate thumbprint, certificate chain or keyId specified in token header."},
    {7000215, 401, "invalid_client", "invalid_client", "",
     "Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
     "value, not the client secret ID, for a secret added to app '{app}'."},
    {7000218, 401, "invalid_client", "invalid_client", "",
     "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."},
    {7000222, 401, "invalid_client", "invalid_client", "",
     "The provided client secret keys for app '{app}' are expired. Visit the Azure portal to create new keys "
     "for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added "
     "security: https://aka.ms/certCreds."},
    {7000229, 401, "invalid_client", "invalid_client", "",
     "The client application {app} is missing service principal in the tenant {tenant}. See instructions "
     "here: https://go.microsoft.com/fwlink/?linkid=2225119"},
    {9002313, 400, "invalid_request", "invalid_request", "",
     "Invalid request. Request is malformed or invalid. {detail}"},
    {9002325, 400, "invalid_request", "invalid_request", "",
     "Proof Key for Code Exchange is required for authorization code redemption. {detail}"},
};

std::string worded(const char* text, const AboutError& about) {
  return fmt::format(fmt::runtime(text), fmt::arg("app", about.app), fmt::arg("name", about.name),
                     fmt::arg("tenant", about.tenant), fmt::arg("scope", about.scope),
                     fmt::arg("detail", about.detail), fmt::arg("issued", about.issued),
                     fmt::arg("revoked", about.revoked));
}

}  // namespace

AadError aad_error(int number, const AboutError& about) {
  for (const Row& row : kRows) {
    if (row.number != number) continue;
    AadError error{.number = number,
                   .status = row.status,
                   .error = row.error,
                   .redirect_error = row.redirect_error,
                   .suberror = row.suberror,
                   .message = worded(row.message, about)};
    while (error.message.ends_with(' ')) error.message.pop_back();
    // A claims challenge comes with what more authentication could cure.
    if (number == 50076 || number == 50079 || number == 53003)
      error.claims =
          R"({"access_token":{"capolids":{"essential":true,"values":["00000000-0000-0000-0000-0000000000ca"]}}})";
    return error;
  }
  return {.number = number,
          .status = 400,
          .error = "invalid_request",
          .redirect_error = "invalid_request",
          .message = about.detail.empty() ? "The request could not be served." : about.detail};
}

std::vector<int> known_errors() {
  std::vector<int> numbers;
  for (const Row& row : kRows) numbers.push_back(row.number);
  return numbers;
}

std::string timestamp_of(Instant when) {
  std::string text = when.to_iso().substr(0, 19);
  if (text.size() > 10) text[10] = ' ';
  return text + "Z";
}

std::string describe(const AadError& error, const Trace& trace, Instant now) {
  return fmt::format("AADSTS{}: {} Trace ID: {} Correlation ID: {} Timestamp: {}", error.number,
                     error.message, trace.trace_id, trace.correlation_id, timestamp_of(now));
}

boost::json::object error_body(const AadError& error, const Trace& trace, Instant now) {
  boost::json::object body{
      {"error", error.error},
      {"error_description", describe(error, trace, now)},
      {"error_codes", boost::json::array{error.number}},
      {"timestamp", timestamp_of(now)},
      {"trace_id", trace.trace_id},
      {"correlation_id", trace.correlation_id},
      {"error_uri", fmt::format("https://login.microsoftonline.com/error?code={}", error.number)},
  };
  if (!error.suberror.empty()) body["suberror"] = error.suberror;
  if (!error.claims.empty()) body["claims"] = error.claims;
  return body;
}

}  // namespace mailsync::lab::identity
