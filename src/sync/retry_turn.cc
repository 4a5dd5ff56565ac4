#include <algorithm>

#include "sync/decide.h"
#include "sync/item_turn.h"
#include "sync/tuning.h"
#include "sync/turn.h"

namespace mailsync::sync {

namespace {

struct Due {
  std::vector<RemoteId> items;
  std::vector<RecordId> records;  // without an item yet
};

Result<std::map<Kind, Due>> due(Context& context) {
  TRY(const auto issues, context.engine.store.open_issues(context.mailbox()));
  std::map<Kind, Due> out;
  for (const Issue& issue : issues) {
    const bool parked = issue.key.starts_with("item:") && issue.kind && issue.retry_at.us != 0;
    if (!parked || issue.attempts > kParkedTries) continue;
    const Instant at = issue.retry_at + kParkedRetry * ((1 << issue.attempts) - 2);  // doubled with every try
    if (context.now() < at) continue;
    if (issue.remote_id)
      out[*issue.kind].items.push_back(issue.remote_id);
    else if (issue.record)
      out[*issue.kind].records.push_back(issue.record);
  }
  return out;
}

Task<Result<void>> retry_items(Context& context, Kind kind, std::vector<RemoteId> ids) {
  std::vector<RemoteItem> items;
  for (auto& fetched : co_await context.replica.fetch(kind, ids)) {
    if (fetched)
      items.push_back(*std::move(fetched));
    else if (decide(fetched.error().kind) != Next::ParkItem && fetched.error().kind != ErrorKind::Gone)
      co_return fail(std::move(fetched).error());
  }
  if (items.empty()) co_return Result<void>{};
  if (kind == Kind::Email)
    co_return co_await take_emails(context,
                                   {.items = std::move(items), .name = "tried again", .was_parked = true});
  co_return co_await take_items(
      context, {.kind = kind, .name = "tried again", .items = std::move(items), .was_parked = true});
}

Task<Result<void>> retry_records(Context& context, Kind kind, std::vector<RecordId> ids) {
  auto read = co_await context.engine.executor.blocking(
      [&] { return context.engine.crm.fetch(context.viewer(), kind, ids); });
  // One that has its item by now, because it was changed meanwhile, must not get a second one.
  const auto links = co_await context.engine.executor.blocking(
      [&] { return context.engine.store.links_by_record(context.mailbox(), ids); });
  if (!links) co_return fail(links.error());
  Batch batch{.kind = kind, .collection = "tried again", .was_parked = true};
  for (auto& record : read) {
    if (!record) continue;  // gone, or not this user's any more: its issue stays for him to read
    const auto link = std::ranges::find(*links, record->id, &Link::record);
    Situation s{.kind = kind,
                .mailbox = context.mailbox(),
                .link = link == links->end() ? std::nullopt : std::optional(*link),
                .record = *std::move(record),
                .in_mailbox = context.replica.capabilities(kind),
                .in_crm = context.engine.crm.capabilities(kind),
                .profile = context.profile(),
                .now = context.now()};
    Plan planned = plan(s);
    batch.items.push_back({.situation = std::move(s), .plan = std::move(planned)});
  }
  co_return co_await carry_out(context, std::move(batch));
}

}  // namespace

Task<Result<void>> retry_turn(Context& context) {
  auto read = co_await context.engine.executor.blocking([&] { return due(context); });
  if (!read) co_return fail(std::move(read).error());
  for (auto& [kind, parked] : *read) {
    if (!parked.items.empty()) CO_TRY_VOID(co_await retry_items(context, kind, parked.items));
    if (!parked.records.empty()) CO_TRY_VOID(co_await retry_records(context, kind, parked.records));
  }
  co_return Result<void>{};
}

}  // namespace mailsync::sync
