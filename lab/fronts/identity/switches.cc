#include "lab/fronts/identity/switches.h"

#include <utility>

namespace mailsync::lab::identity {

namespace {

using boost::json::object;
using boost::json::value;

int64_t seconds_of(Duration d) {
  return std::chrono::duration_cast<std::chrono::seconds>(d).count();
}

std::unexpected<Error> bad(std::string_view key, std::string_view wanted) {
  return fail(ErrorKind::ItemInvalid,
              "The identity switch \"" + std::string(key) + "\" takes " + std::string(wanted) + ".");
}

Result<void> set_seconds(Duration& target, std::string_view key, const value& wanted) {
  if (!wanted.is_int64() || wanted.as_int64() < 0) return bad(key, "a number of seconds");
  target = std::chrono::seconds(wanted.as_int64());
  return {};
}

Result<void> set_flag(bool& target, std::string_view key, const value& wanted) {
  if (!wanted.is_bool()) return bad(key, "true or false");
  target = wanted.as_bool();
  return {};
}

std::string text_of(const object& from, std::string_view key) {
  const value* found = from.if_contains(key);
  return found && found->is_string() ? std::string(found->as_string()) : "";
}

Result<void> set_planned(std::vector<IdentitySwitches::Planned>& target, const value& wanted) {
  if (!wanted.is_array()) return bad("planned", "a list of {\"number\": 50076, …}");
  std::vector<IdentitySwitches::Planned> planned;
  for (const value& entry : wanted.as_array()) {
    const object* fields = entry.if_object();
    const value* number = fields ? fields->if_contains("number") : nullptr;
    if (!number || !number->is_int64()) return bad("planned", "a list of {\"number\": 50076, …}");
    IdentitySwitches::Planned one{.number = static_cast<int>(number->as_int64()),
                                  .grant_type = text_of(*fields, "grant_type"),
                                  .client_id = text_of(*fields, "client_id"),
                                  .user = text_of(*fields, "user")};
    if (const value* times = fields->if_contains("times")) {
      if (!times->is_int64() || times->as_int64() < 0)
        return bad("planned[].times", "a count, 0 = until removed");
      one.times = static_cast<uint32_t>(times->as_int64());
    }
    planned.push_back(std::move(one));
  }
  target = std::move(planned);
  return {};
}

}  // namespace

object to_json(const IdentitySwitches& switches) {
  boost::json::array planned;
  for (const auto& one : switches.planned)
    planned.push_back(object{{"number", one.number},
                             {"grant_type", one.grant_type},
                             {"client_id", one.client_id},
                             {"user", one.user},
                             {"times", one.times}});
  return {{"access_token_seconds", seconds_of(switches.access_token_life)},
          {"code_seconds", seconds_of(switches.code_life)},
          {"refresh_inactive_seconds", seconds_of(switches.refresh_inactivity)},
          {"auto_sign_in", switches.auto_sign_in},
          {"auto_consent", switches.auto_consent},
          {"detect_reuse", switches.detect_reuse},
          {"assertions_once", switches.assertions_once},
          {"planned", std::move(planned)}};
}

Result<void> change(IdentitySwitches& switches, const object& wanted) {
  IdentitySwitches next = switches;
  for (const auto& [name, given] : wanted) {
    const std::string_view key = name;
    if (key == "access_token_seconds") {
      TRY_VOID(set_seconds(next.access_token_life, key, given));
    } else if (key == "code_seconds") {
      TRY_VOID(set_seconds(next.code_life, key, given));
    } else if (key == "refresh_inactive_seconds") {
      TRY_VOID(set_seconds(next.refresh_inactivity, key, given));
    } else if (key == "auto_sign_in") {
      TRY_VOID(set_flag(next.auto_sign_in, key, given));
    } else if (key == "auto_consent") {
      TRY_VOID(set_flag(next.auto_consent, key, given));
    } else if (key == "detect_reuse") {
      TRY_VOID(set_flag(next.detect_reuse, key, given));
    } else if (key == "assertions_once") {
      TRY_VOID(set_flag(next.assertions_once, key, given));
    } else if (key == "planned") {
      TRY_VOID(set_planned(next.planned, given));
    } else {
      return fail(ErrorKind::ItemInvalid, "There is no identity switch \"" + std::string(key) + "\".");
    }
  }
  switches = std::move(next);
  return {};
}

}  // namespace mailsync::lab::identity
