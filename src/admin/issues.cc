// What somebody must know about one item or one mailbox.
#include <algorithm>

#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/mailbox_json.h"
#include "admin/record_json.h"
#include "crm/builtin/json_text.h"
#include "crm/builtin/lists.h"
#include "sync/review.h"

namespace mailsync::admin {
namespace {

struct Found {
  sync::Issue issue;
  const sync::Mailbox* mailbox = nullptr;
};

// Whose mailboxes the issues are about, and how many each.
Result<boost::json::array> per_user(db::Session& session, AccountId account,
                                    const std::map<int64_t, int64_t>& open_of) {
  std::vector<int64_t> ids;
  for (const auto& [user, open] : open_of) ids.push_back(user);
  TRY(const UsersById users, users_of(session, account, ids));
  boost::json::array out;
  for (const auto& [user, open] : open_of)
    out.push_back(boost::json::object{{"user", user_ref(users, UserId{user})}, {"open", open}});
  return out;
}

}  // namespace

// The store keeps open issues; solved ones are in the journal.
Answer list_issues(Api& api, const Request& request) {
  TRY(const size_t limit, limit_of(request.http));
  TRY(const auto mailboxes, api.store.mailboxes(request.viewer.account));
  const std::string mailbox_id(request.http.query_value("mailbox_id").value_or(""));
  const std::string wanted_record(request.http.query_value("record_id").value_or(""));
  const std::string binding = "issues " + mailbox_id + " " + wanted_record;
  std::vector<Found> found;
  for (const sync::Mailbox& mailbox : mailboxes) {
    if (!may_see(request, mailbox) || request.http.query_value("state") == "solved") continue;
    if (!mailbox_id.empty() && std::to_string(mailbox.id.value) != mailbox_id) continue;
    TRY(auto issues, api.store.open_issues(mailbox.id));
    for (sync::Issue& issue : issues)
      if (wanted_record.empty() || std::to_string(issue.record.value) == wanted_record)
        found.push_back({std::move(issue), &mailbox});
  }
  std::ranges::sort(found, [](const Found& a, const Found& b) {
    return std::pair(a.issue.opened_at, a.issue.id) > std::pair(b.issue.opened_at, b.issue.id);
  });
  const auto total = static_cast<int64_t>(found.size());
  std::map<int64_t, int64_t> open_of;  // by user
  for (const Found& each : found) ++open_of[each.mailbox->user.value];
  if (const auto cursor = request.http.query_value("cursor")) {
    const auto place = crm::decode_cursor(binding, *cursor);
    if (place.size() != 2)
      return std::unexpected(
          Problem(400, "cursor_invalid", "The cursor belongs to another list; start again."));
    const auto last = std::pair(place[0].instant(), IssueId{place[1].integer()});
    std::erase_if(found,
                  [&](const Found& each) { return std::pair(each.issue.opened_at, each.issue.id) >= last; });
  }
  PageInfo info{.total = total};
  if (found.size() > limit) {
    found.resize(limit);
    info.next_cursor = crm::encode_cursor(binding, {found.back().issue.opened_at, found.back().issue.id});
  }
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
    std::vector<int64_t> records;
    for (const Found& each : found) records.push_back(each.issue.record.value);
    TRY(const auto refs, refs_of(session, request.viewer.account, rights, records));
    boost::json::array items;
    for (const Found& each : found) {
      const auto ref = refs.find(each.issue.record.value);
      items.push_back(issue_json(each.issue, *each.mailbox,
                                 ref == refs.end() ? boost::json::value() : boost::json::value(ref->second)));
    }
    auto page = page_of(std::move(items), info);
    TRY(page["users"], per_user(session, request.viewer.account, open_of));
    return Reply{.json = std::move(page)};
  });
}

// A person's word on an ambiguous match; the mailbox's next pass takes it into account.
Answer answer_issue(Api& api, const Request& request) {
  const auto id = crm::id_from(request.path.at("id"));
  sync::Review answer;
  if (const auto* person = request.body.if_contains("link_to"); person && person->is_string())
    if (const auto number = crm::id_from(person->get_string()))
      answer = {.choice = sync::Review::Choice::LinkTo, .person = {*number}};
  if (const auto* apart = request.body.if_contains("keep_apart");
      apart && apart->is_bool() && apart->get_bool() && answer.choice == sync::Review::Choice::Open)
    answer.choice = sync::Review::Choice::KeepApart;
  if (answer.choice == sync::Review::Choice::Open)
    return std::unexpected(Problem(422, "invalid", "Say which person it is, or that it is another one."));
  TRY(const auto mailboxes, api.store.mailboxes(request.viewer.account));
  for (const sync::Mailbox& mailbox : mailboxes) {
    if (!id || !may_see(request, mailbox)) continue;
    TRY(const auto issues, api.store.open_issues(mailbox.id));
    for (const sync::Issue& issue : issues) {
      if (issue.id.value != *id) continue;
      if (!issue.key.starts_with(sync::kReviewPrefix))
        return std::unexpected(Problem(422, "invalid", "This issue needs no such answer."));
      TRY_VOID(sync::answer_review(api.store, mailbox.id, issue.remote_id, answer));
      api.wake(mailbox.id);
      return Reply{.status = 204};
    }
  }
  return std::unexpected(not_found("issue"));
}

}  // namespace mailsync::admin
