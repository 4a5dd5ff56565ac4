// mailsync serve: builds everything, listens, and takes it apart again in order. The one place that knows all
// concrete objects.
#include <fmt/format.h>

#include <cstdio>

#include "admin/api.h"
#include "auth/one_time_links.h"
#include "auth/sessions.h"
#include "auth/sql_vault.h"
#include "auth/user_admin.h"
#include "base/log.h"
#include "net/server.h"
#include "server/admin_consent.h"
#include "server/commands.h"
#include "server/connect_mailbox.h"
#include "server/connection_tests.h"
#include "server/connections.h"
#include "server/crm_watch.h"
#include "server/instance.h"
#include "server/network_needs.h"
#include "server/outcome_notes.h"
#include "server/push_keeper.h"
#include "server/site.h"

namespace mailsync::server {
namespace {

constexpr unsigned kBlockingThreads = 4;
constexpr const char* kVersion = "0.1.0";
constexpr Duration kCleanUp = std::chrono::hours(1);

// Everything that serves, in order of dependence: what is above outlives what is below.
class Server {
 public:
  Server(const Settings& settings, Instance instance)
      : settings_(settings), instance_(std::move(instance)), executor_(kBlockingThreads) {}

  ~Server() { executor_.finish(); }

  Result<void> build();
  // What answers, and until when.
  std::string url() const;
  uint16_t port() const { return http_->port(); }
  // A one-time link, when nobody can sign in yet; "" otherwise.
  Result<std::string> first_administrator_link();
  void run();

 private:
  Result<void> build_sync(auth::MasterKeys keys);
  void build_api();
  Result<void> build_site();
  static Task<void> clean_up_now_and_then(Server& self);
  static Task<net::ServerResponse> receive_notice(Server& self, net::ServerRequest request) {
    co_return self.push_->receive(request);
  }
  bool https() const;

