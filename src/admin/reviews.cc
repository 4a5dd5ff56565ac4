// The question behind an issue "review": a contact as it is in the mailbox, and the people it may be.
#include <algorithm>

#include "admin/handlers.h"
#include "admin/plan_json.h"
#include "crm/builtin/json_text.h"
#include "model/contact.h"
#include "sync/review.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;

struct Question {
  sync::Issue issue;
  sync::Mailbox mailbox;
};

std::expected<Question, Problem> asked(Api& api, const Request& request) {
  const auto id = crm::id_from(request.path.at("id"));
  TRY(const auto mailboxes, api.store.mailboxes(request.viewer.account));
  for (const sync::Mailbox& mailbox : mailboxes) {
    if (!id || !may_see(request, mailbox)) continue;
    TRY(const auto issues, api.store.open_issues(mailbox.id));
    for (const sync::Issue& issue : issues)
      if (issue.id.value == *id && issue.key.starts_with(sync::kReviewPrefix))
        return Question{issue, mailbox};
  }
  return std::unexpected(not_found("question"));
}

array texts(const std::vector<std::string>& list) {
  return array(list.begin(), list.end());
}

// What tells people apart.
object card_json(const sync::Fields& fields) {
  const auto read = model::contact_from(fields);
  const model::Contact contact = read.value_or(model::Contact());
  std::vector<std::string> phones = contact.business_phones.value_or({});
  if (contact.mobile_phone.is_set()) phones.push_back(contact.mobile_phone.value());
  return {{"name", model::display_name(contact)},
          {"company", text_or_null(contact.company.value_or(""))},
          {"job_title", text_or_null(contact.job_title.value_or(""))},
          {"emails", texts(contact.emails.value_or({}))},
          {"phones", texts(phones)}};
}

// The people who have one of the contact's addresses, those whom the user may see.
Result<array> candidates(Api& api, const Request& request, const sync::Workbench& bench,
                         const sync::RemoteItem& contact) {
  const AccountId account = bench.mailbox.account;
  const auto addresses = sync::addresses_of(contact);
  TRY(const auto people, bench.engine.directory.people_by_address(account, addresses));
  std::set<RecordId> ids;
  for (const auto& [address, found] : people)
    for (const sync::PersonRef& person : found)
      if (!person.is_lead) ids.insert(person.id);
  const std::vector<RecordId> list(ids.begin(), ids.end());
  std::vector<int64_t> numbers;
  for (const RecordId id : list) numbers.push_back(id.value);
  TRY(const RefsById refs, refs_by_id(api, request, numbers));
  TRY(const auto links, api.store.links_by_record(bench.mailbox.id, list));
  const auto read = bench.engine.crm.fetch({account, bench.mailbox.user}, sync::Kind::Contact, list);
  array out;
  for (size_t i = 0; i < list.size(); ++i) {
    const auto ref = refs.find(list[i].value);
    if (ref == refs.end() || !read[i] || read[i]->deleted) continue;
    const bool taken = std::ranges::any_of(links, [&](const sync::Link& link) {
      return link.record == list[i] && link.state == sync::LinkState::Active;
    });
    object each = card_json(read[i]->fields);
    each["record"] = ref->second;
    each["taken"] = taken;
    out.push_back(std::move(each));
  }
  return out;
}

}  // namespace

Task<Answer> get_review(Api& api, std::shared_ptr<const Request> request) {
  auto question = co_await api.executor.blocking([&] { return asked(api, *request); });
  if (!question) co_return std::unexpected(std::move(question).error());
  if (!api.workbench)
    co_return std::unexpected(Problem(503, "unavailable", "Nothing syncs in this process."));
  auto bench = co_await api.workbench(question->mailbox);
  if (!bench) co_return std::unexpected(Problem(bench.error()));
  auto read = co_await bench->replica->fetch(sync::Kind::Contact, {question->issue.remote_id});
  if (!read.front() && read.front().error().kind == ErrorKind::Gone)
    co_return std::unexpected(not_found("contact"));
  if (!read.front()) co_return std::unexpected(Problem(read.front().error()));
  auto people =
      co_await api.executor.blocking([&] { return candidates(api, *request, *bench, *read.front()); });
  if (!people) co_return std::unexpected(Problem(people.error()));
  co_return Reply{.json = object{{"issue", issue_json(question->issue, question->mailbox, {})},
                                 {"contact", card_json(read.front()->fields)},
                                 {"candidates", *std::move(people)}}};
}

}  // namespace mailsync::admin
