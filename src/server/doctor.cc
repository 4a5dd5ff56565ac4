// mailsync doctor: walks from the machine to the last mailbox, and says of each step what is wrong and what
// to do.
#include <fmt/format.h>
#include <netdb.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "auth/client_assertion.h"
#include "auth/encoding.h"
#include "net/url.h"
#include "server/commands.h"
#include "server/connections.h"
#include "server/permissions.h"
#include "server/web_files.h"

namespace mailsync::server {
namespace {

namespace json = boost::json;

constexpr int64_t kLittleSpace = int64_t{256} << 20;
constexpr Duration kExpiresSoon = std::chrono::hours(24 * 30);
constexpr Duration kMostSkew = std::chrono::minutes(3);

enum class Finding { Well, Doubtful, Wrong };

class Doctor {
 public:
  Doctor(const Settings& settings, Output& output) : settings_(settings), output_(output) {}

  Exit examine() {
    data_dir();
    database();
    listener();
    master_key();
    if (credential() && network() && token()) mailboxes();
    executor_.finish();
    return summary();
  }

 private:
  void note(Finding finding, const std::string& what, const std::string& said,
            const std::string& remedy = "") {
    static constexpr const char* kNames[] = {"ok", "doubtful", "wrong"};
    const char* name = kNames[static_cast<int>(finding)];
    checks_.push_back({{"check", what}, {"state", name}, {"said", said}, {"remedy", remedy}});
    worst_ = std::max(worst_, finding);
    if (output_.json()) return;
    fmt::print("{:<9} {}: {}\n", name, what, said);
    if (!remedy.empty()) fmt::print("          -> {}\n", remedy);
  }
  void well(const std::string& what, const std::string& said) { note(Finding::Well, what, said); }
  bool wrong(const std::string& what, const Error& error, const std::string& remedy = "") {
    note(Finding::Wrong, what, error.message, remedy);
    return false;
  }

  void data_dir();
  void database();
  void listener();
  void certificate_file(const std::string& what, const std::string& path);
  void master_key();
  bool credential();
  bool network();
  bool resolves(const std::string& what, const std::string& url);
  bool answers(const std::string& what, const std::string& url, bool must_be_200, const std::string& remedy);
  bool token();
  void permissions(const std::string& access_token);
  void mailboxes();
  void mailbox(const sync::Mailbox& mailbox);
  Exit summary();

