#include "sync/named_profile.h"

#include <boost/json.hpp>

#include "sync/profile_json.h"

namespace mailsync::sync {

const std::vector<std::string_view>& profile_members() {
  static const std::vector<std::string_view> kMembers{"category",
                                                      "capture_emails",
                                                      "capture_meetings",
                                                      "share_whole_conversation",
                                                      "history_us",
                                                      "directions",
                                                      "winner",
                                                      "no_match",
                                                      "emails_shown",
                                                      "included_folders",
                                                      "excluded_folders",
                                                      "included_contact_folders",
                                                      "excluded_contact_folders",
                                                      "included_task_lists",
                                                      "excluded_task_lists",
                                                      "contact_folder",
                                                      "meeting_days_back",
                                                      "meeting_months_ahead",
                                                      "completed_task_days",
                                                      "max_attachment_bytes"};
  return kMembers;
}

Profile with_own(const Profile& profile, const std::set<std::string>& forced, std::string_view own) {
  boost::system::error_code failed;
  const boost::json::value wanted = boost::json::parse(own, failed);
  if (failed || !wanted.is_object()) return profile;
  Profile out = profile;
  for (const std::string_view member : profile_members()) {
    const auto* value = wanted.get_object().if_contains(member);
    if (value == nullptr || forced.contains(std::string(member))) continue;
    auto all = boost::json::parse(to_json(out)).get_object();
    all[member] = *value;
    if (auto read = profile_from_json(boost::json::serialize(all))) out = *std::move(read);
  }
  return out;
}

}  // namespace mailsync::sync
