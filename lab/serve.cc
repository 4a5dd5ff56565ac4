#include "lab/serve.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "lab/control/control_front.h"
#include "lab/fronts/ews/ews_front.h"
#include "lab/fronts/graph/graph_front.h"
#include "lab/host.h"
#include "lab/load.h"
#include "lab/shifted_executor.h"
#include "net/curl_client.h"
#include "net/server.h"

namespace mailsync::lab {

namespace {

using std::chrono::milliseconds;

// Everything a registration needs to be used: for the ready line and the file.
struct Registration {
  std::string client_id;
  std::string client_secret;
  std::string certificate_file;
  std::string key_file;  // empty when the certificate was brought along
  ews::EwsOptions ews;
};

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorKind::ItemInvalid, "The file " + path + " cannot be read.");
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

// Secrets: only the owner may read them.
Result<void> write_file(const std::string& path, const std::string& text) {
  const mode_t before = umask(077);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  umask(before);
  if (!file) return fail(ErrorKind::Transient, "The file " + path + " cannot be written: is the disk full?");
  return {};
}

// Beside the description, or in the current folder: "x.json" → "x".
std::string stem_of(const ServeOptions& options) {
  if (options.write.empty()) return "mailsync-lab";
  return options.write.ends_with(".json") ? options.write.substr(0, options.write.size() - 5) : options.write;
}

identity::RedirectUri redirect_of(std::string_view text) {
  for (const auto& [prefix, platform] : {std::pair{std::string_view("web:"), identity::Platform::Web},
                                         {std::string_view("spa:"), identity::Platform::SinglePage},
                                         {std::string_view("native:"), identity::Platform::Native}})
    if (text.starts_with(prefix)) return {std::string(text.substr(prefix.size())), platform};
  return {std::string(text), identity::Platform::Web};
}

class Lab {
 public:
  explicit Lab(const ServeOptions& options) : options_(options), world_(options.seed) {}

  Result<void> run();

 private:
  Result<void> fill();
  Result<void> register_people();
  Result<void> register_app();
  Result<void> listen();
  Result<net::ServerOptions> server_options();
  json::object description(bool with_secrets) const;
  ControlHooks hooks();
  static Task<void> deliver_for_ever(Host& host, Executor& executor);

