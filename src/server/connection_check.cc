#include "server/connection_check.h"

#include <fmt/format.h>
#include <netdb.h>

#include <algorithm>
#include <ctime>

#include "auth/client_assertion.h"
#include "net/url.h"
#include "server/permissions.h"

namespace mailsync::server {
namespace {

constexpr Duration kExpiresSoon = std::chrono::hours(24 * 30);
constexpr Duration kMostSkew = std::chrono::minutes(3);
constexpr Duration kPatience = std::chrono::seconds(20);
constexpr const char* kNetworkRemedy =
    "Check the firewall and proxy. For a private authority name its certificate in [network] ca_file; for a "
    "private "
    "address set [network] allow_private.";
constexpr const char* kGrantConsent =
    "An administrator of the tenant grants it: \"Grant admin consent\" under Email Configuration, or under "
    "API "
    "permissions of the app registration.";

struct Numeric {
  char text[NI_MAXHOST] = {};
};

// Why the host must not be called, or is not found; nullopt: nothing. Blocks.
std::optional<std::string> why_not_reachable(const std::string& url, const net::AddressPolicy& policy) {
  if (const auto allowed = policy.check_url(url); !allowed) return allowed.error().message;
  std::string host = net::parse_url(url)->host;
  std::erase_if(host, [](char c) { return c == '[' || c == ']'; });
  const addrinfo hints{.ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  const int problem = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (problem != 0) return "the name " + host + " is not found: " + gai_strerror(problem);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, &freeaddrinfo);
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    Numeric numeric;
    getnameinfo(each->ai_addr, each->ai_addrlen, numeric.text, sizeof numeric.text, nullptr, 0,
                NI_NUMERICHOST);
    if (!policy.check_address(numeric.text))
      return "the name " + host + " leads to a private or reserved address, which may not be called";
  }
  return std::nullopt;
}

// Where the words of the error do not say it all.
std::string remedy_for(const Error& error, const sync::Mailbox& mailbox) {
  if (error.kind == ErrorKind::LoginNeeded && mailbox.access_method == "graph_user")
    return "Its owner signs in: Preferences > Integration > Mail Sync, under Email Configuration.";
  if (error.vendor_code.starts_with("AADSTS")) return "";
  return "Check the address, the permissions above, and whether an application access policy leaves this "
         "mailbox out.";
}

}  // namespace

bool ConnectionCheck::note(State state, std::string what, std::string said, std::string remedy) {
  tell_({.state = state,
         .what = std::move(what),
         .said = std::move(said),
         .remedy = std::move(remedy),
         .code = {}});
  return state != State::Failed;
}

bool ConnectionCheck::wrong(std::string what, const Error& error, std::string remedy) {
  tell_({.state = State::Failed,
         .what = std::move(what),
         .said = error.message,
         .remedy = std::move(remedy),
         .code = error.vendor_code});
  return false;
}

bool ConnectionCheck::app_only() const {
  return access_->configuration.uses(auth::AccessMethod::GraphAppOnly);
}

admin::TestStep ConnectionCheck::certificate_step(std::string what, std::string named,
                                                  const Result<Instant>& ends, Instant now) {
  admin::TestStep out{.what = std::move(what), .said = {}, .remedy = {}, .code = {}};
  if (!ends) {
    out.state = State::Failed;
    out.said = ends.error().message;
    return out;
  }
  const Duration left = *ends - now;
  const std::string day = ends->to_iso().substr(0, 10);
  if (left <= Duration(0)) {
    out.state = State::Failed;
    out.said = named + " ended on " + day;
    out.remedy = "Renew it.";
  } else if (left < kExpiresSoon) {
    out.state = State::Doubtful;
    out.said = named + " ends on " + day;
    out.remedy = "Renew it before that day.";
  } else {
    out.said = named + " is good until " + day;
  }
  return out;
}

Task<void> ConnectionCheck::run(ConnectionCheck& self) {
  const auto& configuration = self.access_->configuration;
  bool any = false;
  for (const auth::AccessMethod method : configuration.methods()) {
    any = any || auth::is_available(method);
    if (!auth::is_available(method))
      self.note(State::Doubtful, std::string(auth::title_of(method)),
                "is not yet available in this version: what you entered is kept, and no server was asked",
                "Nothing syncs this way yet. Choose a Graph API method for Microsoft 365.");
  }
  if (!any || !self.credential()) co_return;
  const bool found = co_await self.resolves("name of the sign-in service", configuration.authority) &&
                     co_await self.resolves("name of Microsoft Graph", configuration.graph_url);
  if (!found) co_return;
  if (!co_await self.signs_in_there() || !co_await self.graph_answers() || !co_await self.token()) co_return;
  for (const sync::Mailbox& mailbox : self.mailboxes_) co_await self.mailbox(mailbox);
}

bool ConnectionCheck::credential() {
  const auto& app = access_->app;
  if (app.certificate) {
    auto step =
        certificate_step("app certificate", "the application's certificate",
                         auth::certificate_expiry(app.certificate->certificate_pem), executor_.clock().now());
    const bool good = step.state != State::Failed;
    tell_(std::move(step));
    return good;
  }
  if (app.client_secret.empty())
    return wrong("app credential", {.message = "the application has neither a certificate nor a secret"},
                 "Enter one under Email Configuration.");
  return note(State::Ok, "app credential",
              "a client secret; a certificate is better, since it never leaves here");
}

