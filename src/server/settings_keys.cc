#include "server/settings_keys.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <initializer_list>
#include <utility>

#include "net/url.h"

namespace mailsync::server {
namespace {

using model::Kind;

std::optional<std::string> text_of(const SettingsInput& input) {
  const auto* text = std::get_if<std::string>(&input.value);
  return text ? std::optional(*text) : std::nullopt;
}

std::optional<int64_t> number_of(const SettingsInput& input) {
  if (const auto* number = std::get_if<int64_t>(&input.value)) return *number;
  if (const auto text = text_of(input); text && input.from_environment) {
    int64_t number = 0;
    const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (problem == std::errc() && end == text->data() + text->size()) return number;
  }
  return std::nullopt;
}

std::optional<bool> flag_of(const SettingsInput& input) {
  if (const auto* flag = std::get_if<bool>(&input.value)) return *flag;
  if (const auto text = text_of(input); text && input.from_environment) {
    if (*text == "true" || *text == "1") return true;
    if (*text == "false" || *text == "0") return false;
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> list_of(const SettingsInput& input) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&input.value)) return *list;
  const auto text = text_of(input);
  if (!text || !input.from_environment) return std::nullopt;
  std::vector<std::string> list;
  for (size_t at = 0; at <= text->size();) {
    const size_t comma = std::min(text->find(',', at), text->size());
    std::string part = text->substr(at, comma - at);
    part.erase(0, part.find_first_not_of(' '));
    part.erase(part.find_last_not_of(' ') + 1);
    if (!part.empty()) list.push_back(std::move(part));
    at = comma + 1;
  }
  return list;
}

std::string absolute(const std::string& path, const SettingsInput& input) {
  if (path.empty() || input.base_dir.empty()) return path;
  return (std::filesystem::path(input.base_dir) / path).lexically_normal().string();
}

// `allowed` is what is said when the value is refused.
SettingsKey text(std::string_view section, std::string_view name, std::string& (*slot)(Settings&)) {
  return {section, name, "a text that is not empty", false,
          [slot](Settings& settings, const SettingsInput& input) {
            const auto value = text_of(input);
            if (!value || value->empty() || value->find('\0') != std::string::npos) return false;
            slot(settings) = *value;
            return true;
          }};
}

SettingsKey path(std::string_view section, std::string_view name, std::string& (*slot)(Settings&)) {
  return {section, name, "a path", false, [slot](Settings& settings, const SettingsInput& input) {
            const auto value = text_of(input);
            if (!value || value->empty() || value->find('\0') != std::string::npos) return false;
            slot(settings) = absolute(*value, input);
            return true;
          }};
}

SettingsKey secret(std::string_view section, std::string_view name, Secret& (*slot)(Settings&)) {
  return {section, name, "a text that is not empty", true,
          [slot](Settings& settings, const SettingsInput& input) {
            const auto value = text_of(input);
            if (!value || value->empty()) return false;
            slot(settings) = Secret(*value);
            return true;
          }};
}

// An absolute URL without a path's slash at the end, a query or a fragment.
SettingsKey url(std::string_view section, std::string_view name, std::string& (*slot)(Settings&)) {
  return {section, name, "an http or https URL without query, such as \"https://mailsync.example.com\"",
          false, [slot](Settings& settings, const SettingsInput& input) {
            auto value = text_of(input);
            if (!value || value->find_first_of("?#") != std::string::npos || !net::parse_url(*value))
              return false;
            while (value->ends_with('/')) value->pop_back();
            slot(settings) = *value;
            return true;
          }};
}

SettingsKey list(std::string_view section, std::string_view name, std::string_view allowed,
                 std::vector<std::string>& (*slot)(Settings&)) {
  return {section, name, allowed, false, [slot](Settings& settings, const SettingsInput& input) {
            auto value = list_of(input);
            if (!value) return false;
            slot(settings) = std::move(*value);
            return true;
          }};
}

SettingsKey flag(std::string_view section, std::string_view name, bool& (*slot)(Settings&)) {
  return {section, name, "true or false", false, [slot](Settings& settings, const SettingsInput& input) {
            const auto value = flag_of(input);
            if (value) slot(settings) = *value;
            return value.has_value();
          }};
}

SettingsKey number(std::string_view section, std::string_view name, std::string_view allowed, int64_t least,
                   int64_t most, void (*put)(Settings&, int64_t)) {
  return {section, name, allowed, false, [=](Settings& settings, const SettingsInput& input) {
            const auto value = number_of(input);
            if (!value || *value < least || *value > most) return false;
            put(settings, *value);
            return true;
          }};
}

template <typename T>
SettingsKey word(std::string_view section, std::string_view name, std::string_view allowed,
                 std::initializer_list<std::pair<std::string_view, T>> words, void (*put)(Settings&, T)) {
  return {section, name, allowed, false,
          [choices = std::vector(words), put](Settings& settings, const SettingsInput& input) {
            const auto value = text_of(input);
            for (const auto& [spelling, meaning] : choices)
              if (value == spelling) {
                put(settings, meaning);
                return true;
              }
            return false;
          }};
}

// "host:port", "[::1]:8443", ":8443" (every address).
bool take_listen(Settings& settings, const SettingsInput& input) {
  const auto value = text_of(input);
  if (!value) return false;
  const size_t colon = value->rfind(':');
  if (colon == std::string::npos) return false;
  std::string host = value->substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string::npos)
    return false;
  if (host.empty()) host = "0.0.0.0";
  if (host == "localhost") host = "127.0.0.1";
  const auto port = number_of({.value = value->substr(colon + 1), .from_environment = true});
  if (!port || *port < 0 || *port > 65535) return false;
  settings.server.address = host;
  settings.server.port = static_cast<uint16_t>(*port);
  return true;
}

