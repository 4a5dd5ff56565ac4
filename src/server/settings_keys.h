// The closed list of settings: name, what is allowed, and how a value gets into Settings.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/settings.h"

namespace mailsync::server {

// A value as TOML or the environment has it. Lists in the environment are separated by commas.
struct SettingsInput {
  using Value = std::variant<std::string, int64_t, bool, std::vector<std::string>>;
  Value value;
  bool from_environment = false;
  std::string base_dir;  // relative paths are meant from here; empty: the working directory
};

struct SettingsKey {
  std::string_view section;
  std::string_view name;
  std::string_view allowed;  // for people: 'a number of seconds from 5 to 86400'
  bool environment_only = false;
  // False: the value is not what is allowed.
  std::function<bool(Settings&, const SettingsInput&)> take;

  std::string variable() const;  // MAILSYNC_SECTION_NAME
};

std::span<const SettingsKey> settings_keys();

}  // namespace mailsync::server
