// What the program is told: a TOML file and the environment, checked whole before anything is opened.
// Every key [section] name may also be given as MAILSYNC_SECTION_NAME, which wins over the file.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/log.h"
#include "base/secret.h"
#include "sync/profile.h"

namespace mailsync::server {

// How mailboxes in Microsoft 365 are reached.
enum class GraphSignIn {
  App,   // the application, for every mailbox (client credentials)
  User,  // each user for his own (authorization code + PKCE)
};

struct Settings {
  struct Server {
    std::string address = "127.0.0.1";
    uint16_t port = 8080;         // 0: any free one
    std::string public_url;       // without a slash at the end; empty: no change notices, polling alone
    std::string tls_certificate;  // PEM files; both or none
    std::string tls_key;
    std::string data_dir = "/var/lib/mailsync";
    std::string web_dir;  // empty: looked for beside the program
  } server;

  struct Database {
    std::string url;  // empty: sqlite:DATA_DIR/mailsync.db
  } database;

  struct Vault {
    std::string master_key_file;  // lines as auth/master_key.h reads them
    Secret master_key;            // the same as a text; from the environment alone
  } vault;

  struct Graph {
    std::string tenant;
    std::string client_id;
    GraphSignIn sign_in = GraphSignIn::App;
    std::string certificate;  // PEM files
    std::string key;
    std::string client_secret_file;
    Secret client_secret;  // from the environment alone
    std::string authority = "https://login.microsoftonline.com";
    std::string url = "https://graph.microsoft.com";
    std::string resource = "https://graph.microsoft.com";  // what tokens are asked for
  } graph;

  struct Network {
    std::string ca_file;  // PEM, trusted beside the system's
    bool allow_private = false;
    std::vector<std::string> allowed_hosts;
  } network;

  struct Sync {
    Duration poll = std::chrono::seconds(60);
    int parallel = 4;             // passes at once
    bool wait_for_start = false;  // a new mailbox syncs only when a person has started it
  } sync;

  sync::Profile profile;  // of mailboxes that are added
  std::vector<std::string> internal_domains;
  std::vector<std::string> blocked;
  log::Level log_level = log::Level::Info;

  std::string file;  // where the settings came from; empty: the environment alone

  // The database's, or the default in the data directory.
  std::string database_url() const;
};

// One thing that is wrong: where ("mailsync.toml:12", "MAILSYNC_SERVER_LISTEN"), and what, with what is
// allowed.
struct SettingsProblem {
  std::string where;
  std::string what;
};

using Environment = std::map<std::string, std::string>;
Environment process_environment();

// Reads `file` (empty: MAILSYNC_CONFIG, then /etc/mailsync/mailsync.toml where it exists) and the
// environment. Relative paths in the file are meant from the file's folder. All problems at once.
std::expected<Settings, std::vector<SettingsProblem>> load_settings(const std::string& file,
                                                                    const Environment& environment);
std::expected<Settings, std::vector<SettingsProblem>> parse_settings(std::string_view toml,
                                                                     const std::string& file,
                                                                     const Environment& environment);

}  // namespace mailsync::server