  const Settings& settings_;
  Instance instance_;
  SystemRandom random_;
  net::AsioExecutor executor_;
  Data data_;
  std::optional<auth::SqlVault> vault_;  // absent without a master key
  std::optional<auth::SecondFactors> second_factors_;
  std::optional<auth::Sessions> sessions_;
  Metrics metrics_;
  std::optional<Connections> connections_;
  std::optional<schedule::Scheduler> scheduler_;
  std::optional<OutcomeNotes> outcomes_;
  std::optional<PushKeeper> push_;
  SignInOutcomes sign_in_outcomes_{executor_.clock(), random_};
  std::optional<ConnectMailbox> connect_;
  std::optional<ConnectionTests> connection_tests_;
  admin::Activity activity_{executor_.clock()};
  admin::EventHub events_{executor_};
  std::optional<admin::Api> api_;
  std::optional<admin::Router> router_;
  std::optional<AdminConsent> consent_;
  std::optional<Site> site_;
  std::unique_ptr<net::HttpServer> http_;
};

Result<void> Server::build() {
  TRY(data_, open_data(settings_, executor_.clock()));
  TRY_VOID(data_.store->transact(sync::Durable::No, [&](Transaction& tx) {
    return data_.plans->fail_running(tx, "The server was stopped while this was being made; begin it again.",
                                     executor_.clock().now());
  }));
  auto keys = master_keys(settings_);
  if (keys) {
    vault_.emplace(executor_, *data_.database, random_, *keys, [this] { return master_keys(settings_); });
    second_factors_.emplace(executor_, *data_.database, random_, *vault_);
  } else {
    log::warn("no_second_factor", {{"reason", "there is no master key"}});
  }
  sessions_.emplace(executor_, *data_.database, random_, auth::SessionLimits{},
                    second_factors_ ? &*second_factors_ : nullptr);
  // What is wrong with [graph] is told at once. Without it organizations have an Email Configuration each.
  if (configuration_of(settings_)) {
    TRY(const auto app, app_registration(settings_));
    if (!keys) return fail(std::move(keys).error());
  }
  // Without a master key the CRM is served alone: no sign-in could be kept.
  if (keys) {
    TRY_VOID(build_sync(*std::move(keys)));
  } else {
    log::warn("no_mailboxes_are_synced", {{"reason", "there is no master key"}});
  }
  build_api();
  return build_site();
}

void Server::build_api() {
  api_.emplace(
      admin::Api{.executor = executor_,
                 .database = *data_.database,
                 .random = random_,
                 .sessions = *sessions_,
                 .store = *data_.store,
                 .panel = *data_.panel,
                 .profiles = *data_.profiles,
                 .statistics = *data_.statistics,
                 .activity = activity_,
                 .events = events_,
                 .runs = data_.runs.get(),
                 .scheduler = scheduler_ ? &*scheduler_ : nullptr,
                 .plans = data_.plans.get(),
                 .workbench = connections_ ? sync::MakeWorkbench([this](sync::Mailbox mailbox) {
                   return connections_->workbench(std::move(mailbox));
                 })
                                           : sync::MakeWorkbench(),
                 .second_factors = second_factors_ ? &*second_factors_ : nullptr,
                 .https = https(),
                 .product_version = kVersion,
                 .push_active = [this](MailboxId id) { return push_ && push_->active(id); },
                 .sign_in_outcome = [this](std::string_view name,
                                           UserId user) { return sign_in_outcomes_.find(name, user); },
                 .new_mailboxes = {.access_method = access_method(settings_),
                                   .wait_for_start = settings_.sync.wait_for_start,
                                   .profile = settings_.profile},
                 .network_needs = network_needs(settings_),
                 .vault = vault_ ? &*vault_ : nullptr,
                 .addresses = curl_options(settings_).addresses,
                 .mail_access = connection_tests_ ? &*connection_tests_ : nullptr});
  if (connections_) consent_.emplace(*api_, random_, *connections_, sign_in_outcomes_, https());
  router_.emplace(*api_, admin::routes());
}

Result<void> Server::build_sync(auth::MasterKeys keys) {
  connections_.emplace(settings_, executor_, random_, data_, std::move(keys));
  scheduler_.emplace(executor_, random_, *data_.store, *data_.leases, connections_->run_pass(),
                     schedule::Options{.worker = instance_.name(),
                                       .poll = settings_.sync.poll,
                                       .parallel = static_cast<size_t>(settings_.sync.parallel)});
  scheduler_->observe(metrics_);
  scheduler_->observe(activity_);
  outcomes_.emplace(executor_, *data_.statistics);
  scheduler_->observe(*outcomes_);
  connect_.emplace(executor_, random_, data_, *sessions_, *connections_, *scheduler_, sign_in_outcomes_,
                   https());
  connection_tests_.emplace(settings_, executor_, random_, data_, *connections_);
  if (!settings_.server.public_url.empty()) {
    push_.emplace(executor_, *connections_, *scheduler_, metrics_,
                  settings_.server.public_url + "/notifications/graph");
    scheduler_->observe(*push_);
  }
  return {};
}

bool Server::https() const {
  return !settings_.server.tls_certificate.empty() || settings_.server.public_url.starts_with("https:");
}

Result<void> Server::build_site() {
  Site::Parts parts{.scheduler = scheduler_ ? &*scheduler_ : nullptr, .https = https()};
  parts.api = [this](net::ServerRequest request) {
    if (consent_ && consent_->serves(request)) return AdminConsent::answer(*consent_, std::move(request));
    if (connect_ && ConnectMailbox::serves(request.path))
      return ConnectMailbox::answer(*connect_, std::move(request));
    return router_->handle(std::move(request));
  };
  if (push_)
    parts.notices = [this](net::ServerRequest request) { return receive_notice(*this, std::move(request)); };
  if (const std::string dir = find_web_dir(settings_); !dir.empty()) {
    TRY(parts.web, WebFiles::load(dir));
  } else if (!settings_.server.web_dir.empty()) {
    return fail(ErrorKind::ItemInvalid, "the web application is not in " + settings_.server.web_dir +
                                            ": [server] web_dir must be the folder with its index.html");
  } else {
    log::warn("no_web_application", {{"reason", "its files were not found; set [server] web_dir"}});
  }
  site_.emplace(executor_, *data_.database, metrics_, std::move(parts));
  TRY(http_, net::HttpServer::start(executor_,
                                    {.address = settings_.server.address,
                                     .port = settings_.server.port,
                                     .certificate_file = settings_.server.tls_certificate,
                                     .key_file = settings_.server.tls_key},
                                    site_->handler()));
  return {};
}

std::string Server::url() const {
  if (!settings_.server.public_url.empty()) return settings_.server.public_url;
  const std::string& address = settings_.server.address;
  const std::string host = address == "0.0.0.0" || address == "::"  ? "localhost"
                           : address.find(':') != std::string::npos ? "[" + address + "]"
                                                                    : address;
  return fmt::format("{}://{}:{}", settings_.server.tls_certificate.empty() ? "http" : "https", host, port());
}

// Printed where the operator sees it, and kept nowhere: a restart prints another one.
Result<std::string> Server::first_administrator_link() {
  std::string link;
  TRY_VOID(data_.database->write(db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const bool nobody, auth::nobody_yet(tx));
    if (!nobody) return {};
    TRY(const Secret token,
        auth::make_link(tx, random_,
                        {.account = kAccount,
                         .user = {},
                         .purpose = auth::LinkPurpose::FirstAdministrator,
                         .expires = executor_.clock().now() + auth::kFirstAdministratorLasts}));
    link = url() + "/welcome#" + token.reveal();
    return {};
  }));
  return link;
}

