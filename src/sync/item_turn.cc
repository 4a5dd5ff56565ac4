// The turn for contacts, tasks and meetings, and what all mailbox turns share about cursors and removals.
#include "sync/item_turn.h"

#include <algorithm>
#include <set>

#include "sync/guarded.h"
#include "sync/returned.h"
#include "sync/review.h"
#include "sync/tuning.h"
#include "sync/turn.h"

namespace mailsync::sync {

std::string cursor_name(const Collection& collection) {
  return std::string(model::name_of(collection.kind)) + ":" + collection.id;
}

Task<Result<PageCursor>> load_cursor(Context& context, std::string collection) {
  if (const auto again = context.relisting.find(collection); again != context.relisting.end())
    co_return PageCursor{.start = again->second.next, .saved_at = context.now()};
  auto saved = co_await context.engine.executor.blocking(
      [&] { return context.engine.store.cursor(context.mailbox(), collection); });
  if (!saved) co_return fail(std::move(saved).error());
  if (!*saved) co_return PageCursor{.first_time = true};
  const CursorState& state = **saved;
  if (state.enumerated && !state.cursor) context.relisting.emplace(collection, Context::Relisting{});
  co_return PageCursor{.start = state.cursor, .first_time = !state.enumerated, .saved_at = state.saved_at};
}

Task<Result<ChangePage>> read_page(Context& context, const Collection& collection, const PageCursor& cursor) {
  auto page = co_await context.replica.changes(collection, cursor.start);
  if (page || page.error().kind != ErrorKind::CursorLost) co_return page;
  // Enumerate again, merged into the links: never a fresh import, never a jump to "now" (F42, F47).
  const std::string name = cursor_name(collection);
  if (++context.cursors_lost[name] > kCursorLosses)
    co_return fail(ErrorKind::Transient, "the server loses its place in the changes of " + collection.name +
                                             " again and again; sync goes on from there later");
  auto forgotten = co_await context.engine.executor.blocking([&] {
    return context.engine.store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
      TRY_VOID(context.engine.store.check_lease(tx, context.input.lease));
      return context.engine.store.save_cursor(tx, context.mailbox(), name,
                                              {.cursor = {}, .enumerated = true, .saved_at = context.now()});
    });
  });
  CO_TRY_VOID(std::move(forgotten));
  context.relisting.insert_or_assign(name, Context::Relisting{});
  co_return co_await context.replica.changes(collection, Cursor{});
}

std::optional<std::pair<std::string, CursorState>> cursor_to_save(const Context& context,
                                                                  const Collection& collection,
                                                                  const PageCursor& before,
                                                                  const ChangePage& page) {
  const std::string name = cursor_name(collection);
  if (context.relisting.contains(name) && page.more) return std::nullopt;
  const bool moved = page.next != before.start;
  const bool due = context.now() - before.saved_at >= kBookkeeping;
  const bool brought =
      !page.changes.empty() || page.more || before.first_time || context.relisting.contains(name);
  if (!moved || (!brought && !due)) return std::nullopt;
  return std::pair{name, CursorState{.cursor = page.next,
                                     .enumerated = !before.first_time || page.complete_listing,
                                     .saved_at = context.now()}};
}

namespace {

RemovalHint hint_for(const Collection& collection, const Link& link) {
  return {.kind = collection.kind, .remote_id = link.remote_id, .collection = collection.id};
}

bool lives(const Link& link) {
  return link.state == LinkState::Active || link.state == LinkState::Frozen;
}

// Links of this collection that a whole listing did not name.
Result<void> add_unlisted(Context& context, const Collection& collection, const std::set<RemoteId>& seen,
                          std::vector<RemovalHint>& out) {
  int64_t linked = 0, unlisted = 0;
  for (LinkId after{};;) {
    TRY(const auto links, context.engine.store.links(context.mailbox(), collection.kind, after, kLinkPage));
    for (const Link& link : links)
      if (lives(link) && link.container == collection.id) {
        ++linked;
        if (seen.contains(link.remote_id)) continue;
        ++unlisted;
        out.push_back(hint_for(collection, link));
      }
    if (links.size() < kLinkPage) break;
    after = links.back().id;
  }
  if (is_doubtful_listing(linked, unlisted)) context.doubtful.insert(collection.kind);
  return {};
}

}  // namespace

Task<Result<std::vector<RemovalHint>>> removal_hints(Context& context, const Collection& collection,
                                                     const ChangePage& page) {
  std::vector<RemoteId> removed;
  for (const Change& change : page.changes)
    if (change.presence == Presence::Removed) removed.push_back(change.item.id);
  const auto again = context.relisting.find(cursor_name(collection));
  if (again != context.relisting.end())
    for (const Change& change : page.changes)
      if (change.presence != Presence::Removed) again->second.seen.insert(change.item.id);
  const bool whole = again != context.relisting.end() && page.complete_listing;
  std::vector<RemovalHint> out;
  if (removed.empty() && !whole) co_return out;
  auto read = co_await context.engine.executor.blocking([&]() -> Result<void> {
    TRY(const auto links, context.engine.store.links_by_remote(context.mailbox(), collection.kind, removed));
    for (const Link& link : links)
      if (lives(link)) out.push_back(hint_for(collection, link));
    return whole ? add_unlisted(context, collection, again->second.seen, out) : Result<void>{};
  });
  CO_TRY_VOID(std::move(read));
  co_return out;
}