  const Settings& settings_;
  Output& output_;
  SystemRandom random_;
  net::AsioExecutor executor_;
  std::optional<Data> data_;
  std::optional<auth::MasterKeys> keys_;
  std::optional<auth::AppRegistration> app_;
  std::unique_ptr<Connections> connections_;
  json::array checks_;
  Finding worst_ = Finding::Well;
};

void Doctor::data_dir() {
  const std::string& dir = settings_.server.data_dir;
  struct statvfs space{};
  if (statvfs(dir.c_str(), &space) != 0)
    return note(Finding::Wrong, "data directory", dir + " is not there",
                "Make it for the service's user alone: install -d -m 700 -o mailsync " + dir);
  if (access(dir.c_str(), W_OK) != 0)
    return note(Finding::Wrong, "data directory", dir + " cannot be written by this user",
                "Run this as the service's user, or change the owner of the directory.");
  const auto free_bytes = static_cast<int64_t>(space.f_bavail) * static_cast<int64_t>(space.f_frsize);
  if (free_bytes < kLittleSpace)
    return note(Finding::Wrong, "disk", fmt::format("{} has only {} MB left", dir, free_bytes >> 20),
                "Free some space: intake stops when the disk is full.");
  well("data directory", fmt::format("{} is writable, {} MB free", dir, free_bytes >> 20));
}

void Doctor::database() {
  auto data = open_data(settings_, executor_.clock());
  if (!data) {
    wrong("database", data.error(), "Check [database] url and who may open it.");
    return;
  }
  data_ = std::move(*data);
  const auto mailboxes = data_->store->mailboxes(kAccount);
  if (!mailboxes)
    wrong("database", mailboxes.error());
  else
    well("database", fmt::format("{} opens, {} mailboxes",
                                 data_->database->engine() == db::Engine::Sqlite ? "SQLite" : "PostgreSQL",
                                 mailboxes->size()));
}

void Doctor::certificate_file(const std::string& what, const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string pem{std::istreambuf_iterator<char>(stream), {}};
  if (pem.empty())
    return note(Finding::Wrong, what, path + " cannot be read", "Check the path and the file's owner.");
  const auto expiry = auth::certificate_expiry(pem);
  if (!expiry) {
    wrong(what, expiry.error());
    return;
  }
  const Duration left = *expiry - executor_.clock().now();
  const std::string day = expiry->to_iso().substr(0, 10);
  if (left <= Duration(0))
    note(Finding::Wrong, what, path + " ended on " + day, "Renew it.");
  else if (left < kExpiresSoon)
    note(Finding::Doubtful, what, path + " ends on " + day, "Renew it before that day.");
  else
    well(what, path + " is good until " + day);
}

void Doctor::listener() {
  if (settings_.server.tls_certificate.empty()) {
    const bool local = settings_.server.address.starts_with("127.") || settings_.server.address == "::1";
    note(local ? Finding::Well : Finding::Doubtful, "listener", "plain HTTP on " + settings_.server.address,
         local ? ""
               : "Set [server] tls_certificate and tls_key, or listen on 127.0.0.1 behind a proxy that does "
                 "TLS.");
  } else {
    certificate_file("server certificate", settings_.server.tls_certificate);
    if (access(settings_.server.tls_key.c_str(), R_OK) != 0)
      note(Finding::Wrong, "server key", settings_.server.tls_key + " cannot be read",
           "Check the path and the file's owner.");
  }
  const std::string web = find_web_dir(settings_);
  if (web.empty())
    note(Finding::Doubtful, "web application", "its files were not found",
         "Set [server] web_dir to the folder with index.html.");
  else
    well("web application", web);
  const auto url = net::parse_url(settings_.server.public_url);
  if (settings_.server.public_url.empty())
    note(Finding::Doubtful, "change notices", "no public_url: mailboxes are polled",
         "Set [server] public_url to an https address that Microsoft reaches, for changes within seconds.");
  else if (url && url->scheme != "https")
    note(Finding::Doubtful, "change notices",
         settings_.server.public_url + " is not https: Microsoft sends no notices there",
         "Put a TLS certificate on it.");
  else
    well("change notices", "come to " + settings_.server.public_url);
}

void Doctor::master_key() {
  auto keys = master_keys(settings_);
  if (!keys) {
    wrong("master key", keys.error(),
          "Make one: mailsync master-key FILE, and name it in [vault] master_key_file.");
    return;
  }
  well("master key", fmt::format("{} of {} is in use", keys->current, keys->keys.size()));
  keys_ = std::move(*keys);
}

bool Doctor::credential() {
  auto app = app_registration(settings_);
  if (!app) return wrong("app registration", app.error());
  app_ = std::move(*app);
  if (app_->certificate)
    certificate_file("app certificate", settings_.graph.certificate);
  else
    note(Finding::Well, "app credential", "a client secret");
  return data_ && keys_;
}

bool Doctor::resolves(const std::string& what, const std::string& url) {
  const auto parsed = net::parse_url(url);
  if (!parsed) return wrong(what, parsed.error());
  std::string host = parsed->host;
  std::erase_if(host, [](char c) { return c == '[' || c == ']'; });
  addrinfo hints{.ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  const int problem = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (problem != 0)
    return wrong(what, {.message = "the name " + host + " is not found: " + gai_strerror(problem)},
                 "Check this machine's DNS, and the address in the settings.");
  freeaddrinfo(found);
  return true;
}

bool Doctor::answers(const std::string& what, const std::string& url, bool must_be_200,
                     const std::string& remedy) {
  const auto answer = executor_.run_task(
      net::fetch(connections_->http(), {.url = url, .deadline = std::chrono::seconds(20)}));
  if (!answer)
    return wrong(what, answer.error(),
                 "Check the firewall and proxy. For a private authority name its certificate in [network] "
                 "ca_file; for a "
                 "private address set [network] allow_private.");
  if (must_be_200 && answer->status != 200)
    return wrong(what, {.message = fmt::format("{} answers with status {}", url, answer->status)}, remedy);
  well(what, url + " answers over TLS that checks out");
  if (const auto date = answer->headers.find("Date")) {
    std::tm parts{};
    if (strptime(std::string(*date).c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts)) {
      const Instant theirs{int64_t{timegm(&parts)} * 1'000'000};
      const Duration skew = executor_.clock().now() - theirs;
      if (skew > kMostSkew || skew < -kMostSkew)
        note(Finding::Doubtful, "clock",
             fmt::format("this machine's clock differs from the server's by {} s", skew.count() / 1'000'000),
             "Let it follow a time server: sign-in by certificate fails with a wrong clock.");
    }
  }
  return true;
}

bool Doctor::network() {
  connections_ = std::make_unique<Connections>(settings_, executor_, random_, *data_, *app_, *keys_);
  return resolves("name of the sign-in service", settings_.graph.authority) &&
         resolves("name of Microsoft Graph", settings_.graph.url) &&
         answers("sign-in service",
                 settings_.graph.authority + "/" + settings_.graph.tenant +
                     "/v2.0/.well-known/openid-configuration",
                 true, "Check [graph] tenant and authority.") &&
         answers("Microsoft Graph", settings_.graph.url + "/", false, "");
}

bool Doctor::token() {
  if (settings_.graph.sign_in == GraphSignIn::User) {
    well("access token", "each user signs in for his own mailbox");
    return true;
  }
  const auto tokens =
      executor_.run_task(connections_->oauth().app_token(*app_, app_scopes(settings_).front()));
  if (!tokens) return wrong("access token", tokens.error());
  well("access token", "issued until " + tokens->expires.to_iso());
  permissions(tokens->access_token.reveal());
  return true;
}

void Doctor::permissions(const std::string& access_token) {
  const auto granted = roles_in(access_token);
  if (!granted)
    return note(Finding::Doubtful, "permissions", "the token does not show them; the mailboxes below will");
  for (const Permission& needed : kAppPermissions) {
    const std::string what = "permission " + std::string(needed.name);
    if (std::ranges::find(*granted, needed.name) != granted->end())
      well(what, "granted");
    else
      note(needed.required ? Finding::Wrong : Finding::Doubtful, what,
           "is missing: " + std::string(needed.without),
           "Add it under API permissions (application) of the app registration and grant admin consent.");
  }
}

void Doctor::mailboxes() {
  const auto all = data_->store->mailboxes(kAccount);
  if (!all) return;
  if (all->empty())
    note(Finding::Doubtful, "mailboxes", "there is none yet",
         "Add one: mailsync mailbox add ann@example.com");
  for (const sync::Mailbox& one : *all) mailbox(one);
}

void Doctor::mailbox(const sync::Mailbox& mailbox) {
  const std::string what = "mailbox " + mailbox.address;
  const auto replica = connections_->replica(mailbox);
  if (!replica) {
    wrong(what, replica.error());
    return;
  }
  const auto collections = executor_.run_task((*replica)->collections());
  if (!collections) {
    wrong(what, collections.error(),
          "Check the address, the permissions above, and whether an application access policy leaves this "
          "mailbox out.");
    return;
  }
  std::map<model::Kind, int> count;
  for (const sync::Collection& collection : *collections) ++count[collection.kind];
  // Folders of the calendar are not listed: its first page shows whether it may be read.
  for (const sync::Collection& collection : *collections)
    if (collection.kind == model::Kind::Meeting)
      if (const auto page = executor_.run_task((*replica)->changes(collection, {})); !page) {
        wrong(what + ", calendar", page.error());
        return;
      }
  well(what, fmt::format("{} mail folders, {} contact folders, {} task lists and the calendar can be read",
                         count[model::Kind::Email], count[model::Kind::Contact], count[model::Kind::Task]));
  if (mailbox.state != sync::MailboxState::Active)
    note(Finding::Doubtful, what,
         "is " + std::string(sync::name_of(mailbox.state)) + " " + mailbox.state_text,
         "mailsync mailbox resume " + mailbox.address);
}

Exit Doctor::summary() {
  const bool bad = worst_ == Finding::Wrong;
  return output_.done(json::object{{"checks", std::move(checks_)}, {"ok", !bad}},
                      bad ? "\nSomething is wrong: see above." : "\nEverything that must work works.",
                      bad ? Exit::Failed : Exit::Done);
}

}  // namespace

Exit doctor(const Settings& settings, Output& output) {
  return Doctor(settings, output).examine();
}

}  // namespace mailsync::server
