#include "auth/oauth_error.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>

#include "net/retry.h"

namespace mailsync::auth {
namespace {

struct Row {
  int number;
  ErrorKind kind;
  std::string_view words;  // {app} and {tenant} are filled in
  Trouble trouble = Trouble::None;
};

using enum ErrorKind;

constexpr std::array kRows{
    // The application's own proof.
    Row{7000222, LoginNeeded,
        "the client secret of the application {app} has expired: create a new one in the Azure portal (App "
        "registrations, Certificates & secrets) and enter it in the settings",
        Trouble::Credential},
    Row{7000215, LoginNeeded,
        "the client secret of the application {app} is wrong: enter the secret's value, not its id, in the "
        "settings",
        Trouble::Credential},
    Row{7000218, LoginNeeded, "the application {app} must prove itself: set a client secret or a certificate",
        Trouble::Credential},
    Row{700027, LoginNeeded,
        "the certificate of the application {app} was not accepted: upload the configured certificate to the "
        "app registration, and check that it has not expired",
        Trouble::Credential},
    Row{700021, LoginNeeded,
        "the certificate proof was made for another application than {app}: check the client id in the "
        "settings",
        Trouble::Credential},
    Row{700023, LoginNeeded,
        "the certificate proof was addressed to another tenant than {tenant}: check the tenant id in the "
        "settings",
        Trouble::Credential},
    Row{700024, LoginNeeded,
        "the certificate proof of the application {app} is outside its time: set the clock of this machine",
        Trouble::Credential},
    Row{5002723, LoginNeeded,
        "the certificate proof of the application {app} names no certificate: check the certificate file in "
        "the settings",
        Trouble::Credential},
    // Application and tenant.
    Row{700016, LoginNeeded,
        "the application {app} is not known in the tenant {tenant}: check the client id, or let an "
        "administrator of that tenant consent to it",
        Trouble::Consent},
    Row{7000229, LoginNeeded,
        "the application {app} has no service principal in the tenant {tenant}: let an administrator of that "
        "tenant consent to it",
        Trouble::Consent},
    Row{7000112, SwitchedOff,
        "the application {app} is disabled in the tenant {tenant}: an administrator can enable it under "
        "Enterprise applications",
        Trouble::Consent},
    Row{90002, LoginNeeded,
        "the tenant {tenant} does not exist: check the tenant id or domain in the settings",
        Trouble::Configuration},
    Row{50059, LoginNeeded, "no tenant was named: set the tenant id in the settings", Trouble::Configuration},
    Row{500011, LoginNeeded,
        "the tenant {tenant} has no access to the service asked for: check that it has Microsoft 365 and the "
        "right cloud is set",
        Trouble::NoLicence},
    Row{50011, LoginNeeded,
        "the redirect address is not registered for the application {app}: add it in the Azure portal "
        "(Authentication, Web)",
        Trouble::Configuration},
    Row{1002012, LoginNeeded,
        "the scope asked for is not valid for the application {app} itself: it must end in /.default",
        Trouble::Configuration},
    Row{70011, LoginNeeded, "a permission asked for does not exist: check the scopes in the settings",
        Trouble::Configuration},
    // Consent and rights.
    Row{65001, LoginNeeded,
        "nobody has consented to the application {app} yet: sign in and consent, or let an administrator of "
        "{tenant} consent for everybody",
        Trouble::Consent},
    Row{65004, LoginNeeded,
        "the consent to the application {app} was declined: sign in again and accept, or leave the mailbox "
        "unconnected",
        Trouble::Consent},
    Row{90094, LoginNeeded, "an administrator of {tenant} must consent to the application {app}",
        Trouble::Consent},
    Row{50105, Forbidden,
        "this user is not assigned to the application {app}: an administrator of {tenant} can assign the "
        "user under Enterprise applications",
        Trouble::Policy},
    // The user.
    Row{50173, LoginNeeded, "the sign-in was revoked, for example by a new password: sign in again",
        Trouble::SignInEnded},
    Row{700082, LoginNeeded, "the sign-in has expired because it was not used for 90 days: sign in again",
        Trouble::SignInEnded},
    Row{700084, LoginNeeded, "the sign-in has reached the end of its life: sign in again",
        Trouble::SignInEnded},
    Row{70008, LoginNeeded, "the sign-in has expired: sign in again", Trouble::SignInEnded},
    Row{70043, LoginNeeded, "the sign-in has expired by the tenant's sign-in frequency rule: sign in again",
        Trouble::SignInEnded},
    Row{70000, LoginNeeded, "the sign-in is not valid any more: sign in again", Trouble::SignInEnded},
    Row{50078, LoginNeeded, "the second factor has expired: sign in again", Trouble::SignInEnded},
    Row{50074, LoginNeeded, "the tenant asks for a second factor: sign in again and confirm it",
        Trouble::SignInEnded},
    Row{50076, LoginNeeded, "the tenant asks for a second factor: sign in again and confirm it",
        Trouble::SignInEnded},
    Row{50079, LoginNeeded,
        "the tenant asks the user to set up a second factor: sign in again and follow the steps",
        Trouble::SignInEnded},
    Row{50158, LoginNeeded,
        "the tenant asks for a further check by another service: sign in again and complete it",
        Trouble::SignInEnded},
    Row{16000, LoginNeeded, "it is not clear which account is meant: sign in again and choose one",
        Trouble::SignInEnded},
    Row{50058, LoginNeeded, "nobody is signed in: sign in again", Trouble::SignInEnded},
    Row{50055, LoginNeeded, "the user's password has expired: change it, then sign in again",
        Trouble::SignInEnded},
    Row{50126, LoginNeeded, "the name or password was wrong: sign in again", Trouble::SignInEnded},
    Row{50034, LoginNeeded,
        "this user does not exist in the tenant {tenant}: sign in with an account of that tenant",
        Trouble::MailboxUnknown},
    Row{50020, LoginNeeded,
        "this user belongs to another tenant than {tenant}: sign in with an account of that tenant",
        Trouble::SignInEnded},
    Row{50053, LoginNeeded,
        "the account is locked after too many sign-ins: wait, or ask an administrator of {tenant}",
        Trouble::AccountDisabled},
    Row{50057, SwitchedOff,
        "the user is disabled in the tenant {tenant}: an administrator there can enable the account",
        Trouble::AccountDisabled},
    // Policies.
    Row{53000, Forbidden,
        "conditional access of {tenant} demands a managed device: an administrator can exempt the "
        "application {app}",
        Trouble::Policy},
    Row{53001, Forbidden,
        "conditional access of {tenant} demands a joined device: an administrator can exempt the application "
        "{app}",
        Trouble::Policy},
    Row{53003, Forbidden,
        "conditional access of {tenant} blocked the sign-in: an administrator there can see why in the "
        "sign-in log, and exempt the application {app}",
        Trouble::Policy},
    Row{530032, Forbidden,
        "a security policy of {tenant} blocked the sign-in: an administrator there can see why in the "
        "sign-in log",
        Trouble::Policy},
    Row{530035, Forbidden,
        "the security defaults of {tenant} blocked the sign-in: an administrator there can change them",
        Trouble::Policy},
    // The code.
    Row{54005, LoginNeeded, "this sign-in was used already: begin again", Trouble::SignInEnded},
    Row{501481, LoginNeeded, "this answer belongs to another sign-in: begin again", Trouble::SignInEnded},
    // The service.
    Row{90033, Transient, "the sign-in service is out of order for the moment: it is tried again later"},
    Row{90055, Throttled, "the sign-in service asks for patience: it is tried again later"},
    Row{50196, Throttled, "the sign-in service was asked the same too often: it is tried again later"},
};

std::string fill(std::string_view words, const AboutSignIn& about) {
  std::string out(words);
  const auto put = [&](std::string_view name, const std::string& value) {
    for (size_t at = 0; (at = out.find(name, at)) != std::string::npos; at += value.size())
      out.replace(at, name.size(), value);
  };
  put("{app}", about.client_id);
  put("{tenant}", about.tenant);
  return out;
}

int number_in(std::string_view description) {
  const auto at = description.find("AADSTS");
  if (at == std::string_view::npos) return 0;
  int number = 0;
  std::from_chars(description.data() + at + 6, description.data() + description.size(), number);
  return number;
}

// The vendor's first words, for numbers that we have none for. Foreign text: shortened, one line, plain
// (S55).
std::string first_words(std::string_view description) {
  description = description.substr(0, std::min<size_t>({description.find(" Trace ID"), description.find('\r'),
                                                        description.find('\n'), 300}));
  std::string out;
  for (const char c : description) out += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
  return out;
}

ErrorKind kind_of_name(std::string_view name, int status) {
  if (name == "temporarily_unavailable" || name == "server_error") return Transient;
  if (name == "access_denied") return Forbidden;
  if (status == 429) return Throttled;
  if (status >= 500) return Transient;
  return LoginNeeded;  // F131: one state "needs sign-in", with the reason in words
}

Error from(int number, std::string_view name, std::string_view description, int status,
           const AboutSignIn& about) {
  Error error;
  error.vendor_code = number ? "AADSTS" + std::to_string(number) : std::string(name.substr(0, 60));
  const auto row = std::ranges::find(kRows, number, &Row::number);
  if (row != kRows.end()) {
    error.kind = row->kind;
    error.trouble = row->trouble;
    error.message = fill(row->words, about);
    return error;
  }
  error.kind = kind_of_name(name, status);
  const std::string said = first_words(description);
  error.message =
      "the sign-in service refused the application " + about.client_id + " in the tenant " + about.tenant;
  if (!said.empty()) error.message += " (" + said + ")";
  if (error.kind == LoginNeeded)
    error.message += ": sign in again, or have an administrator look at the reason given";
  if (error.kind == Transient || error.kind == Throttled) error.message += ": it is tried again later";
  if (error.kind == Forbidden) error.message += ": an administrator of that tenant can allow it";
  return error;
}

std::string text_at(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

Error classify(const net::HttpAnswer& answer, const AboutSignIn& about, Instant now) {
  boost::system::error_code broken;
  const auto parsed = boost::json::parse(answer.body, broken);
  const boost::json::object none;
  const auto& body = !broken && parsed.is_object() ? parsed.as_object() : none;
  const std::string description = text_at(body, "error_description");
  int number = number_in(description);
  if (const auto* codes = body.if_contains("error_codes");
      codes && codes->is_array() && !codes->as_array().empty()) {
    const auto& first = codes->as_array().front();
    if (first.is_int64()) number = static_cast<int>(first.as_int64());
  }
  Error error;
  if (body.contains("error")) {
    error = from(number, text_at(body, "error"), description, answer.status, about);
  } else {
    // A proxy or a broken service spoke, not the sign-in service.
    error.kind = answer.status == 429 ? Throttled : Transient;
    error.message = "the sign-in service answered " + std::to_string(answer.status) +
                    " without saying why: it is tried again later; check the authority address if this lasts";
  }
  if (answer.status == 429 && error.kind == Transient) error.kind = Throttled;
  if (error.kind == Throttled || error.kind == Transient)
    error.retry_after = net::retry_after(answer.headers, now);
  error.request_id = text_at(body, "correlation_id").substr(0, 64);
  return error;
}

Error classify_redirect(std::string_view error, std::string_view description, const AboutSignIn& about) {
  return from(number_in(description), error, description, 400, about);
}

}  // namespace mailsync::auth
