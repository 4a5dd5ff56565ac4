#include "server/connections.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "auth/licences.h"
#include "base/log.h"
#include "server/permissions.h"
#include "sync/profile_json.h"

namespace mailsync::server {
namespace {

// The service root; the setting may name it with or without the version.
std::string service_root(const std::string& url) {
  constexpr const char* kVersion = "/v1.0";
  return url.ends_with(kVersion) ? url : url + kVersion;
}

Result<std::string> read_file(const std::string& path, std::string_view what) {
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.good() && !stream.eof())
    return fail(ErrorKind::LoginNeeded,
                "the " + std::string(what) + " " + path +
                    " cannot be read: check the path in [graph] and the file's owner.");
  if (text.empty())
    return fail(ErrorKind::LoginNeeded,
                "the " + std::string(what) + " " + path + " is empty or cannot be read.");
  return text;
}

// What undo may reach back to (30 days), and some more; of a busy mailbox fewer.
constexpr Duration kRunsKept = std::chrono::hours(24 * 35);
constexpr size_t kMostRuns = 5000;

// Tells also whether anything was committed. `did_something` outlives the pass.
sync::Progress noting(sync::Progress progress, bool& did_something) {
  return [progress = std::move(progress), &did_something](model::Kind kind, const std::string& collection,
                                                          const sync::Counts& turn) {
    if (!turn.empty()) did_something = true;
    if (progress) progress(kind, collection, turn);
  };
}

std::string domain_of(std::string_view address) {
  const size_t at = address.rfind('@');
  return at == std::string_view::npos ? "" : std::string(address.substr(at + 1));
}

}  // namespace

Result<auth::AppRegistration> app_registration(const Settings& settings) {
  const auto& graph = settings.graph;
  const auto missing = [](const char* key, const char* what) {
    return fail(ErrorKind::LoginNeeded,
                std::string("[graph] ") + key + " is not set: it is " + what +
                    " of the app registration in Microsoft Entra (README, \"Register an application\").");
  };
  if (graph.tenant.empty()) return missing("tenant", "the directory (tenant) id");
  if (graph.client_id.empty()) return missing("client_id", "the application (client) id");
  auth::AppRegistration app{
      .authority = graph.authority, .tenant = graph.tenant, .client_id = graph.client_id};
  if (!settings.server.public_url.empty())
    app.redirect_uri = settings.server.public_url + "/api/v1/oauth/callback";
  if (!graph.certificate.empty()) {
    TRY(std::string certificate, read_file(graph.certificate, "certificate file"));
    TRY(std::string key, read_file(graph.key, "key file"));
    app.certificate = auth::ClientCertificate{std::move(certificate), Secret(std::move(key))};
  } else if (!graph.client_secret_file.empty()) {
    TRY(std::string secret, read_file(graph.client_secret_file, "client secret file"));
    while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
    app.client_secret = Secret(std::move(secret));
  } else if (!graph.client_secret.empty()) {
    app.client_secret = graph.client_secret;
  } else {
    return fail(ErrorKind::LoginNeeded,
                "[graph] has no credential: name a certificate and key (better), or a client_secret_file.");
  }
  return app;
}

Result<auth::MasterKeys> master_keys(const Settings& settings) {
  if (!settings.vault.master_key.empty()) return auth::parse_master_keys(settings.vault.master_key.reveal());
  return auth::load_master_keys(settings.vault.master_key_file);
}

net::CurlOptions curl_options(const Settings& settings) {
  return {.ca_file = settings.network.ca_file,
          .addresses = {.allow_private = settings.network.allow_private,
                        .allowed_hosts = settings.network.allowed_hosts}};
}

std::vector<std::string> app_scopes(const Settings& settings) {
  return {settings.graph.resource + "/.default"};
}

std::vector<std::string> user_scopes() {
  return {"openid",
          "profile",
          "offline_access",
          "User.Read",
          "Mail.ReadWrite",
          "Mail.Send",
          "Contacts.ReadWrite",
          "Calendars.ReadWrite",
          "Tasks.ReadWrite",
          "MailboxSettings.ReadWrite"};
}

// Hands tokens to a mailbox's client, and remembers the last one, to say which was refused.
struct Connections::Bearers {
  auth::TokenSource& tokens;
  auth::Grant grant;
  net::Origin origin;
  std::vector<std::string> scopes;
  std::optional<net::Bearer> last;