bool take_database(Settings& settings, const SettingsInput& input) {
  const auto value = text_of(input);
  if (!value) return false;
  if (value->starts_with("sqlite:")) {
    const std::string file = value->substr(7);
    if (file.empty()) return false;
    settings.database.url = "sqlite:" + (file == ":memory:" ? file : absolute(file, input));
    return true;
  }
  if (!value->starts_with("postgresql://") && !value->starts_with("postgres://")) return false;
  settings.database.url = *value;
  return true;
}

constexpr std::string_view kCapture =
    "one of \"off\", \"shared_conversations\", \"known_people\", \"any_external\"";
constexpr std::string_view kDirections = "one of \"both\", \"to_crm\", \"to_mailbox\", \"off\"";
const std::initializer_list<std::pair<std::string_view, sync::Capture>> kCaptures = {
    {"off", sync::Capture::Off},
    {"shared_conversations", sync::Capture::SharedConversations},
    {"known_people", sync::Capture::KnownPeople},
    {"any_external", sync::Capture::AnyExternal}};
const std::initializer_list<std::pair<std::string_view, sync::Directions>> kWays = {
    {"both", {true, true}},
    {"to_crm", {true, false}},
    {"to_mailbox", {false, true}},
    {"off", {false, false}}};

template <Kind kind>
void put_directions(Settings& settings, sync::Directions directions) {
  settings.profile.directions[kind] = directions;
}

