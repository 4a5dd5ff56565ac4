// An organization's Email Configuration: how its users' mailboxes are reached. Here the values and what is
// wrong with them (pure); where they are kept: email_configurations.h. Secrets are no part of it: they rest
// in the vault, and of each only "set on this day by him" is told.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "auth/access_method.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/result.h"
#include "base/secret.h"
#include "net/curl_client.h"  // AddressPolicy

namespace mailsync::auth {

inline constexpr const char* kMicrosoftAuthority = "https://login.microsoftonline.com";
inline constexpr const char* kGraph = "https://graph.microsoft.com";
inline constexpr const char* kExchangeOnlineEws = "https://outlook.office365.com/EWS/Exchange.asmx";
inline constexpr const char* kGoogleAuthority = "https://oauth2.googleapis.com";
inline constexpr const char* kGoogle = "https://www.googleapis.com";

struct EmailConfiguration {
  OrganizationId organization;
  std::optional<AccessMethod> method;  // nullopt: "Any", each user chooses among `allowed`
  std::vector<AccessMethod> allowed;   // with "Any" alone

  // Microsoft 365. Addresses are without a slash at the end.
  std::string tenant, client_id;
  std::string authority = kMicrosoftAuthority;
  std::string graph_url = kGraph;
  std::string graph_resource = kGraph;  // what tokens are asked for
  std::string ews_url = kExchangeOnlineEws;
  std::string certificate;  // PEM, of the application; its key is a secret

  // Exchange on premises.
  bool exchange_autodiscover = true;  // else exchange_url is where it is
  std::string exchange_url;
  std::string exchange_user;              // the impersonation user: "DOMAIN\user", or a user principal name
  std::string exchange_sign_in = "ntlm";  // or "basic"; pinned: no server talks us into the weaker one (S21)

  // Google.
  std::string google_client_id;
  std::string google_account;  // of the service account, as its key names it
  std::string google_authority = kGoogleAuthority;
  std::string google_url = kGoogle;

  int64_t version = 0;  // 0: not saved yet
  Instant changed_at;
  std::string changed_by;  // login

  // The method chosen, or those that "Any" allows.
  std::vector<AccessMethod> methods() const;
  bool uses(bool (*kind)(AccessMethod)) const;
  bool uses(AccessMethod method) const;
};

// Closed list.
enum class EmailSecret { ClientSecret, CertificateKey, ExchangePassword, GoogleClientSecret, GoogleKey };
inline constexpr std::array kEmailSecrets{EmailSecret::ClientSecret, EmailSecret::CertificateKey,
                                          EmailSecret::ExchangePassword, EmailSecret::GoogleClientSecret,
                                          EmailSecret::GoogleKey};
std::string_view name_of(
    EmailSecret secret);  // "client_secret": its member in the API, its purpose in the vault

struct SecretMark {
  Instant set_at;
  std::string set_by;  // login
};
using SecretMarks = std::map<EmailSecret, SecretMark>;
// What an administrator types: absent stays as it is, nullopt is taken away.
using TypedSecrets = std::map<EmailSecret, std::optional<Secret>>;

struct WrongInput {
  std::string field;  // as the API names it
  std::string words;  // what is wrong and what to enter
};

// What a change is held against.
struct ConfigurationRules {
  net::AddressPolicy addresses;  // what the operator lets be called (S22)
  Instant now;
};

// Everything that is wrong with `typed` at once; empty: it may be saved. Trims texts, and brings the
// certificate to its plain form. `before` and `marks`: as it is stored; a stored secret does not go along to
// a new address (invariant 10).
std::vector<WrongInput> check(EmailConfiguration& typed, TypedSecrets& secrets,
                              const EmailConfiguration& before, const SecretMarks& marks,
                              const ConfigurationRules& rules);

// "DOMAIN\user" or "user@domain"; the words when it is neither.
std::optional<std::string> wrong_exchange_user(std::string_view typed);

// How a mailbox of the organization is reached that was reached by `current` (a row's name): that method
// where it is one of the configuration's, else the first that this version has. Empty: this version has none
// of them.
std::string method_for_mailbox(const EmailConfiguration& configuration, std::string_view current);
// Words for mailboxes that stand still because of that; and whether a mailbox stands still with such words.
std::string why_not_available(const EmailConfiguration& configuration);
bool waits_for_method(std::string_view state_text);

}  // namespace mailsync::auth
