#include "lab/fronts/ews/switches.h"

#include <type_traits>

namespace mailsync::lab::ews {
namespace {

namespace json = boost::json;

template <typename T>
json::value shown(const T& value) {
  return json::value(value);
}
json::value shown(Version version) {
  return json::value(name_of(version));
}
json::value shown(const std::optional<Duration>& duration) {
  return duration ? json::value(duration->count() / 1000) : json::value();
}

bool take(bool& to, const json::value& from) {
  if (from.is_bool()) to = from.as_bool();
  return from.is_bool();
}
template <typename N>
  requires(std::is_integral_v<N> && !std::is_same_v<N, bool>)
bool take(N& to, const json::value& from) {
  if (!from.is_number() || from.to_number<double>() < 0) return false;
  to = static_cast<N>(from.to_number<double>());
  return true;
}
bool take(std::string& to, const json::value& from) {
  if (from.is_string()) to = from.as_string();
  return from.is_string();
}
bool take(Version& to, const json::value& from) {
  auto version = from.is_string() ? version_of(from.as_string()) : std::nullopt;
  if (version) to = *version;
  return version.has_value();
}
bool take(std::optional<Duration>& to, const json::value& from) {
  int64_t milliseconds = 0;
  if (!from.is_null() && !take(milliseconds, from)) return false;
  to = from.is_null() ? std::optional<Duration>() : std::chrono::milliseconds(milliseconds);
  return true;
}

bool take(std::vector<EwsSwitches::Planned>& to, const json::value& from);
json::value shown(const std::vector<EwsSwitches::Planned>& list);

template <typename P, typename Visit>
void each_plan(P& planned, Visit visit) {
  visit("operation", planned.operation);
  visit("code", planned.code);
  visit("fault", planned.fault);
  visit("http_status", planned.http_status);
  visit("back_off", planned.back_off);
  visit("html", planned.html);
  visit("times", planned.times);
  visit("after_effect", planned.after_effect);
}

template <typename T>
json::object shown_plan(T& planned) {
  json::object out;
  each_plan(planned, [&](std::string_view name, const auto& value) { out[name] = shown(value); });
  return out;
}

// Reads every named member of `from` through `each`; the name of one that is unknown or does not fit, or "".
template <typename T, typename Each>
std::string take_all(T& to, const json::object& from, Each each) {
  for (auto& [key, value] : from) {
    bool fine = false;
    each(to, [&](std::string_view name, auto& target) {
      if (name == std::string_view(key)) fine = take(target, value);
    });
    if (!fine) return std::string(key);
  }
  return {};
}

bool take(std::vector<EwsSwitches::Planned>& to, const json::value& from) {
  if (!from.is_array()) return false;
  std::vector<EwsSwitches::Planned> planned;
  for (auto& entry : from.as_array()) {
    EwsSwitches::Planned one;
    auto each = [](auto& plan, auto visit) { each_plan(plan, visit); };
    if (!entry.is_object() || !take_all(one, entry.as_object(), each).empty()) return false;
    planned.push_back(std::move(one));
  }
  to = std::move(planned);
  return true;
}
json::value shown(const std::vector<EwsSwitches::Planned>& list) {
  json::array out;
  for (auto& one : list) out.push_back(shown_plan(one));
  return out;
}

// Every switch with its name, for both directions.
template <typename S, typename Visit>
void each_switch(S& switches, Visit visit) {
  visit("version", switches.version);
  visit("ignore_change_keys", switches.ignore_change_keys);
  visit("change_key_drift", switches.change_key_drift);
  visit("illegal_characters", switches.illegal_characters);
  visit("no_charset", switches.no_charset);
  visit("fraction_digits", switches.fraction_digits);
  visit("sync_page_max", switches.sync_page_max);
  visit("reset_sync_state", switches.reset_sync_state);
  visit("invalid_sync_state", switches.invalid_sync_state);
  visit("extra_deletions", switches.extra_deletions);
  visit("dead_ids", switches.dead_ids);
  visit("empty_answers", switches.empty_answers);
  visit("max_concurrent", switches.max_concurrent);
  visit("planned", switches.planned);
}

}  // namespace

json::object to_json(const EwsSwitches& switches) {
  json::object out;
  each_switch(switches, [&](std::string_view name, const auto& value) { out[name] = shown(value); });
  return out;
}

Result<void> change(EwsSwitches& switches, const json::object& wanted) {
  EwsSwitches next = switches;
  auto wrong = take_all(next, wanted, [](auto& all, auto visit) { each_switch(all, visit); });
  if (!wrong.empty())
    return fail(ErrorKind::ItemInvalid, "The EWS switch \"" + wrong + "\" is unknown or does not take " +
                                            json::serialize(wanted.at(wrong)) + "; they are now " +
                                            json::serialize(to_json(switches)) + ".");
  switches = std::move(next);
  return {};
}

}  // namespace mailsync::lab::ews
