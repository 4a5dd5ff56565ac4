// A changed profile: what is not followed any more is looked at by id, what may be wanted now is read once
// more. Both are kept in the store step by step, so that a crash goes on where it was.
#include <algorithm>

#include "sync/item_turn.h"
#include "sync/sweep.h"
#include "sync/tuning.h"
#include "sync/turn.h"

namespace mailsync::sync {

namespace {

std::string sweep_name(const Collection& collection) {
  return std::string(kSweepPrefix) + cursor_name(collection);
}

// Links of this kind whose collection is not among those followed: their items may have left, or be gone with
// their folder. A fetch by id tells. The CRM keeps emails whatever their folder does.
Result<void> note_unfollowed(Context& context, Kind kind, const std::vector<Collection>& followed) {
  StateStore& store = context.engine.store;
  std::set<std::string> ids;
  for (const Collection& collection : followed)
    if (collection.kind == kind) ids.insert(collection.id);
  for (LinkId after{};;) {
    TRY(const auto links, store.links(context.mailbox(), kind, after, kLinkPage));
    std::vector<RemovalHint> hints;
    for (const Link& link : links)
      if (link.state == LinkState::Active && !link.container.empty() && !ids.contains(link.container))
        hints.push_back({.kind = kind, .remote_id = link.remote_id, .collection = link.container});
    if (!hints.empty())
      TRY_VOID(store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
        TRY_VOID(store.check_lease(tx, context.input.lease));
        return store.note_removals(tx, context.mailbox(), hints);
      }));
    if (links.size() < kLinkPage) return {};
    after = links.back().id;
  }
}

// What was applied before, brought up to what holds now; the kinds that are to be listed by the CRM again.
std::set<Kind> bring_up(Applied& before, const Applied& now) {
  std::set<Kind> from_crm;
  for (const auto& [kind, wanted] : now.from_mailbox) {
    auto& was = before.from_mailbox[kind];
    if (!was.empty() && was != wanted) before.sweeping.insert(kind);
    was = wanted;
  }
  for (const auto& [kind, wanted] : now.from_crm) {
    auto& was = before.from_crm[kind];
    if (!was.empty() && was != wanted) from_crm.insert(kind);
    was = wanted;
  }
  for (const auto& [kind, ids] : now.followed) before.followed[kind] = ids;
  return from_crm;
}

// Collections that were followed before. Followed again one day, they are listed from the start.
std::set<std::string> no_more(const Applied& before, Kind kind, const std::set<std::string>& now) {
  const auto was = before.followed.find(kind);
  if (was == before.followed.end()) return {};
  std::set<std::string> out = was->second;
  for (const std::string& id : now) out.erase(id);
  return out;
}

Result<void> apply_settings(Context& context, const std::vector<Collection>& followed) {
  StateStore& store = context.engine.store;
  const Applied wanted = applied_of(context.profile(), followed);
  TRY(const auto saved, load_applied(store, context.mailbox()));
  Applied now = saved.value_or(Applied{});
  const Applied before = now;
  const std::set<Kind> from_crm = bring_up(now, wanted);
  if (saved && now == before) return {};
  for (const auto& [kind, ids] : wanted.followed) {
    if (kind != Kind::Email && !no_more(before, kind, ids).empty())
      TRY_VOID(note_unfollowed(context, kind, followed));
  }
  TRY(const auto begun, store.cursors(context.mailbox(), kSweepPrefix, kLinkPage));
  return store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY_VOID(store.check_lease(tx, context.input.lease));
    // A sweep under the settings before is no use now.
    if (now.from_mailbox != before.from_mailbox)
      for (const auto& [name, state] : begun) TRY_VOID(store.forget_cursor(tx, context.mailbox(), name));
    for (const auto& [kind, ids] : wanted.followed)
      for (const std::string& id : no_more(before, kind, ids))
        TRY_VOID(
            store.forget_cursor(tx, context.mailbox(), cursor_name({.kind = kind, .id = id, .name = ""})));
    for (const Kind kind : from_crm)
      TRY_VOID(store.forget_cursor(tx, context.mailbox(), "crm:" + std::string(model::name_of(kind))));
    return save_applied(store, tx, context.mailbox(), now, context.now());
  });
}

// One page of a collection; true while another one waits.
Task<Result<bool>> sweep_page(Context& context, const Collection& collection, Cursor from) {
  auto changes = co_await context.replica.changes(collection, from);
  if (!changes && changes.error().kind == ErrorKind::CursorLost && from)
    changes = co_await context.replica.changes(collection, Cursor{});
  if (!changes) co_return fail(std::move(changes).error());
  const std::pair place{
      sweep_name(collection),
      CursorState{.cursor = changes->next, .enumerated = !changes->more, .saved_at = context.now()}};
  if (collection.kind == Kind::Email) {
    EmailBatch batch{.collection = collection.id, .name = collection.name, .cursor = place};
    for (const Change& change : changes->changes)
      if (change.presence == Presence::Present && change.item.head) batch.items.push_back(change.item);
    CO_TRY_VOID(co_await take_emails(context, std::move(batch)));
  } else {
    ItemPage page = item_page(context, collection, *changes);
    page.cursor = place;
    CO_TRY_VOID(co_await take_items(context, std::move(page)));
  }
  co_return changes->more;
}

Result<void> end_sweep(Context& context, Applied applied) {
  StateStore& store = context.engine.store;
  TRY(const auto begun, store.cursors(context.mailbox(), kSweepPrefix, kLinkPage));
  applied.sweeping.clear();
  return store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY_VOID(store.check_lease(tx, context.input.lease));
    for (const auto& [name, state] : begun) TRY_VOID(store.forget_cursor(tx, context.mailbox(), name));
    return save_applied(store, tx, context.mailbox(), applied, context.now());
  });
}

}  // namespace

Task<Result<void>> settings_turn(Context& context, std::vector<Collection> followed) {
  co_return co_await context.engine.executor.blocking([&] { return apply_settings(context, followed); });
}

Task<Result<void>> sweep_turn(Context& context, std::vector<Collection> followed) {
  StateStore& store = context.engine.store;
  auto loaded =
      co_await context.engine.executor.blocking([&] { return load_applied(store, context.mailbox()); });
  if (!loaded) co_return fail(std::move(loaded).error());
  if (!*loaded || (*loaded)->sweeping.empty()) co_return Result<void>{};
  int pages = 0;
  for (const Collection& collection : followed) {
    if (!(*loaded)->sweeping.contains(collection.kind)) continue;
    const std::string name = sweep_name(collection);
    for (bool more = true; more; ++pages) {
      if (pages >= kSweepPages) co_return Result<void>{};  // the next pass goes on
      auto place =
          co_await context.engine.executor.blocking([&] { return store.cursor(context.mailbox(), name); });
      if (!place) co_return fail(std::move(place).error());
      if (*place && (*place)->enumerated) break;
      auto read = co_await sweep_page(context, collection, *place ? (*place)->cursor : Cursor{});
      if (!read && read.error().kind == ErrorKind::Gone) break;  // the folder went meanwhile
      if (!read) co_return fail(std::move(read).error());
      more = *read;
    }
  }
  co_return co_await context.engine.executor.blocking([&] { return end_sweep(context, **loaded); });
}

}  // namespace mailsync::sync
