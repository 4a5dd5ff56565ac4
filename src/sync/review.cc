#include "sync/review.h"

#include <algorithm>
#include <boost/json.hpp>

#include "model/contact.h"
#include "model/email.h"

namespace mailsync::sync {

namespace {

constexpr std::string_view kLinkTo = "link_to";
constexpr std::string_view kKeepApart = "keep_apart";

std::string place_of(const RemoteId& item) {
  return std::string(kReviewPrefix) + item.value;
}

}  // namespace

std::string to_json(const OpenReview& review) {
  boost::json::object out{{"addresses", boost::json::array(review.addresses.begin(), review.addresses.end())},
                          {"people", review.people}};
  if (review.answer.choice == Review::Choice::LinkTo) out[kLinkTo] = review.answer.person.value;
  if (review.answer.choice == Review::Choice::KeepApart) out[kKeepApart] = true;
  return boost::json::serialize(out);
}

Result<OpenReview> review_from_json(std::string_view json) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(json, failed);
  const auto* members = failed ? nullptr : value.if_object();
  const auto* addresses = members ? members->if_contains("addresses") : nullptr;
  const auto* people = members ? members->if_contains("people") : nullptr;
  if (!addresses || !addresses->is_array() || !people || !people->is_string())
    return fail(ErrorKind::Corrupt, "a stored review cannot be read; mark the contact again");
  OpenReview out{.people = std::string(people->get_string())};
  for (const auto& entry : addresses->get_array())
    if (entry.is_string()) out.addresses.emplace_back(entry.get_string());
  if (const auto* person = members->if_contains(kLinkTo); person && person->is_int64())
    out.answer = {.choice = Review::Choice::LinkTo, .person = {person->get_int64()}};
  else if (members->contains(kKeepApart))
    out.answer.choice = Review::Choice::KeepApart;
  return out;
}

std::vector<std::string> addresses_of(const RemoteItem& contact) {
  std::vector<std::string> out;
  const auto read = model::contact_from(contact.fields);
  if (!read) return out;
  for (const std::string& address : read->emails.value_or({}))
    out.push_back(model::address_for_matching(address));
  return out;
}

std::string people_at(const std::map<std::string, std::vector<PersonRef>>& people,
                      const std::vector<std::string>& addresses) {
  std::vector<std::string> found;
  for (const std::string& address : addresses)
    if (const auto at = people.find(address); at != people.end())
      for (const PersonRef& person : at->second)
        if (!person.is_lead)
          found.push_back(address + " " + std::to_string(person.id.value) + " " + person.given_name + "/" +
                          person.family_name);
  std::ranges::sort(found);
  std::string out;
  for (const std::string& line : found) out += line + "\n";
  return out;
}

Result<std::map<RemoteId, OpenReview>> open_reviews(StateStore& store, MailboxId mailbox) {
  TRY(const auto places, store.cursors(mailbox, kReviewPrefix, kOpenReviews));
  std::map<RemoteId, OpenReview> out;
  for (const auto& [name, state] : places) {
    TRY(OpenReview review, review_from_json(state.cursor.value));
    out.emplace(RemoteId{name.substr(kReviewPrefix.size())}, std::move(review));
  }
  return out;
}

Result<void> answer_review(StateStore& store, MailboxId mailbox, const RemoteId& item, const Review& answer) {
  TRY(const auto state, store.cursor(mailbox, place_of(item)));
  if (!state) return fail(ErrorKind::Gone, "this match does not wait for a decision any more");
  TRY(OpenReview review, review_from_json(state->cursor.value));
  review.answer = answer;
  return store.transact(Durable::Yes, [&](Transaction& tx) {
    return store.save_cursor(tx, mailbox, place_of(item),
                             {.cursor = {to_json(review)}, .enumerated = false, .saved_at = state->saved_at});
  });
}

}  // namespace mailsync::sync
