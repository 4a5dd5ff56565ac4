#include "server/settings.h"

#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "server/settings_keys.h"

namespace mailsync::server {
namespace {

using Problems = std::vector<SettingsProblem>;
constexpr const char* kDefaultFile = "/etc/mailsync/mailsync.toml";
constexpr uintmax_t kLargestFile = 1 << 20;

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

std::vector<std::string> sections() {
  std::vector<std::string> names;
  for (const SettingsKey& key : settings_keys())
    if (std::ranges::find(names, key.section) == names.end()) names.emplace_back(key.section);
  return names;
}

std::vector<std::string> names_in(std::string_view section) {
  std::vector<std::string> names;
  for (const SettingsKey& key : settings_keys())
    if (key.section == section && !key.environment_only) names.emplace_back(key.name);
  return names;
}

const SettingsKey* find_key(std::string_view section, std::string_view name) {
  for (const SettingsKey& key : settings_keys())
    if (key.section == section && key.name == name) return &key;
  return nullptr;
}

// nullopt: a kind of value that no setting takes (a date, a fraction, a table, a mixed list).
std::optional<SettingsInput::Value> value_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* list = node.as_array()) {
    std::vector<std::string> texts;
    for (const toml::node& member : *list) {
      if (!member.is_string()) return std::nullopt;
      texts.push_back(member.as_string()->get());
    }
    return texts;
  }
  return std::nullopt;
}

class FileReader {
 public:
  FileReader(Settings& settings, const std::string& file, Problems& problems)
      : settings_(settings), file_(file), problems_(problems) {}

  void take_document(std::string_view text) {
    try {
      const toml::table document = toml::parse(text, file_);
      for (const auto& [name, node] : document) take_section(name, node);
    } catch (const toml::parse_error& error) {
      complain(error.source().begin.line, "this is not TOML: " + std::string(error.description()));
    }
  }

 private:
  void complain(toml::source_index line, std::string what) {
    problems_.push_back({file_ + ":" + std::to_string(line), std::move(what)});
  }

  void take_section(const toml::key& name, const toml::node& node) {
    const auto known = sections();
    const auto* table = node.as_table();
    if (std::ranges::find(known, name.str()) == known.end())
      complain(name.source().begin.line, "there is no section or key " + quoted(name.str()) +
                                             " here. Sections are: " + joined(known) + ".");
    else if (!table)
      complain(name.source().begin.line, quoted(name.str()) + " is a section: write [" +
                                             std::string(name.str()) + "] and its keys below.");
    else
      for (const auto& [key, value] : *table) take_value(name.str(), key, value);
  }

  void take_value(std::string_view section, const toml::key& name, const toml::node& node) {
    const auto line = name.source().begin.line;
    const std::string label = "[" + std::string(section) + "] " + std::string(name.str());
    const SettingsKey* key = find_key(section, name.str());
    if (!key)
      return complain(line, "there is no key " + quoted(name.str()) + " in [" + std::string(section) +
                                "]. Keys are: " + joined(names_in(section)) + ".");
    if (key->environment_only)
      return complain(line,
                      label +
                          " is a secret and is not read from this file: put it in a file of its own and name "
                          "that file with " +
                          std::string(name.str()) + "_file, or set " + key->variable() + ".");
    const auto value = value_of(node);
    const auto base = std::filesystem::absolute(std::filesystem::path(file_)).parent_path().string();
    if (!value || !key->take(settings_, {.value = *value, .base_dir = base}))
      complain(line, label + " is not usable: it takes " + std::string(key->allowed) + ".");
  }

  Settings& settings_;
  const std::string& file_;
  Problems& problems_;
};

void take_environment(Settings& settings, const Environment& environment, Problems& problems) {
  for (const SettingsKey& key : settings_keys()) {
    const auto set = environment.find(key.variable());
    if (set == environment.end()) continue;
    if (!key.take(settings, {.value = set->second, .from_environment = true}))
      problems.push_back({set->first, "is not usable: it takes " + std::string(key.allowed) + "."});
  }
  // A misspelt variable of one of our sections would otherwise be ignored without a word.
  for (const auto& [name, value] : environment)
    for (const std::string& section : sections()) {
      std::string prefix = "MAILSYNC_" + section + "_";
      std::ranges::transform(prefix, prefix.begin(),
                             [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      const bool known =
          std::ranges::any_of(settings_keys(), [&](const auto& key) { return key.variable() == name; });
      if (name.starts_with(prefix) && !known)
        problems.push_back({name, "there is no such setting. Keys of [" + section +
                                      "] are: " + joined(names_in(section)) + "."});
    }
}

// What only shows when everything is read.
void check_together(const Settings& settings, Problems& problems) {
  const std::string where = settings.file.empty() ? "settings" : settings.file;
  const auto complain = [&](std::string what) { problems.push_back({where, std::move(what)}); };
  if (settings.server.tls_certificate.empty() != settings.server.tls_key.empty())
    complain("[server] tls_certificate and tls_key belong together: give both or none.");
  if (settings.graph.certificate.empty() != settings.graph.key.empty())
    complain("[graph] certificate and key belong together: give both or none.");
  const bool has_secret = !settings.graph.client_secret.empty() || !settings.graph.client_secret_file.empty();
  if (has_secret && !settings.graph.certificate.empty())
    complain("[graph] has a certificate and a client secret: keep one of them (the certificate is better).");
  if (!settings.graph.client_secret.empty() && !settings.graph.client_secret_file.empty())
    complain("[graph] client_secret_file and MAILSYNC_GRAPH_CLIENT_SECRET are both set: keep one of them.");
  if (!settings.vault.master_key.empty() && !settings.vault.master_key_file.empty())
    complain("[vault] master_key_file and MAILSYNC_VAULT_MASTER_KEY are both set: keep one of them.");
}

}  // namespace

std::string Settings::database_url() const {
  if (!database.url.empty()) return database.url;
  return "sqlite:" + (std::filesystem::path(server.data_dir) / "mailsync.db").string();
}

Environment process_environment() {
  Environment all;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    if (const size_t equals = text.find('='); equals != std::string_view::npos)
      all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

std::expected<Settings, Problems> parse_settings(std::string_view toml, const std::string& file,
                                                 const Environment& environment) {
  Settings settings;
  settings.file = file;
  Problems problems;
  if (!toml.empty()) FileReader(settings, file, problems).take_document(toml);
  take_environment(settings, environment, problems);
  if (problems.empty()) check_together(settings, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return settings;
}

std::expected<Settings, Problems> load_settings(const std::string& file, const Environment& environment) {
  std::string chosen = file;
  if (const auto named = environment.find("MAILSYNC_CONFIG"); chosen.empty() && named != environment.end())
    chosen = named->second;
  std::error_code problem;
  if (chosen.empty() && std::filesystem::exists(kDefaultFile, problem)) chosen = kDefaultFile;
  if (chosen.empty()) return parse_settings("", "", environment);
  const auto size = std::filesystem::file_size(chosen, problem);
  std::ifstream stream(chosen, std::ios::binary);
  if (problem || !stream)
    return std::unexpected(
        Problems{{chosen, "this settings file cannot be read: " +
                              (problem ? problem.message() : std::string("permission denied")) +
                              ". Name another one with --config FILE."}});
  if (size > kLargestFile)
    return std::unexpected(Problems{{chosen, "this is larger than 1 MiB: it is not a settings file."}});
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return parse_settings(text, chosen, environment);
}

}  // namespace mailsync::server
