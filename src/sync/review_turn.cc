// Contacts whose match waits for a person: planned again when he has spoken, or when the CRM gives another
// answer to "who has this address". A quiet pass asks the CRM once for all of them, and the mailbox nothing.
#include "sync/decide.h"
#include "sync/item_turn.h"
#include "sync/review.h"
#include "sync/turn.h"

namespace mailsync::sync {

namespace {

// Those to look at again.
Result<std::vector<RemoteId>> moved(Context& context) {
  TRY(const auto open, open_reviews(context.engine.store, context.mailbox()));
  std::vector<RemoteId> out;
  if (open.empty()) return out;
  std::vector<std::string> addresses;
  for (const auto& [id, review] : open)
    addresses.insert(addresses.end(), review.addresses.begin(), review.addresses.end());
  TRY(const auto people,
      context.engine.directory.people_by_address(context.input.mailbox.account, addresses));
  for (const auto& [id, review] : open)
    if (review.answer.choice != Review::Choice::Open || people_at(people, review.addresses) != review.people)
      out.push_back(id);
  return out;
}

Result<void> forget(Context& context, const std::vector<RemoteId>& gone) {
  StateStore& store = context.engine.store;
  return store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY_VOID(store.check_lease(tx, context.input.lease));
    for (const RemoteId& id : gone) {
      TRY_VOID(store.forget_cursor(tx, context.mailbox(), std::string(kReviewPrefix) + id.value));
      TRY_VOID(store.close_issue(tx, context.mailbox(), std::string(kReviewPrefix) + id.value));
    }
    return {};
  });
}

}  // namespace

Task<Result<void>> review_turn(Context& context) {
  auto ids = co_await context.engine.executor.blocking([&] { return moved(context); });
  if (!ids) co_return fail(std::move(ids).error());
  if (ids->empty()) co_return Result<void>{};
  ItemPage page{.kind = Kind::Contact, .name = "matched again"};
  std::vector<RemoteId> gone;
  auto fetched = co_await context.replica.fetch(Kind::Contact, *ids);
  for (size_t i = 0; i < fetched.size(); ++i) {
    if (fetched[i] && presence_of(*fetched[i]) == Presence::Present)
      page.items.push_back(*std::move(fetched[i]));
    else if (fetched[i] || fetched[i].error().kind == ErrorKind::Gone)
      gone.push_back((*ids)[i]);
    else if (decide(fetched[i].error().kind) != Next::ParkItem)
      co_return fail(std::move(fetched[i]).error());
  }
  if (!gone.empty())
    CO_TRY_VOID(co_await context.engine.executor.blocking([&] { return forget(context, gone); }));
  if (page.items.empty()) co_return Result<void>{};
  co_return co_await take_items(context, std::move(page));
}

}  // namespace mailsync::sync