std::vector<SettingsKey> connection_keys() {
  return {
      {"server", "listen", "an address and a port, such as \"127.0.0.1:8080\" or \"[::]:8443\"", false,
       take_listen},
      url("server", "public_url", [](Settings& s) -> std::string& { return s.server.public_url; }),
      path("server", "tls_certificate", [](Settings& s) -> std::string& { return s.server.tls_certificate; }),
      path("server", "tls_key", [](Settings& s) -> std::string& { return s.server.tls_key; }),
      path("server", "data_dir", [](Settings& s) -> std::string& { return s.server.data_dir; }),
      path("server", "web_dir", [](Settings& s) -> std::string& { return s.server.web_dir; }),
      {"database", "url", "\"sqlite:FILE\" or a \"postgresql://…\" URI", false, take_database},
      path("vault", "master_key_file", [](Settings& s) -> std::string& { return s.vault.master_key_file; }),
      secret("vault", "master_key", [](Settings& s) -> Secret& { return s.vault.master_key; }),
      text("graph", "tenant", [](Settings& s) -> std::string& { return s.graph.tenant; }),
      text("graph", "client_id", [](Settings& s) -> std::string& { return s.graph.client_id; }),
      word<GraphSignIn>("graph", "sign_in", "\"app\" or \"user\"",
                        {{"app", GraphSignIn::App}, {"user", GraphSignIn::User}},
                        [](Settings& s, GraphSignIn way) { s.graph.sign_in = way; }),
      path("graph", "certificate", [](Settings& s) -> std::string& { return s.graph.certificate; }),
      path("graph", "key", [](Settings& s) -> std::string& { return s.graph.key; }),
      path("graph", "client_secret_file",
           [](Settings& s) -> std::string& { return s.graph.client_secret_file; }),
      secret("graph", "client_secret", [](Settings& s) -> Secret& { return s.graph.client_secret; }),
      url("graph", "authority", [](Settings& s) -> std::string& { return s.graph.authority; }),
      url("graph", "url", [](Settings& s) -> std::string& { return s.graph.url; }),
      url("graph", "resource", [](Settings& s) -> std::string& { return s.graph.resource; }),
      path("network", "ca_file", [](Settings& s) -> std::string& { return s.network.ca_file; }),
      flag("network", "allow_private", [](Settings& s) -> bool& { return s.network.allow_private; }),
      list("network", "allowed_hosts",
           "a list of hosts, such as [\"graph.microsoft.com\", \"localhost:8443\"]",
           [](Settings& s) -> std::vector<std::string>& { return s.network.allowed_hosts; }),
      number("sync", "poll_seconds", "a whole number of seconds from 5 to 86400", 5, 86400,
             [](Settings& s, int64_t n) { s.sync.poll = std::chrono::seconds(n); }),
      number("sync", "parallel", "a whole number from 1 to 64", 1, 64,
             [](Settings& s, int64_t n) { s.sync.parallel = static_cast<int>(n); }),
      flag("sync", "wait_for_start", [](Settings& s) -> bool& { return s.sync.wait_for_start; }),
      word<log::Level>("log", "level", "one of \"debug\", \"info\", \"warn\", \"error\"",
                       {{"debug", log::Level::Debug},
                        {"info", log::Level::Info},
                        {"warn", log::Level::Warn},
                        {"error", log::Level::Error}},
                       [](Settings& s, log::Level level) { s.log_level = level; }),
  };
}

constexpr std::string_view kFolders = "a list of names, such as [\"Inbox/Projects\", \"Customers\"]";