Task<void> Server::clean_up_now_and_then(Server& self) {
  while (true) {
    if (const auto done = co_await self.sessions_->clean_up(); !done)
      log::error("sessions_not_cleaned", done.error());
    co_await self.executor_.sleep_for(kCleanUp);
  }
}

void Server::run() {
  executor_.spawn(clean_up_now_and_then(*this));
  executor_.spawn(admin::EventHub::run(events_, *api_));
  if (scheduler_) {
    scheduler_->start();
    executor_.spawn(watch_crm(executor_, data_, *scheduler_));
    executor_.spawn(ConnectionTests::keep_checking(*connection_tests_));
    if (push_) executor_.spawn(PushKeeper::run(*push_));
  }
  log::info("listening", {{"address", settings_.server.address}, {"port", port()}});
  executor_.run(true);
  log::info("stopping");
  site_->begin_stopping();
  events_.close();
  if (scheduler_) executor_.run_task(scheduler_->stop());
  http_.reset();
  executor_.finish();
  log::info("stopped");
}

}  // namespace

Exit serve(const Settings& settings, Output& output) {
  auto instance = Instance::begin(settings.server.data_dir);
  if (!instance) return output.failed(instance.error());
  if (!instance->first())
    return output.failed({.kind = ErrorKind::Forbidden,
                          .message = "another mailsync uses the data directory " + settings.server.data_dir +
                                     ". Stop it first, or give this one a [server] data_dir of its own."});
  Server server(settings, std::move(*instance));
  if (const auto built = server.build(); !built) return output.failed(built.error());
  const auto link = server.first_administrator_link();
  if (!link) return output.failed(link.error());
  // Whoever started us learns the address from the first line.
  boost::json::object told{{"url", server.url()}, {"port", server.port()}};
  std::string words = fmt::format("Mail Sync is at {} (Ctrl-C stops it).", server.url());
  if (!link->empty()) {
    told["first_administrator"] = *link;
    words += fmt::format(
        "\nNobody can sign in yet. Become the first administrator within a day, with this link, which works "
        "once:\n{}",
        *link);
  }
  output.done(told, words);
  std::fflush(stdout);
  server.run();
  return Exit::Done;
}

}  // namespace mailsync::server
