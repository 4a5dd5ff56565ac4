#include "lab/control/fault_switches.h"

#include <type_traits>
#include <utility>

namespace mailsync::lab {

namespace {

namespace json = boost::json;

double seconds_of(Duration d) {
  return std::chrono::duration<double>(d).count();
}

json::value read(bool from) {
  return from;
}
json::value read(size_t from) {
  return from;
}
json::value read(uint32_t from) {
  return from;
}
json::value read(Duration from) {
  return seconds_of(from);
}
json::value read(TokenGone from) {
  switch (from) {
    case TokenGone::Bare410:
      return "Bare410";
    case TokenGone::Gone410Location:
      return "Gone410Location";
    case TokenGone::BadRequest400:
      return "BadRequest400";
  }
  return nullptr;
}
json::value read(const std::vector<Faults::Planned>& from) {
  json::array list;
  for (const auto& one : from) {
    json::object entry{{"match", one.match},
                       {"status", one.status},
                       {"code", one.code},
                       {"times", one.times},
                       {"after_effect", one.after_effect}};
    if (one.retry_after) entry["retry_after"] = seconds_of(*one.retry_after);
    list.push_back(std::move(entry));
  }
  return list;
}

std::optional<double> number_in(const json::value& from) {
  if (!from.is_number() || from.to_number<double>() < 0) return std::nullopt;
  return from.to_number<double>();
}

bool write(bool& to, const json::value& from) {
  if (from.is_bool()) to = from.as_bool();
  return from.is_bool();
}
bool write(Duration& to, const json::value& from) {
  const auto number = number_in(from);
  if (number) to = Duration(static_cast<int64_t>(*number * 1e6));
  return number.has_value();
}
template <typename N>
  requires(std::is_integral_v<N>)
bool write(N& to, const json::value& from) {
  const auto number = number_in(from);
  if (number) to = static_cast<N>(*number);
  return number.has_value();
}
bool write(std::string& to, const json::value& from) {
  if (from.is_string()) to = from.as_string();
  return from.is_string();
}
bool write(std::optional<Duration>& to, const json::value& from) {
  if (from.is_null()) {
    to.reset();
    return true;
  }
  return write(to.emplace(), from);
}
bool write(TokenGone& to, const json::value& from) {
  for (TokenGone one : {TokenGone::Bare410, TokenGone::Gone410Location, TokenGone::BadRequest400}) {
    if (read(one) != from) continue;
    to = one;
    return true;
  }
  return false;
}
bool write(std::vector<Faults::Planned>& to, const json::value& from) {
  if (!from.is_array()) return false;
  std::vector<Faults::Planned> planned;
  for (const json::value& entry : from.as_array()) {
    if (!entry.is_object()) return false;
    Faults::Planned one;
    for (const auto& [name, value] : entry.as_object()) {
      const bool fine = name == "match"          ? write(one.match, value)
                        : name == "status"       ? write(one.status, value)
                        : name == "code"         ? write(one.code, value)
                        : name == "times"        ? write(one.times, value)
                        : name == "retry_after"  ? write(one.retry_after, value)
                        : name == "after_effect" ? write(one.after_effect, value)
                                                 : false;
      if (!fine) return false;
    }
    planned.push_back(std::move(one));
  }
  to = std::move(planned);
  return true;
}

// Every switch with its name, for both directions.
template <typename F, typename Visit>
void each_switch(F& faults, Visit visit) {
  visit("page_max", faults.page_max);
  visit("page_default", faults.page_default);
  visit("empty_first_page", faults.empty_first_page);
  visit("repeat_entities", faults.repeat_entities);
  visit("shuffle_pages", faults.shuffle_pages);
  visit("lose_there_and_back", faults.lose_there_and_back);
  visit("delta_token_life", faults.delta_token_life);
  visit("token_gone", faults.token_gone);
  visit("ignore_if_match", faults.ignore_if_match);
  visit("rewrite_on_store", faults.rewrite_on_store);
  visit("event_text_becomes_html", faults.event_text_becomes_html);
  visit("change_key_drift", faults.change_key_drift);
  visit("deleted_contacts_readable", faults.deleted_contacts_readable);
  visit("max_concurrent", faults.max_concurrent);
  visit("max_requests_per_10_min", faults.max_requests_per_10_min);
  visit("max_upload_bytes_per_5_min", faults.max_upload_bytes_per_5_min);
  visit("retry_after", faults.retry_after);
  visit("batch_concurrency", faults.batch_concurrency);
  visit("sent_items_delay", faults.sent_items_delay);
  visit("drop_notifications", faults.drop_notifications);
  visit("duplicate_notifications", faults.duplicate_notifications);
  visit("notification_delay", faults.notification_delay);
  visit("longest_subscription", faults.longest_subscription);
  visit("planned", faults.planned);
}

}  // namespace

json::object to_json(const Faults& faults) {
  json::object out;
  each_switch(faults, [&](std::string_view name, const auto& value) { out[name] = read(value); });
  return out;
}

Result<void> change(Faults& faults, const json::object& wanted) {
  Faults next = faults;
  for (const auto& [key, value] : wanted) {
    bool known = false;
    bool fine = false;
    each_switch(next, [&](std::string_view name, auto& target) {
      if (name != std::string_view(key)) return;
      known = true;
      fine = write(target, value);
    });
    const std::string name(key);
    if (!known) return fail(ErrorKind::ItemInvalid, "There is no switch \"" + name + "\" among the faults.");
    if (!fine)
      return fail(ErrorKind::ItemInvalid, "The switch \"" + name + "\" does not take " +
                                              json::serialize(value) + "; now it is " +
                                              json::serialize(to_json(faults).at(key)) + ".");
  }
  faults = std::move(next);
  return {};
}

}  // namespace mailsync::lab