void page_committed(Context& context, const Collection& collection, const ChangePage& page) {
  const auto again = context.relisting.find(cursor_name(collection));
  if (again == context.relisting.end()) return;
  if (page.more)
    again->second.next = page.next;
  else
    context.relisting.erase(again);
}

namespace {

Issue unreadable(const Context& context, const Change& change, Kind kind) {
  return {.mailbox = context.mailbox(),
          .key = "item:" + change.item.id.value,
          .kind = kind,
          .remote_id = change.item.id,
          .severity = "error",
          .title = "A " + std::string(model::name_of(kind)) + " in the mailbox could not be read",
          .cause = change.error ? change.error->message : std::string("The server sent something unknown."),
          .effect = "This one item is not in step. Everything else goes on.",
          .remedy = "Open it in the mailbox and save it again; it is tried again when it changes.",
          .opened_at = context.now(),
          .attempts = 1};
}

// What two items of one page must not both become: the same record, a person of the same address, the same
// meeting.
std::vector<std::string> claims_of(const Situation& s, const Plan& planned) {
  std::vector<std::string> out;
  if (!s.item || (!planned.link && !planned.to_review)) return out;
  const bool restores = planned.crm && planned.crm->op == CrmWrite::Op::Restore;
  if (s.link && !restores && planned.link && planned.link->record == s.link->record) return out;
  if (planned.link && planned.link->record)
    out.push_back("record " + std::to_string(planned.link->record.value));
  if (s.kind == Kind::Meeting && !s.item->series_key.empty()) out.push_back("series " + s.item->series_key);
  if (s.kind == Kind::Contact && planned.crm && (restores || planned.crm->op == CrmWrite::Op::Create))
    for (const std::string& address : addresses_of(*s.item)) out.push_back("address " + address);
  return out;
}

// Plans and carries out one round of a page; what must wait for the others of it comes back.
Task<Result<std::vector<RemoteItem>>> take_round(Context& context, const ItemPage& page,
                                                 std::vector<RemoteItem> items, bool first) {
  for (int tries = 0;; ++tries) {
    CO_TRY_VOID(co_await know_again(context, page.kind, items));
    Batch batch{.kind = page.kind, .collection = page.name, .was_parked = page.was_parked};
    CO_TRY(auto situations, co_await gather_items(context, page.kind, items));
    std::set<std::string> claimed;
    std::vector<RemoteItem> later;
    for (Situation& s : situations) {
      Plan planned = plan(s);
      const auto claims = claims_of(s, planned);
      if (std::ranges::any_of(claims, [&](const auto& each) { return claimed.contains(each); })) {
        later.push_back(*s.item);
        continue;
      }
      claimed.insert(claims.begin(), claims.end());
      batch.items.push_back({.situation = std::move(s), .plan = std::move(planned)});
    }
    if (first) {
      batch.note = page.note;
      for (const Issue& issue : page.unreadable) {
        Planned poison{.plan = {.skipped = issue.key.starts_with("held:") ? "held" : "unreadable"}};
        poison.situation.kind = page.kind;
        poison.plan.issues.push_back(issue);
        batch.items.push_back(std::move(poison));
      }
    }
    if (later.empty()) batch.cursor = page.cursor;
    auto done = co_await carry_out(context, std::move(batch));
    if (done) co_return later;
    if (done.error().kind != ErrorKind::VersionStale || tries >= kReplans)
      co_return fail(std::move(done).error());
    CO_TRY_VOID(co_await resume(context));
  }
}

}  // namespace

Task<Result<void>> take_items(Context& context, ItemPage page) {
  std::vector<RemoteItem> items = std::move(page.items);
  for (bool first = true; first || !items.empty(); first = false) {
    CO_TRY(items, co_await take_round(context, page, std::move(items), first));
  }
  co_return Result<void>{};
}

ItemPage item_page(const Context& context, const Collection& collection, const ChangePage& changes) {
  ItemPage out{.kind = collection.kind, .name = collection.name};
  for (const Change& change : changes.changes) {
    if (change.presence == Presence::Present) out.items.push_back(change.item);
    if (change.presence == Presence::Unknown)
      out.unreadable.push_back(unreadable(context, change, collection.kind));
  }
  return out;
}

Task<Result<bool>> item_turn(Context& context, const Collection& collection) {
  CO_TRY(const PageCursor cursor, co_await load_cursor(context, cursor_name(collection)));
  CO_TRY(const ChangePage changes, co_await read_page(context, collection, cursor));
  ItemPage page = item_page(context, collection, changes);
  CO_TRY(page.note, co_await removal_hints(context, collection, changes));
  for (const Change& change : changes.changes)
    if (change.presence == Presence::Removed && context.open.about(change.item.id))
      context.look_again.insert(change.item.id);
  // Kept with the hints: should the pass break off, the next one must not believe them either.
  if (context.doubtful.contains(collection.kind) && !page.note.empty())
    page.unreadable.push_back(held_notice(context, HeldSide::Mailbox, collection.kind, Hold::Listing,
                                          static_cast<int64_t>(page.note.size()))
                                  .plan.issues.front());
  page.cursor = cursor_to_save(context, collection, cursor, changes);
  CO_TRY_VOID(co_await take_items(context, std::move(page)));
  page_committed(context, collection, changes);
  co_return changes.more;
}

}  // namespace mailsync::sync
