#include "auth/email_configuration.h"

#include <algorithm>
#include <utility>

#include "auth/client_assertion.h"
#include "auth/google_key.h"
#include "auth/input_check.h"

namespace mailsync::auth {
namespace {

constexpr size_t kLongestName = 320;
constexpr size_t kLongestSecret = 4096;
constexpr size_t kLongestPem = 32 << 10;
constexpr const char* kWaits = "The access method of your organization";

bool among(const std::vector<AccessMethod>& methods, AccessMethod wanted) {
  return std::ranges::find(methods, wanted) != methods.end();
}

std::string sentence(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  if (!text.ends_with('.')) text += '.';
  return text;
}

// One form, judged whole.
class Check {
 public:
  Check(EmailConfiguration& typed, TypedSecrets& secrets, const EmailConfiguration& before,
        const SecretMarks& marks, const ConfigurationRules& rules)
      : typed_(typed), secrets_(secrets), before_(before), marks_(marks), rules_(rules) {}

  std::vector<WrongInput> run() {
    methods();
    secret_texts();
    microsoft();
    credential();
    exchange();
    google();
    new_addresses();
    return std::move(wrong_);
  }

 private:
  void wrong(std::string_view field, std::string words) {
    wrong_.push_back({std::string(field), std::move(words)});
  }
  void wrong(EmailSecret secret, std::string words) { wrong(name_of(secret), std::move(words)); }
  // Typed now; nullptr when it is not, or is taken away.
  const Secret* given(EmailSecret secret) const {
    const auto found = secrets_.find(secret);
    return found != secrets_.end() && found->second ? &*found->second : nullptr;
  }
  bool kept(EmailSecret secret) const { return marks_.contains(secret) && !secrets_.contains(secret); }
  bool there(EmailSecret secret) const { return given(secret) != nullptr || kept(secret); }
  void address(std::string_view field, std::string& url, Path path, const char* usual) {
    trim(url);
    if (url.empty()) url = usual;
    if (url.empty()) return;
    if (auto words = wrong_address(url, path, rules_.addresses)) wrong(field, sentence(*std::move(words)));
  }
  void needed(bool is_needed, std::string_view field, std::string_view value, const char* words) {
    if (is_needed && value.empty()) wrong(field, words);
  }

  void methods();
  void secret_texts();
  void microsoft();
  void credential();
  void certificate();
  void exchange();
  void google();
  void new_addresses();
  void stays_behind(EmailSecret secret, bool moved, const char* what);

