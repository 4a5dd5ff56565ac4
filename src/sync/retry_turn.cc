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
    if (!issue.key.starts_with("item:") || !issue.kind) continue;
    if (!context.look_again.contains(issue.remote_id)) {
      if (issue.retry_at.us == 0 || issue.attempts > kParkedTries) continue;
      const Instant at =
          issue.retry_at + kParkedRetry * ((1 << issue.attempts) - 2);  // doubled with every try
      if (context.now() < at) continue;
    }
    if (issue.remote_id)
      out[*issue.kind].items.push_back(issue.remote_id);
    else if (issue.record)
      out[*issue.kind].records.push_back(issue.record);
  }
  return out;
}

// What is not there any more needs nobody.
Task<Result<void>> close_all(Context& context, std::vector<std::string> keys) {
  if (keys.empty()) co_return Result<void>{};
  co_return co_await context.engine.executor.blocking([&] {
    return context.engine.store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
      TRY_VOID(context.engine.store.check_lease(tx, context.input.lease));
      for (const std::string& key : keys)
        TRY_VOID(context.engine.store.close_issue(tx, context.mailbox(), key));
      return {};
    });
  });
}

Task<Result<void>> retry_items(Context& context, Kind kind, std::vector<RemoteId> ids) {
  std::vector<RemoteItem> items;
  std::vector<std::string> gone;
  auto all = co_await context.replica.fetch(kind, ids);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (all[i] && !all[i]->in_deleted_items)
      items.push_back(*std::move(all[i]));
    else if (all[i] || all[i].error().kind == ErrorKind::Gone)
      gone.push_back("item:" + ids[i].value);
    else if (decide(all[i].error().kind) != Next::ParkItem)
      co_return fail(std::move(all[i]).error());
  }
  CO_TRY_VOID(co_await close_all(context, std::move(gone)));
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
  std::vector<std::string> gone;
  for (size_t i = 0; i < ids.size(); ++i) {
    auto& record = read[i];
    if (!record || record->deleted) {  // or not this user's any more
      gone.push_back("item:record:" + std::to_string(ids[i].value));
      continue;
    }
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
  CO_TRY_VOID(co_await close_all(context, std::move(gone)));
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