  static Task<Result<net::Bearer>> next(std::shared_ptr<Bearers> self, std::optional<std::string> claims) {
    if (claims) self->reject("Bearer claims=\"" + *claims + "\"");
    auto bearer = co_await self->tokens.bearer(self->grant, self->origin, self->scopes);
    if (bearer) self->last = *bearer;
    co_return bearer;
  }
  void reject(std::string_view challenge) {
    if (last) tokens.reject(grant, *std::exchange(last, std::nullopt), scopes, challenge);
  }
};

Connections::Connections(const Settings& settings, net::AsioExecutor& executor, Random& random, Data& data,
                         auth::AppRegistration app, auth::MasterKeys keys)
    : settings_(settings),
      executor_(executor),
      random_(random),
      data_(data),
      app_(std::move(app)),
      http_(executor, curl_options(settings)),
      oauth_(http_, executor.clock(), random),
      vault_(executor, *data.database, random, std::move(keys)),
      tokens_(executor, oauth_, vault_) {}

std::string Connections::graph_root() const {
  return service_root(settings_.graph.url);
}

auth::Grant Connections::grant_of(const sync::Mailbox& mailbox) const {
  if (mailbox.access_method != "graph_user") return {.id = "tenant:" + app_.tenant, .app = app_};
  const std::string row = "mailbox:" + std::to_string(mailbox.id.value);
  return {
      .id = row,
      .app = app_,
      .refresh_token = auth::SecretName{.account = mailbox.account, .row = row, .purpose = "refresh_token"}};
}

sync::People Connections::people_of(const sync::Mailbox& mailbox) const {
  sync::People people;
  people.own_addresses.insert(mailbox.address);
  people.internal_domains.insert(settings_.internal_domains.begin(), settings_.internal_domains.end());
  if (people.internal_domains.empty()) people.internal_domains.insert(domain_of(mailbox.address));
  people.blocked.insert(settings_.blocked.begin(), settings_.blocked.end());
  return people;
}

Result<std::shared_ptr<Connections::Link>> Connections::link_for(const sync::Mailbox& mailbox) {
  const std::string made_for =
      mailbox.access_method + "\n" + mailbox.remote_user + "\n" + sync::to_json(mailbox.profile);
  auto& place = links_[mailbox.id];
  if (place && place->made_for == made_for) return place;
  const bool as_user = mailbox.access_method == "graph_user";
  TRY(const net::Origin origin, net::Origin::of(settings_.graph.url));
  auto link = std::make_shared<Link>();
  link->made_for = made_for;
  link->limit = std::make_unique<net::RateLimit>(executor_, net::RateLimits{});
  link->bearers = std::make_shared<Bearers>(Bearers{.tokens = tokens_,
                                                    .grant = grant_of(mailbox),
                                                    .origin = origin,
                                                    .scopes = as_user ? user_scopes() : app_scopes(settings_),
                                                    .last = std::nullopt});
  link->client = std::make_shared<graph::Client>(
      http_,
      [bearers = link->bearers](std::optional<std::string> claims) {
        return Bearers::next(bearers, std::move(claims));
      },
      executor_, random_, *link->limit,
      graph::ClientOptions{.base_url = service_root(settings_.graph.url),
                           .user = as_user ? "" : mailbox.remote_user,
                           .mark = data_.mark});
  link->replica =
      std::make_shared<graph::Replica>(link->client, graph::ReplicaOptions{.profile = mailbox.profile});
  link->sender = std::make_shared<graph::Sender>(link->client);
  place = std::move(link);
  return place;
}

Result<std::shared_ptr<sync::Replica>> Connections::replica(const sync::Mailbox& mailbox) {
  TRY(const std::shared_ptr<Link> link, link_for(mailbox));
  // Shares the link's life: the client inside uses its limit and its tokens.
  return std::shared_ptr<sync::Replica>(link, link->replica.get());
}

Result<std::shared_ptr<sync::Push>> Connections::push(const sync::Mailbox& mailbox, const std::string& url) {
  TRY(const std::shared_ptr<Link> link, link_for(mailbox));
  struct Kept {
    std::shared_ptr<Link> link;
    graph::Push push;
  };
  auto kept = std::make_shared<Kept>(Kept{
      link,
      graph::Push(link->client, {.mailbox = mailbox.id, .notification_url = url, .lifecycle_url = url})});
  return std::shared_ptr<sync::Push>(kept, &kept->push);
}

void Connections::forget_token(MailboxId mailbox) {
  if (const auto found = links_.find(mailbox); found != links_.end() && found->second)
    found->second->bearers->reject("");
}