  EmailConfiguration& typed_;
  TypedSecrets& secrets_;
  const EmailConfiguration& before_;
  const SecretMarks& marks_;
  const ConfigurationRules& rules_;
  std::vector<WrongInput> wrong_;
};

void Check::methods() {
  if (typed_.method) typed_.allowed.clear();
  std::ranges::sort(typed_.allowed);
  const auto [first, last] = std::ranges::unique(typed_.allowed);
  typed_.allowed.erase(first, last);
  if (!typed_.method && typed_.allowed.empty())
    wrong("allowed", "Tick at least one access method that users may choose.");
}

void Check::secret_texts() {
  for (auto& [which, value] : secrets_) {
    if (!value) continue;
    std::string text = value->reveal();
    const bool file = which == EmailSecret::CertificateKey || which == EmailSecret::GoogleKey;
    if (which != EmailSecret::ExchangePassword) trim(text);
    if (text.empty())
      wrong(which, "This is empty: enter it, or take it away.");
    else if (text.size() > (file ? kLongestPem : kLongestSecret))
      wrong(which, "This is too long to be one.");
    else if (!file && has_control_characters(text))
      wrong(which, "This holds a character that cannot be typed, perhaps a line break: copy it again.");
    value = Secret(std::move(text));
  }
}

void Check::microsoft() {
  const bool used = typed_.uses(is_microsoft);
  trim(typed_.tenant);
  trim(typed_.client_id);
  needed(used, "tenant", typed_.tenant,
         "Enter the directory (tenant) id: it is on the Overview page of the app registration in Microsoft "
         "Entra.");
  needed(used, "client_id", typed_.client_id,
         "Enter the application (client) id: it is on the Overview page of the app registration in Microsoft "
         "Entra.");
  if (typed_.tenant == "common" || typed_.tenant == "organizations" || typed_.tenant == "consumers")
    wrong("tenant",
          "\"" + typed_.tenant +
              "\" stands for every tenant: enter the id of your own, so that nobody else's users and "
              "permissions are taken for yours.");
  else if (!typed_.tenant.empty() && !is_guid(typed_.tenant) && !is_domain(typed_.tenant))
    wrong(
        "tenant",
        "This is not a tenant: enter its id, like 1b2c3d4e-0000-4000-8000-000000000000, or its domain, like "
        "contoso.onmicrosoft.com.");
  if (!typed_.client_id.empty() && !is_guid(typed_.client_id))
    wrong("client_id",
          "This is not an application (client) id: it looks like 1b2c3d4e-0000-4000-8000-000000000000.");
  address("authority", typed_.authority, Path::None, kMicrosoftAuthority);
  address("graph_url", typed_.graph_url, Path::Allowed, kGraph);
  address("graph_resource", typed_.graph_resource, Path::None, kGraph);
  address("ews_url", typed_.ews_url, Path::Needed, kExchangeOnlineEws);
}

// The application's own proof: a certificate with its key, or a secret.
void Check::credential() {
  if (const Secret* secret = given(EmailSecret::ClientSecret); secret && is_guid(secret->reveal()))
    wrong(EmailSecret::ClientSecret,
          "This is the id of the secret, not the secret: copy the column Value, which Microsoft Entra shows "
          "once, "
          "when the secret is made.");
  certificate();
  if (typed_.uses(is_microsoft) && typed_.certificate.empty() && !there(EmailSecret::ClientSecret))
    wrong(EmailSecret::ClientSecret,
          "The application must prove who it is: give a certificate with its key (better), or a client "
          "secret.");
}

void Check::certificate() {
  trim(typed_.certificate);
  const Secret* key = given(EmailSecret::CertificateKey);
  if (typed_.certificate.empty()) {
    if (key != nullptr) wrong("certificate", "The certificate that belongs to this key is missing.");
    return;
  }
  if (typed_.certificate.size() > kLongestPem)
    return wrong("certificate", "This is too long to be a certificate.");
  if (typed_.certificate.find("PRIVATE KEY") != std::string::npos)
    return wrong(
        "certificate",
        "This holds the private key as well: put the certificate alone here, and the key into its own "
        "field, where nobody can read it again.");
  auto plain = plain_certificate(typed_.certificate);
  if (!plain) return wrong("certificate", sentence(plain.error().message));
  typed_.certificate = *std::move(plain);
  const auto ends = certificate_expiry(typed_.certificate);
  if (!ends) return wrong("certificate", sentence(ends.error().message));
  const bool new_one = typed_.certificate != before_.certificate;
  if (new_one && *ends <= rules_.now)
    wrong("certificate", "This certificate ended on " + ends->to_iso().substr(0, 10) + ": make a new one.");
  if (key == nullptr) {
    if (new_one || !kept(EmailSecret::CertificateKey))
      wrong(EmailSecret::CertificateKey, "Give the private key that belongs to this certificate.");
    return;
  }
  if (const auto pair = check_pair({typed_.certificate, *key}); !pair)
    wrong(EmailSecret::CertificateKey, sentence(pair.error().message));
}

void Check::exchange() {
  const bool used = typed_.uses(is_exchange), impersonates = typed_.uses(AccessMethod::ExchangeImpersonation);
  trim(typed_.exchange_user);
  needed(impersonates, "exchange_user", typed_.exchange_user,
         "Enter the impersonation user: DOMAIN\\user, or the name he signs in with.");
  if (!typed_.exchange_user.empty())
    if (auto words = wrong_exchange_user(typed_.exchange_user)) wrong("exchange_user", *std::move(words));
  if (impersonates && !there(EmailSecret::ExchangePassword))
    wrong(EmailSecret::ExchangePassword, "Enter the impersonation user's password.");
  if (typed_.exchange_sign_in != "ntlm" && typed_.exchange_sign_in != "basic")
    wrong("exchange_sign_in", "Choose NTLM or Basic.");
  address("exchange_url", typed_.exchange_url, Path::Needed, "");
  needed(used && !typed_.exchange_autodiscover, "exchange_url", typed_.exchange_url,
         "Enter the address of Exchange Web Services, or let autodiscover find it.");
}

void Check::google() {
  trim(typed_.google_client_id);
  const bool direct = typed_.uses(AccessMethod::GoogleDirect);
  needed(direct, "google_client_id", typed_.google_client_id,
         "Enter the client id: it is in Google Cloud under APIs & Services > Credentials.");
  if (!typed_.google_client_id.empty() &&
      (!typed_.google_client_id.ends_with(".apps.googleusercontent.com") ||
       !is_domain(typed_.google_client_id)))
    wrong("google_client_id", "This is not a client id of Google: it ends in .apps.googleusercontent.com.");
  if (direct && !there(EmailSecret::GoogleClientSecret))
    wrong(EmailSecret::GoogleClientSecret, "Enter the client secret that belongs to this client id.");
  if (typed_.uses(AccessMethod::GoogleServiceAccount) && !there(EmailSecret::GoogleKey))
    wrong(EmailSecret::GoogleKey,
          "Choose the service account's key: the JSON file that Google Cloud gave you.");
  typed_.google_account = kept(EmailSecret::GoogleKey) ? before_.google_account : "";
  if (const Secret* key = given(EmailSecret::GoogleKey); key && !key->empty()) {
    const auto account = service_account_of(*key);
    if (account)
      typed_.google_account = *account;
    else
      wrong(EmailSecret::GoogleKey, account.error().message);
  }
  address("google_authority", typed_.google_authority, Path::None, kGoogleAuthority);
  address("google_url", typed_.google_url, Path::Allowed, kGoogle);
}

// A secret goes to the addresses that it was entered for and to no others: else who may change an address
// could have it sent to himself (invariant 10).
void Check::stays_behind(EmailSecret secret, bool moved, const char* what) {
  if (moved && kept(secret))
    wrong(secret,
          std::string("Enter ") + what +
              " again, or take it away: it was entered for other addresses, and is sent to no others.");
}

void Check::new_addresses() {
  const bool microsoft = typed_.authority != before_.authority || typed_.graph_url != before_.graph_url ||
                         typed_.graph_resource != before_.graph_resource || typed_.ews_url != before_.ews_url;
  stays_behind(EmailSecret::ClientSecret, microsoft, "the client secret");
  stays_behind(EmailSecret::CertificateKey, microsoft, "the certificate's key");
  stays_behind(EmailSecret::ExchangePassword,
               typed_.exchange_url != before_.exchange_url ||
                   typed_.exchange_autodiscover != before_.exchange_autodiscover ||
                   typed_.exchange_sign_in != before_.exchange_sign_in,
               "the password");
  const bool google =
      typed_.google_authority != before_.google_authority || typed_.google_url != before_.google_url;
  stays_behind(EmailSecret::GoogleClientSecret, google, "the client secret");
  stays_behind(EmailSecret::GoogleKey, google, "the key");
}

}  // namespace

std::string_view name_of(EmailSecret secret) {
  switch (secret) {
    case EmailSecret::ClientSecret:
      return "client_secret";
    case EmailSecret::CertificateKey:
      return "certificate_key";
    case EmailSecret::ExchangePassword:
      return "exchange_password";
    case EmailSecret::GoogleClientSecret:
      return "google_client_secret";
    case EmailSecret::GoogleKey:
      return "google_key";
  }
  std::unreachable();
}

std::vector<AccessMethod> EmailConfiguration::methods() const {
  return method ? std::vector{*method} : allowed;
}

bool EmailConfiguration::uses(bool (*kind)(AccessMethod)) const {
  return std::ranges::any_of(methods(), kind);
}

bool EmailConfiguration::uses(AccessMethod wanted) const {
  return among(methods(), wanted);
}

std::optional<std::string> wrong_exchange_user(std::string_view typed) {
  const auto backslash = typed.find('\\');
  if (typed.size() > kLongestName || has_control_characters(typed))
    return "This is not a user name: enter DOMAIN\\user, or the name he signs in with.";
  if (typed.find('/') != std::string_view::npos)
    return "Use a backslash: DOMAIN\\user. A forward slash is not recognized, and would prevent the "
           "connection to "
           "Exchange.";
  if (backslash != std::string_view::npos) {
    const bool two = backslash > 0 && backslash + 1 < typed.size() &&
                     typed.find('\\', backslash + 1) == std::string_view::npos;
    if (!two) return "Enter the domain and the user with one backslash between them: DOMAIN\\user.";
    return std::nullopt;
  }
  const auto at = typed.find('@');
  if (at == std::string_view::npos || at == 0 || !is_domain(typed.substr(at + 1)))
    return "The domain is missing: enter DOMAIN\\user, or user@domain.";
  return std::nullopt;
}

std::vector<WrongInput> check(EmailConfiguration& typed, TypedSecrets& secrets,
                              const EmailConfiguration& before, const SecretMarks& marks,
                              const ConfigurationRules& rules) {
  return Check(typed, secrets, before, marks, rules).run();
}

std::string method_for_mailbox(const EmailConfiguration& configuration, std::string_view current) {
  const auto methods = configuration.methods();
  const auto now = method_of_mailbox(current);
  if (now && among(methods, *now)) return std::string(current);
  const auto first = std::ranges::find_if(methods, is_available);
  return first == methods.end() ? "" : std::string(mailbox_method(*first));
}

std::string why_not_available(const EmailConfiguration& configuration) {
  const auto methods = configuration.methods();
  return std::string(kWaits) + ", \"" + std::string(methods.empty() ? "Any" : title_of(methods.front())) +
         "\", is not yet available in this version: sync waits, and nothing is deleted. An administrator can "
         "choose "
         "another one under Email Configuration.";
}

bool waits_for_method(std::string_view state_text) {
  return state_text.starts_with(kWaits);
}

}  // namespace mailsync::auth