std::vector<SettingsKey> profile_keys() {
  using sync::NoMatch;
  using sync::Shown;
  using sync::Winner;
  return {
      text("profile", "category", [](Settings& s) -> std::string& { return s.profile.category; }),
      word<sync::Capture>("profile", "capture_emails", kCapture, kCaptures,
                          [](Settings& s, sync::Capture c) { s.profile.capture_emails = c; }),
      word<sync::Capture>("profile", "capture_meetings", kCapture, kCaptures,
                          [](Settings& s, sync::Capture c) { s.profile.capture_meetings = c; }),
      flag("profile", "share_whole_conversation",
           [](Settings& s) -> bool& { return s.profile.share_whole_conversation; }),
      number("profile", "history_days", "a whole number of days from 0 to 36500", 0, 36500,
             [](Settings& s, int64_t n) { s.profile.history = std::chrono::hours(24 * n); }),
      word<sync::Directions>("profile", "emails", "\"to_crm\" or \"off\"",
                             {{"to_crm", {true, false}}, {"off", {false, false}}},
                             put_directions<Kind::Email>),
      word<sync::Directions>("profile", "contacts", kDirections, kWays, put_directions<Kind::Contact>),
      word<sync::Directions>("profile", "tasks", kDirections, kWays, put_directions<Kind::Task>),
      word<sync::Directions>("profile", "meetings", kDirections, kWays, put_directions<Kind::Meeting>),
      word<Winner>(
          "profile", "winner", "one of \"later_change\", \"crm\", \"mailbox\"",
          {{"later_change", Winner::LaterChange}, {"crm", Winner::Crm}, {"mailbox", Winner::Mailbox}},
          [](Settings& s, Winner w) { s.profile.winner = w; }),
      word<NoMatch>("profile", "no_match", "one of \"leave_unlinked\", \"create_lead\", \"create_person\"",
                    {{"leave_unlinked", NoMatch::LeaveUnlinked},
                     {"create_lead", NoMatch::CreateLead},
                     {"create_person", NoMatch::CreatePerson}},
                    [](Settings& s, NoMatch n) { s.profile.no_match = n; }),
      word<Shown>("profile", "emails_shown", "one of \"all\", \"head\", \"owner\"",
                  {{"all", Shown::All}, {"head", Shown::Head}, {"owner", Shown::Owner}},
                  [](Settings& s, Shown shown) { s.profile.emails_shown = shown; }),
      list("profile", "included_folders", kFolders,
           [](Settings& s) -> std::vector<std::string>& { return s.profile.included_folders; }),
      list("profile", "excluded_folders", kFolders,
           [](Settings& s) -> std::vector<std::string>& { return s.profile.excluded_folders; }),
      list("profile", "included_contact_folders", kFolders,
           [](Settings& s) -> std::vector<std::string>& { return s.profile.included_contact_folders; }),
      list("profile", "excluded_contact_folders", kFolders,
           [](Settings& s) -> std::vector<std::string>& { return s.profile.excluded_contact_folders; }),
      list("profile", "included_task_lists", kFolders,
           [](Settings& s) -> std::vector<std::string>& { return s.profile.included_task_lists; }),
      list("profile", "excluded_task_lists", kFolders,
           [](Settings& s) -> std::vector<std::string>& { return s.profile.excluded_task_lists; }),
      text("profile", "contact_folder", [](Settings& s) -> std::string& { return s.profile.contact_folder; }),
      number("profile", "meeting_days_back", "a whole number of days from 0 to 3650", 0, 3650,
             [](Settings& s, int64_t n) { s.profile.meeting_days_back = static_cast<int>(n); }),
      number("profile", "meeting_months_ahead", "a whole number of months from 1 to 60", 1, 60,
             [](Settings& s, int64_t n) { s.profile.meeting_months_ahead = static_cast<int>(n); }),
      number("profile", "completed_task_days", "a whole number of days from 0 to 3650", 0, 3650,
             [](Settings& s, int64_t n) { s.profile.completed_task_days = static_cast<int>(n); }),
      number("profile", "max_attachment_mb", "a whole number from 0 to 150", 0, 150,
             [](Settings& s, int64_t n) { s.profile.max_attachment_bytes = n << 20; }),
      list("profile", "internal_domains", "a list of domains, such as [\"example.com\"]",
           [](Settings& s) -> std::vector<std::string>& { return s.internal_domains; }),
      list("profile", "blocked", "a list of addresses or \"@domain\"",
           [](Settings& s) -> std::vector<std::string>& { return s.blocked; }),
  };
}

}  // namespace

std::string SettingsKey::variable() const {
  std::string name_of_variable = "MAILSYNC_" + std::string(section) + "_" + std::string(name);
  std::ranges::transform(name_of_variable, name_of_variable.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name_of_variable;
}

std::span<const SettingsKey> settings_keys() {
  static const std::vector<SettingsKey> keys = [] {
    auto all = connection_keys();
    for (auto& key : profile_keys()) all.push_back(std::move(key));
    return all;
  }();
  return keys;
}

}  // namespace mailsync::server
