#include "admin/profile_json.h"

#include <algorithm>
#include <array>

#include "sync/profile_json.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr int64_t kDayUs = 86'400'000'000;
constexpr size_t kMostNames = 200;
constexpr size_t kLongestName = 255;

// A whole number and its bounds: those of the settings file (server/settings_keys.cc).
struct Bound {
  std::string_view member;
  int64_t least, most;
};
constexpr std::array kBounds{Bound{"history_days", 0, 36500}, Bound{"meeting_days_back", 0, 3650},
                             Bound{"meeting_months_ahead", 1, 60}, Bound{"completed_task_days", 0, 3650},
                             Bound{"max_attachment_mb", 0, 150}};
constexpr std::array<std::string_view, 6> kLists{"included_folders",         "excluded_folders",
                                                 "included_contact_folders", "excluded_contact_folders",
                                                 "included_task_lists",      "excluded_task_lists"};

// The name here of a member of the stored form.
std::string_view shown(std::string_view stored) {
  if (stored == "history_us") return "history_days";
  if (stored == "max_attachment_bytes") return "max_attachment_mb";
  return stored;
}

bool is_name(const value& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_string();
  return !text.empty() && text.size() <= kLongestName &&
         std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

std::expected<void, Problem> check(std::string_view member, const value& value) {
  for (const Bound& bound : kBounds)
    if (bound.member == member &&
        (!value.is_int64() || value.get_int64() < bound.least || value.get_int64() > bound.most))
      return std::unexpected(invalid(std::string(member), "Enter a whole number from " +
                                                              std::to_string(bound.least) + " to " +
                                                              std::to_string(bound.most) + "."));
  if ((member == "category" || member == "contact_folder") && !is_name(value))
    return std::unexpected(invalid(std::string(member), "Enter a name of 1 to 255 letters."));
  if (std::ranges::find(kLists, member) != kLists.end()) {
    const auto* list = value.if_array();
    if (!list || list->size() > kMostNames || !std::ranges::all_of(*list, is_name))
      return std::unexpected(
          invalid(std::string(member), "Enter at most 200 names, each of 1 to 255 letters."));
  }
  return {};
}

std::expected<void, Problem> check_directions(const sync::Profile& profile) {
  const auto email = profile.directions.find(model::Kind::Email);
  if (email != profile.directions.end() && email->second.to_mailbox)
    return std::unexpected(
        invalid("directions",
                "Emails go from the mailbox to the CRM alone: what is sent from the CRM leaves "
                "through the mailbox by itself."));
  return {};
}

}  // namespace

object profile_ref(sync::ProfileId id, std::string_view name) {
  return {{"id", id ? std::to_string(id.value) : std::string(kSettingsProfileId)}, {"name", name}};
}

object settings_json(const sync::Profile& profile) {
  object out;
  const object stored = boost::json::parse(sync::to_json(profile)).as_object();
  for (const std::string_view member : sync::profile_members()) {
    const value& each = stored.at(member);
    if (member == "history_us")
      out["history_days"] = each.get_int64() / kDayUs;
    else if (member == "max_attachment_bytes")
      out["max_attachment_mb"] = each.get_int64() >> 20;
    else
      out[member] = each;
  }
  return out;
}

object modes_json(const std::set<std::string>& forced) {
  object out;
  for (const std::string_view member : sync::profile_members())
    out[shown(member)] = forced.contains(std::string(member)) ? "force" : "allow";
  return out;
}

std::expected<sync::Profile, Problem> settings_in(const object& body, const sync::Profile& before) {
  object stored = boost::json::parse(sync::to_json(before)).as_object();
  for (const auto& member : body) {
    const auto known = std::ranges::find(sync::profile_members(), std::string_view(member.key()), shown);
    if (known == sync::profile_members().end())
      return std::unexpected(invalid(std::string(member.key()), "A profile has no such setting."));
    TRY_VOID(check(member.key(), member.value()));
    if (*known == "history_us")
      stored[*known] = member.value().get_int64() * kDayUs;
    else if (*known == "max_attachment_bytes")
      stored[*known] = member.value().get_int64() << 20;
    else if (*known == "directions" && member.value().is_object())
      for (const auto& kind : member.value().get_object())  // of what is not named, they stay
        stored[*known].as_object()[kind.key()] = kind.value();
    else
      stored[*known] = member.value();
    // One at a time, so that the one that does not fit is named.
    if (!sync::profile_from_json(boost::json::serialize(stored)))
      return std::unexpected(
          invalid(std::string(member.key()), "Choose one of the values that are offered."));
  }
  auto out = sync::profile_from_json(boost::json::serialize(stored));
  if (!out) return std::unexpected(Problem(out.error()));
  TRY_VOID(check_directions(*out));
  return *std::move(out);
}

std::expected<std::set<std::string>, Problem> modes_in(const object& body, std::set<std::string> before) {
  for (const auto& member : body) {
    const auto known = std::ranges::find(sync::profile_members(), std::string_view(member.key()), shown);
    if (known == sync::profile_members().end())
      return std::unexpected(invalid(std::string(member.key()), "A profile has no such setting."));
    if (member.value() != value("allow") && member.value() != value("force"))
      return std::unexpected(invalid(std::string(member.key()), "This is allow or force."));
    if (member.value() == value("force"))
      before.emplace(*known);
    else
      before.erase(std::string(*known));
  }
  return before;
}

}  // namespace mailsync::admin
