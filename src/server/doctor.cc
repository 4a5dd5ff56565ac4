// mailsync doctor: walks from the machine to the last mailbox, and says of each step what is wrong and what
// to do.
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "auth/client_assertion.h"
#include "net/url.h"
#include "server/commands.h"
#include "server/connection_check.h"
#include "server/connections.h"
#include "server/web_files.h"

namespace mailsync::server {
namespace {

namespace json = boost::json;

constexpr int64_t kLittleSpace = int64_t{256} << 20;

enum class Finding { Well, Doubtful, Wrong };

class Doctor {
 public:
  Doctor(const Settings& settings, Output& output) : settings_(settings), output_(output) {}

  Exit examine() {
    data_dir();
    database();
    listener();
    master_key();
    ways();
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
  void ways();
  bool add_way(const Result<std::shared_ptr<const Access>>& access, const std::string& what,
               std::map<std::string, ConnectionCheck::Subject>& subjects);
  void tell(const admin::TestStep& step);
  Exit summary();

  const Settings& settings_;
  Output& output_;
  SystemRandom random_;
  net::AsioExecutor executor_;
  std::optional<Data> data_;
  std::optional<auth::MasterKeys> keys_;
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
  tell(ConnectionCheck::certificate_step(what, path, auth::certificate_expiry(pem), executor_.clock().now()));
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

// Each way to mailboxes that is set up: the settings file's, and those of organizations.
void Doctor::ways() {
  if (!data_ || !keys_) return;
  connections_ = std::make_unique<Connections>(settings_, executor_, random_, *data_, *keys_);
  const auto mailboxes = data_->store->mailboxes(kAccount);
  if (!mailboxes) {
    wrong("mailboxes", mailboxes.error());
    return;
  }
  if (mailboxes->empty())
    note(Finding::Doubtful, "mailboxes", "there is none yet",
         "Add one: mailsync mailbox add ann@example.com");
  std::map<std::string, ConnectionCheck::Subject> subjects;
  if (configuration_of(settings_) &&
      !add_way(connections_->accesses().of_settings(), "app registration", subjects))
    return;
  for (const sync::Mailbox& mailbox : *mailboxes) {
    const auto access = executor_.run_task(connections_->access_to(mailbox));
    if (add_way(access, "mailbox " + mailbox.address, subjects))
      subjects[(*access)->id].mailboxes.push_back(mailbox);
  }
  if (subjects.empty()) wrong("app registration", app_registration(settings_).error());
  for (auto& [id, subject] : subjects) {
    ConnectionCheck check(executor_, *connections_, curl_options(settings_).addresses, std::move(subject),
                          [this](const admin::TestStep& step) { tell(step); });
    executor_.run_task(ConnectionCheck::run(check));
  }
}

bool Doctor::add_way(const Result<std::shared_ptr<const Access>>& access, const std::string& what,
                     std::map<std::string, ConnectionCheck::Subject>& subjects) {
  if (!access) return wrong(what, access.error());
  subjects[(*access)->id].access = *access;
  return true;
}

void Doctor::tell(const admin::TestStep& step) {
  const auto finding = step.state == admin::TestStep::State::Ok         ? Finding::Well
                       : step.state == admin::TestStep::State::Doubtful ? Finding::Doubtful
                                                                        : Finding::Wrong;
  note(finding, step.what, step.said, step.remedy);
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
