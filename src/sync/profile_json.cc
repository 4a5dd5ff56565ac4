#include "sync/profile_json.h"

#include <array>

#include "model/json.h"

namespace mailsync::sync {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> kCapture = {"off", "shared_conversations", "known_people",
                                                      "any_external"};
constexpr std::array<std::string_view, 3> kWinner = {"later_change", "crm", "mailbox"};
constexpr std::array<std::string_view, 3> kShown = {"all", "head", "owner"};
constexpr std::array<std::string_view, 3> kNoMatch = {"leave_unlinked", "create_lead", "create_person"};

json::string spelled(const auto& names, auto value) {
  return json::string(names[static_cast<size_t>(value)]);
}

// Takes members out of an object into typed places and remembers the first that does not fit.
class Taker {
 public:
  explicit Taker(const json::object& object) : object_(object) {}

  void take(std::string_view name, auto& target, auto&& convert) {
    const json::value* value = object_.if_contains(name);
    if (value != nullptr && !convert(*value, target) && wrong_.empty()) wrong_ = name;
  }
  void boolean(std::string_view name, bool& target) {
    take(name, target,
         [](const json::value& v, bool& out) { return v.is_bool() && ((out = v.get_bool()), true); });
  }
  void text(std::string_view name, std::string& target) {
    take(name, target, [](const json::value& v, std::string& out) {
      return v.is_string() && ((out = std::string(v.get_string())), true);
    });
  }
  template <typename N>
  void number(std::string_view name, N& target) {
    take(name, target, [](const json::value& v, N& out) {
      return v.is_int64() && std::in_range<N>(v.get_int64()) && ((out = static_cast<N>(v.get_int64())), true);
    });
  }
  template <typename E>
  void choice(std::string_view name, const auto& names, E& target) {
    take(name, target, [&](const json::value& v, E& out) {
      for (size_t i = 0; v.is_string() && i < names.size(); ++i)
        if (std::string_view(v.get_string()) == names[i]) return (out = static_cast<E>(i)), true;
      return false;
    });
  }
  const std::string& wrong() const { return wrong_; }

 private:
  const json::object& object_;
  std::string wrong_;
};

bool directions_from(const json::value& value, std::map<model::Kind, Directions>& out) {
  if (!value.is_object()) return false;
  for (const auto& member : value.get_object()) {
    auto kind = model::kind_named(member.key());
    if (!kind || !member.value().is_object()) return false;
    Taker taker(member.value().get_object());
    taker.boolean("to_crm", out[*kind].to_crm);
    taker.boolean("to_mailbox", out[*kind].to_mailbox);
    if (!taker.wrong().empty()) return false;
  }
  return true;
}

json::array list_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

bool texts_from(const json::value& value, std::vector<std::string>& out) {
  if (!value.is_array()) return false;
  out.clear();
  for (const json::value& entry : value.get_array()) {
    if (!entry.is_string()) return false;
    out.emplace_back(entry.get_string());
  }
  return true;
}

}  // namespace

std::string to_json(const Profile& p) {
  json::object directions;
  for (const auto& [kind, way] : p.directions)
    directions[model::name_of(kind)] = {{"to_crm", way.to_crm}, {"to_mailbox", way.to_mailbox}};
  return model::canonical_text(json::object{
      {"category", p.category},
      {"capture_emails", spelled(kCapture, p.capture_emails)},
      {"capture_meetings", spelled(kCapture, p.capture_meetings)},
      {"share_whole_conversation", p.share_whole_conversation},
      {"history_us", p.history.count()},
      {"directions", std::move(directions)},
      {"winner", spelled(kWinner, p.winner)},
      {"no_match", spelled(kNoMatch, p.no_match)},
      {"emails_shown", spelled(kShown, p.emails_shown)},
      {"included_folders", list_of(p.included_folders)},
      {"excluded_folders", list_of(p.excluded_folders)},
      {"included_contact_folders", list_of(p.included_contact_folders)},
      {"excluded_contact_folders", list_of(p.excluded_contact_folders)},
      {"included_task_lists", list_of(p.included_task_lists)},
      {"excluded_task_lists", list_of(p.excluded_task_lists)},
      {"contact_folder", p.contact_folder},
      {"meeting_days_back", p.meeting_days_back},
      {"meeting_months_ahead", p.meeting_months_ahead},
      {"completed_task_days", p.completed_task_days},
      {"max_attachment_bytes", p.max_attachment_bytes},
  });
}

Result<Profile> profile_from_json(std::string_view text) {
  boost::system::error_code failed;
  const json::value value = json::parse(text, failed);
  if (failed || !value.is_object()) return fail(ErrorKind::Corrupt, "the profile is not a JSON object");
  Profile p;
  Taker taker(value.get_object());
  int64_t history_us = p.history.count();
  taker.text("category", p.category);
  taker.choice("capture_emails", kCapture, p.capture_emails);
  taker.choice("capture_meetings", kCapture, p.capture_meetings);
  taker.boolean("share_whole_conversation", p.share_whole_conversation);
  taker.number("history_us", history_us);
  taker.take("directions", p.directions, directions_from);
  taker.choice("winner", kWinner, p.winner);
  taker.choice("no_match", kNoMatch, p.no_match);
  taker.choice("emails_shown", kShown, p.emails_shown);
  taker.take("included_folders", p.included_folders, texts_from);
  taker.take("excluded_folders", p.excluded_folders, texts_from);
  taker.take("included_contact_folders", p.included_contact_folders, texts_from);
  taker.take("excluded_contact_folders", p.excluded_contact_folders, texts_from);
  taker.take("included_task_lists", p.included_task_lists, texts_from);
  taker.take("excluded_task_lists", p.excluded_task_lists, texts_from);
  taker.text("contact_folder", p.contact_folder);
  taker.number("meeting_days_back", p.meeting_days_back);
  taker.number("meeting_months_ahead", p.meeting_months_ahead);
  taker.number("completed_task_days", p.completed_task_days);
  taker.number("max_attachment_bytes", p.max_attachment_bytes);
  p.history = Duration(history_us);
  if (!taker.wrong().empty())
    return fail(ErrorKind::Corrupt,
                "the profile's member \"" + taker.wrong() + "\" does not hold what it should");
  return p;
}

}  // namespace mailsync::sync