Task<bool> ConnectionCheck::resolves(std::string what, std::string url) {
  auto why_not =
      co_await executor_.blocking([policy = addresses_, url] { return why_not_reachable(url, policy); });
  if (why_not)
    co_return wrong(what, {.message = *why_not},
                    "Check this machine's DNS, and the address in the settings.");
  co_return note(State::Ok, what, net::parse_url(url)->host + " is found");
}

Task<bool> ConnectionCheck::signs_in_there() {
  const std::string what = "sign-in service";
  const std::string& authority = access_->app.authority;
  const auto answer = co_await net::fetch(
      connections_.http(),
      {.url = authority + "/" + access_->app.tenant + "/v2.0/.well-known/openid-configuration",
       .deadline = kPatience});
  if (!answer) co_return wrong(what, answer.error(), kNetworkRemedy);
  if (answer->status != 200) {
    Error error = auth::classify(*answer, access_->app.about(), executor_.clock().now());
    co_return wrong(what, error, "Check the tenant and the address of the sign-in service.");
  }
  note(State::Ok, what, authority + " answers over TLS that checks out, and knows the tenant");
  clock(answer->headers);
  co_return true;
}

Task<bool> ConnectionCheck::graph_answers() {
  const std::string url = access_->configuration.graph_url + "/";
  const auto answer = co_await net::fetch(connections_.http(), {.url = url, .deadline = kPatience});
  if (!answer) co_return wrong("Microsoft Graph", answer.error(), kNetworkRemedy);
  co_return note(State::Ok, "Microsoft Graph", url + " answers over TLS that checks out");
}

void ConnectionCheck::clock(const net::Headers& headers) {
  const auto date = headers.find("Date");
  std::tm parts{};
  if (!date || !strptime(std::string(*date).c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts)) return;
  const Instant theirs{int64_t{timegm(&parts)} * 1'000'000};
  const Duration skew = executor_.clock().now() - theirs;
  if (skew > kMostSkew || skew < -kMostSkew)
    note(State::Doubtful, "clock",
         fmt::format("this machine's clock differs from the server's by {} s", skew.count() / 1'000'000),
         "Let it follow a time server: sign-in by certificate fails with a wrong clock.");
}

Task<bool> ConnectionCheck::token() {
  if (!app_only()) co_return note(State::Ok, "access token", "each user signs in for his own mailbox");
  // What was refused or granted before is not remembered: an administrator may have changed it just now.
  connections_.tokens().forget(access_->id);
  const auto tokens = co_await connections_.oauth().app_token(access_->app, access_->app_scopes().front());
  if (!tokens) co_return wrong("access token", tokens.error());
  note(State::Ok, "access token", "issued until " + tokens->expires.to_iso());
  permissions(tokens->access_token.reveal());
  co_return true;
}

void ConnectionCheck::permissions(const std::string& access_token) {
  const auto granted = roles_in(access_token);
  if (!granted) {
    note(State::Doubtful, "permissions", "the token does not show them; the mailboxes below will");
    return;
  }
  const auto has = [&](std::string_view name) { return std::ranges::find(*granted, name) != granted->end(); };
  if (granted->empty())
    note(State::Failed, "consent", "nobody has consented to the application, or the consent was withdrawn",
         kGrantConsent);
  for (const Permission& needed : kAppPermissions) {
    const std::string what = "permission " + std::string(needed.name);
    if (has(needed.name))
      note(State::Ok, what, "granted");
    else
      note(needed.required ? State::Failed : State::Doubtful, what,
           "is missing: " + std::string(needed.without),
           std::string("Add it under API permissions (application) of the app registration. ") +
               kGrantConsent);
  }
  if (has(kFullAccess))
    note(State::Doubtful, "permission " + std::string(kFullAccess),
         "is granted, and opens everything in every mailbox of the tenant: far more than Mail Sync needs",
         "Take it away in the app registration: the Graph API methods do without it.");
}

Task<void> ConnectionCheck::mailbox(sync::Mailbox mailbox) {
  const std::string what = "mailbox " + mailbox.address;
  mailbox.access_method = auth::method_for_mailbox(access_->configuration, mailbox.access_method);
  connections_.tokens().forget(access_->grant(mailbox).id);
  // A replica of its own: what passes remember would hide what is wrong now.
  const auto bench = co_await connections_.workbench(mailbox);
  if (!bench) {
    wrong(what, bench.error());
    co_return;
  }
  const auto& replica = bench->replica;
  const auto collections = co_await replica->collections();
  if (!collections) {
    wrong(what, collections.error(), remedy_for(collections.error(), mailbox));
    co_return;
  }
  std::map<model::Kind, int> count;
  for (const sync::Collection& collection : *collections) ++count[collection.kind];
  // Folders of the calendar are not listed: its first page shows whether it may be read.
  for (const sync::Collection& collection : *collections)
    if (collection.kind == model::Kind::Meeting)
      if (const auto page = co_await replica->changes(collection, {}); !page) {
        wrong(what, page.error(), remedy_for(page.error(), mailbox));
        co_return;
      }
  note(State::Ok, what,
       fmt::format("{} mail folders, {} contact folders, {} task lists and the calendar can be read",
                   count[model::Kind::Email], count[model::Kind::Contact], count[model::Kind::Task]));
  if (mailbox.state != sync::MailboxState::Active)
    note(State::Doubtful, what, "is " + std::string(sync::name_of(mailbox.state)) + " " + mailbox.state_text,
         "Resume it on its page, or with: mailsync mailbox resume " + mailbox.address);
}

}  // namespace mailsync::server