// Not when nothing happened, nor each time again while the same thing is wrong: an outage of a day is one
// line.
Task<void> Connections::note_run(sync::RunRow run, bool did_something) {
  std::string& last_error = last_errors_[run.mailbox];
  const bool news = run.error != last_error && !run.error.empty();
  last_error = run.error;
  if (!did_something && !news) co_return;
  const auto noted =
      co_await executor_.blocking([this, &run] { return data_.runs->save(run, kRunsKept, kMostRuns); });
  if (!noted) log::error("run_not_noted", noted.error(), {{"mailbox", run.mailbox}});
}

sync::Engine Connections::engine() {
  return {.executor = executor_,
          .random = random_,
          .store = *data_.store,
          .crm = *data_.crm,
          .directory = *data_.directory,
          .outbox = data_.outbox.get(),
          .plans = data_.plans.get()};
}

Result<sync::Workbench> Connections::workbench(const sync::Mailbox& mailbox) {
  TRY(const std::shared_ptr<Link> link, link_for(mailbox));
  struct Kept {
    Kept(std::shared_ptr<Link> to, const sync::Profile& profile)
        : link(std::move(to)), replica(link->client, graph::ReplicaOptions{.profile = profile}) {}
    std::shared_ptr<Link> link;
    graph::Replica replica;
  };
  auto kept = std::make_shared<Kept>(link, mailbox.profile);
  return sync::Workbench{.engine = engine(),
                         .plans = *data_.plans,
                         .mailbox = mailbox,
                         .replica = std::shared_ptr<sync::Replica>(kept, &kept->replica),
                         .people = people_of(mailbox),
                         .sender = std::shared_ptr<sync::Sender>(link, link->sender.get())};
}

// Without consent an application still gets tokens, but they carry no permission: that is how a withdrawn
// consent shows.
bool Connections::may_do_nothing(const Link& link) {
  if (!link.bearers->last || link.bearers->grant.refresh_token) return false;
  const auto roles = roles_in(link.bearers->last->token.reveal());
  return roles && std::ranges::none_of(kAppPermissions, [&](const Permission& permission) {
           return std::ranges::find(*roles, permission.name) != roles->end();
         });
}

Result<std::optional<std::string>> Connections::why_not_licensed(const sync::Mailbox& mailbox) {
  std::optional<std::string> why;
  TRY_VOID(data_.database->read([&](db::Session& session) -> Result<void> {
    TRY(why, auth::why_not_licensed(session, mailbox.account, mailbox.user));
    return {};
  }));
  return why;
}

Task<Result<sync::PassReport>> Connections::run(Connections& self, schedule::PassRequest request) {
  CO_TRY(const auto why_not, co_await self.executor_.blocking(
                                 [&self, &request] { return self.why_not_licensed(request.mailbox); }));
  // Parked, and looked at again by itself; the web application also wakes it.
  if (why_not) co_return fail(ErrorKind::SwitchedOff, *why_not);
  CO_TRY(const std::shared_ptr<Link> link, self.link_for(request.mailbox));
  const MailboxId id = request.mailbox.id;
  sync::RunRow row{.id = request.run,
                   .mailbox = id,
                   .started_at = self.executor_.clock().now(),
                   .trigger = std::string(schedule::name_of(request.trigger))};
  bool did_something = request.trigger == schedule::Trigger::FirstSync;
  const int64_t asked_before = link->client->requests();
  int64_t* const counted = request.requests;
  const sync::People people = self.people_of(request.mailbox);
  auto report = co_await sync::run_pass(self.engine(), *link->replica,
                                        {.mailbox = std::move(request.mailbox),
                                         .people = people,
                                         .lease = request.lease,
                                         .sender = link->sender.get(),
                                         .progress = noting(std::move(request.progress), did_something),
                                         .run = request.run});
  row.ended_at = self.executor_.clock().now();
  row.requests = link->client->requests() - asked_before;
  if (counted) *counted = row.requests;
  if (!report) row.error = report.error().message;
  co_await self.note_run(std::move(row), did_something);
  if (report) co_return report;
  Error error = std::move(report).error();
  if (error.kind == ErrorKind::Forbidden && error.trouble == Trouble::None && may_do_nothing(*link))
    error.trouble = Trouble::Consent;
  // A token may have been refused before its time, or not know yet what was granted since; the next pass asks
  // for another.
  if (error.kind == ErrorKind::LoginNeeded || error.kind == ErrorKind::Forbidden) self.forget_token(id);
  co_return fail(std::move(error));
}

schedule::RunPass Connections::run_pass() {
  return [this](schedule::PassRequest request) { return run(*this, std::move(request)); };
}

}  // namespace mailsync::server