  const ServeOptions& options_;
  net::AsioExecutor real_;
  ShiftedExecutor executor_{real_};
  SystemRandom random_;
  World world_;
  Loaded loaded_;
  TokenTable tokens_;
  identity::Registry registry_;
  identity::IdentityFront identity_{{}, registry_, tokens_, random_};
  std::unique_ptr<graph::GraphFront> graph_;
  std::unique_ptr<ews::EwsFront> ews_;
  std::unique_ptr<ControlFront> control_;
  std::unique_ptr<net::CurlClient> outgoing_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<Host> control_host_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<net::HttpServer> control_server_;
  Registration registration_;
  std::string ca_file_;
  std::string url_;
  std::string control_url_;
};

Result<void> Lab::fill() {
  constexpr std::pair<const char*, const char*> kPeople[] = {{"anna@contoso.example", "Anna Berg"},
                                                             {"ben@contoso.example", "Ben Osei"},
                                                             {"chloe@contoso.example", "Chloé Martin"}};
  const Instant now = executor_.clock().now();
  std::vector<Mailbox*> mailboxes;
  for (size_t i = 0; i < options_.mailboxes; ++i)
    mailboxes.push_back(
        i < std::size(kPeople)
            ? &world_.add_user(kPeople[i].first, kPeople[i].second)
            : &world_.add_user(fmt::format("user{}@contoso.example", i + 1), fmt::format("User {}", i + 1)));
  if (mailboxes.empty())
    return fail(ErrorKind::ItemInvalid, "A lab needs at least one mailbox: --mailboxes 1.");
  for (const std::string& path : {options_.mail, options_.calendars, options_.contacts})
    if (!path.empty() && !std::filesystem::exists(path))
      return fail(ErrorKind::ItemInvalid, "There is nothing to load at " + path + ".");
  if (!options_.mail.empty())
    loaded_.add(load_mail(
        world_, mailboxes, options_.mail,
        {.most = options_.emails, .category = options_.category, .repeat = options_.repeat_emails}, now));
  if (!options_.calendars.empty()) loaded_.add(load_calendar(world_, *mailboxes[0], options_.calendars, now));
  if (!options_.contacts.empty()) loaded_.add(load_contacts(world_, *mailboxes[0], options_.contacts, now));
  if (options_.people + options_.tasks + options_.meetings > 0)
    loaded_.add(make_demo(world_, mailboxes,
                          {.contacts = options_.people,
                           .tasks = options_.tasks,
                           .meetings = options_.meetings,
                           .category = options_.category},
                          now));
  for (const std::string& problem : loaded_.problems)
    fmt::print(stderr, "mailsync-lab: not loaded: {}\n", problem);
  return {};
}

Result<void> Lab::register_people() {
  identity::Tenant tenant{.id = world_.tenant_id(), .name = "Contoso", .domains = {}, .users = {}};
  for (const auto& mailbox : world_.mailboxes()) {
    const std::string& address = mailbox->user.upn;
    const std::string domain = address.substr(std::min(address.find('@') + 1, address.size()));
    if (std::ranges::find(tenant.domains, domain) == tenant.domains.end()) tenant.domains.push_back(domain);
    tenant.users.push_back({.id = mailbox->user.id,
                            .address = address,
                            .name = mailbox->user.display_name,
                            .administrator = tenant.users.empty()});
  }
  registry_.add_tenant(std::move(tenant));
  return {};
}

Result<void> Lab::register_app() {
  const Instant now = executor_.clock().now();
  const std::string stem = stem_of(options_);
  registration_ = {
      .client_id = options_.client_id.empty() ? identity::new_guid(random_) : options_.client_id,
      .client_secret = options_.client_secret.empty() ? random_.token(30) : options_.client_secret,
      .certificate_file = options_.client_certificate,
      .key_file = "",
      .ews = {.password = Secret(random_.token(12)), .impersonator_password = Secret(random_.token(12))}};
  std::string pem;
  if (!options_.client_certificate.empty()) {
    TRY(pem, read_file(options_.client_certificate));
  } else if (!options_.write.empty()) {
    TRY(const identity::CertificatePair pair,
        identity::make_certificate("mailsync", "", now, std::chrono::hours(24 * 365)));
    pem = pair.certificate_pem;
    registration_.certificate_file = stem + "-client.crt";
    registration_.key_file = stem + "-client.key";
    TRY_VOID(write_file(registration_.certificate_file, pair.certificate_pem));
    TRY_VOID(write_file(registration_.key_file, pair.key_pem));
  }
  identity::App app{.client_id = registration_.client_id,
                    .name = "Mail Sync",
                    .home_tenant = world_.tenant_id(),
                    .secrets = {{Secret(registration_.client_secret), now + std::chrono::hours(24 * 730)}},
                    .redirect_uris = {{"http://localhost", identity::Platform::Native}},
                    .roles = {"Mail.ReadWrite", "Mail.Send", "Calendars.ReadWrite", "Contacts.ReadWrite",
                              "Tasks.ReadWrite.All", "MailboxSettings.ReadWrite", "User.Read.All"},
                    .scopes = {"Mail.ReadWrite", "Mail.Send", "Calendars.ReadWrite", "Contacts.ReadWrite",
                               "Tasks.ReadWrite", "MailboxSettings.ReadWrite", "User.Read"}};
  if (!pem.empty()) {
    TRY(identity::Certificate certificate, identity::Certificate::from_pem(pem));
    app.certificates.push_back(std::move(certificate));
  }
  for (const std::string& uri : options_.redirect_uris) app.redirect_uris.push_back(redirect_of(uri));
  registry_.add_app(std::move(app));
  if (options_.consent) registry_.consent_as_admin(world_.tenant_id(), registration_.client_id);
  return {};
}

Result<net::ServerOptions> Lab::server_options() {
  net::ServerOptions server{.address = options_.address, .port = options_.port, .max_body_bytes = 64 << 20};
  if (!options_.tls_certificate.empty()) {
    server.certificate_file = ca_file_ = options_.tls_certificate;
    server.key_file = options_.tls_key;
  } else if (options_.tls) {
    TRY(const identity::CertificatePair pair,
        identity::make_certificate("mailsync-lab", "DNS:localhost,IP:127.0.0.1,IP:::1", real_.clock().now(),
                                   std::chrono::hours(24 * 30)));
    server.certificate_file = ca_file_ = stem_of(options_) + "-tls.crt";
    server.key_file = stem_of(options_) + "-tls.key";
    TRY_VOID(write_file(server.certificate_file, pair.certificate_pem));
    TRY_VOID(write_file(server.key_file, pair.key_pem));
  }
  return server;
}

ControlHooks Lab::hooks() {
  return {.shift_clock = [this](Duration by) { executor_.shift += by; },
          .clock_shift = [this] { return executor_.shift; },
          .set_latency = [this](Duration latency) { host_->latency = latency; },
          .latency = [this] { return host_->latency; },
          .send_lifecycle = [this](std::string_view event, std::string_view mailbox,
                                   Instant now) { graph_->send_lifecycle(event, mailbox, now); },
          .forget_delta_tokens = [this](Instant now) { graph_->forget_delta_tokens(now); },
          .subscription_count = [this] { return graph_->subscription_count(); },
          .ews_switches = [this](const json::object* wanted) -> Result<json::object> {
            if (wanted) TRY_VOID(ews::change(ews_->switches(), *wanted));
            return ews::to_json(ews_->switches());
          }};
}

Result<void> Lab::listen() {
  TRY(net::ServerOptions server, server_options());
  const bool tls = !server.certificate_file.empty();
  graph_ = std::make_unique<graph::GraphFront>(world_, tokens_, tls ? "https" : "http");
  ews_ = std::make_unique<ews::EwsFront>(world_, registration_.ews);
  control_ = std::make_unique<ControlFront>(world_, tokens_, identity_, *graph_, hooks());
  outgoing_ = std::make_unique<net::CurlClient>(
      real_, net::CurlOptions{.ca_file = options_.trust,
                              .addresses = {.allow_private = true, .allowed_hosts = {}},
                              .user_agent = "Microsoft-Graph-Lab"});
  host_ = std::make_unique<Host>(executor_,
                                 std::vector<Front*>{control_.get(), &identity_, graph_.get(), ews_.get()},
                                 *graph_, outgoing_.get());
  host_->latency = milliseconds(options_.latency_ms);
  TRY(server_, net::HttpServer::start(real_, server, [this](net::ServerRequest request) {
        return host_->serve(std::move(request));
      }));
  url_ = fmt::format("{}://{}:{}", tls ? "https" : "http", options_.address, server_->port());
  control_url_ = url_;
  identity_.set_base_url(url_);
  if (!tls) return {};
  control_host_ = std::make_unique<Host>(executor_, std::vector<Front*>{control_.get()}, *graph_, nullptr);
  TRY(control_server_,
      net::HttpServer::start(
          real_, {.address = "127.0.0.1", .port = options_.control_port, .max_body_bytes = 64 << 20},
          [this](net::ServerRequest request) { return control_host_->serve(std::move(request)); }));
  control_url_ = fmt::format("http://127.0.0.1:{}", control_server_->port());
  return {};
}

json::object Lab::description(bool with_secrets) const {
  json::array mailboxes;
  for (const auto& mailbox : world_.mailboxes()) mailboxes.emplace_back(mailbox->user.mail);
  json::object out{{"ready", true},
                   {"url", url_},
                   {"control", control_url_},
                   {"authority", url_ + "/" + world_.tenant_id()},
                   {"graph", url_ + "/v1.0"},
                   {"ews", url_ + "/EWS/Exchange.asmx"},
                   {"tenant_id", world_.tenant_id()},
                   {"client_id", registration_.client_id},
                   {"mailboxes", std::move(mailboxes)},
                   {"loaded", json::object{{"messages", loaded_.messages},
                                           {"marked", loaded_.marked},
                                           {"contacts", loaded_.contacts},
                                           {"tasks", loaded_.tasks},
                                           {"events", loaded_.events},
                                           {"problems", loaded_.problems.size()}}}};
  if (!with_secrets) return out;
  out["client_secret"] = registration_.client_secret;
  out["certificate"] = registration_.certificate_file;
  out["private_key"] = registration_.key_file;
  out["ca"] = ca_file_;
  out["ews_domain"] = registration_.ews.domain;
  out["ews_password"] = registration_.ews.password.reveal();
  out["ews_impersonator"] = registration_.ews.impersonator;
  out["ews_impersonator_password"] = registration_.ews.impersonator_password.reveal();
  return out;
}

// A subscriber may have gone away; the queue keeps what was not taken and tries again.
Task<void> Lab::deliver_for_ever(Host& host, Executor& executor) {
  for (;;) {
    co_await host.deliver_notifications();
    co_await executor.sleep_for(milliseconds(200));
  }
}

Result<void> Lab::run() {
  TRY_VOID(fill());
  TRY_VOID(register_people());
  TRY_VOID(register_app());
  TRY_VOID(listen());
  if (!options_.write.empty())
    TRY_VOID(write_file(options_.write, json::serialize(description(true)) + "\n"));
  fmt::print("{}\n", json::serialize(description(false)));
  std::fflush(stdout);
  executor_.spawn(deliver_for_ever(*host_, executor_));
  real_.run(true);
  executor_.destroy_frames();
  return {};
}

}  // namespace

Result<void> serve(const ServeOptions& options) {
  return Lab(options).run();
}

}  // namespace mailsync::lab
