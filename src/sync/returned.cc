#include "sync/returned.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "sync/plan.h"

namespace mailsync::sync {

namespace {

struct Twins {
  std::map<std::string, std::vector<const RemoteItem*>> items;  // by content; without a link
  std::vector<Link> links;                                      // of the same contents
};

Result<Twins> find_twins(Context& context, Kind kind, const std::vector<RemoteItem>& items) {
  StateStore& store = context.engine.store;
  Twins out;
  std::vector<RemoteId> ids;
  for (const RemoteItem& item : items)
    if (item.marked && !item.in_deleted_items) ids.push_back(item.id);
  if (ids.empty()) return out;
  TRY(const auto linked, store.links_by_remote(context.mailbox(), kind, ids));
  std::unordered_set<RemoteId> known;
  for (const Link& link : linked) known.insert(link.remote_id);
  const model::FieldNames names =
      shared_fields(context.replica.capabilities(kind), context.engine.crm.capabilities(kind));
  std::vector<std::string> hashes;
  for (const RemoteItem& item : items) {
    if (!item.marked || item.in_deleted_items || known.contains(item.id)) continue;
    const auto at = out.items.try_emplace(model::content_hash(kind, model::restricted(item.fields, names)));
    if (at.second) hashes.push_back(at.first->first);
    at.first->second.push_back(&item);
  }
  TRY(out.links, store.links_by_content(context.mailbox(), kind, hashes));
  return out;
}

// The links whose item is gone from the mailbox, for certain: a copy is not its original come back (F24).
Task<Result<std::vector<Link>>> without_item(Context& context, Kind kind, std::vector<Link> links) {
  std::vector<RemoteId> ids;
  for (const Link& link : links) ids.push_back(link.remote_id);
  auto read = co_await context.replica.fetch(kind, ids);
  std::vector<Link> out;
  for (size_t i = 0; i < links.size(); ++i) {
    const bool gone = read[i] ? read[i]->in_deleted_items : read[i].error().kind == ErrorKind::Gone;
    if (gone)
      out.push_back(std::move(links[i]));
    else if (!read[i] && read[i].error().kind != ErrorKind::ItemInvalid)
      co_return fail(std::move(read[i]).error());
  }
  co_return out;
}

void move_to(Link& link, const RemoteItem& item) {
  link.remote_id = item.id;
  link.remote_version = item.version;
  link.container = item.container;
  link.is_organizer = item.is_organizer;
  link.sequence = item.sequence;
  if (!item.series_key.empty()) link.series_key = item.series_key;
}

JournalEntry entry_of(const Context& context, const Link& link) {
  return {.mailbox = context.mailbox(),
          .run = context.run,
          .kind = link.kind,
          .link = link.id,
          .remote_id = link.remote_id,
          .record = link.record,
          .side = JournalEntry::Side::Mailbox,
          .action = "follow",
          .state = JournalEntry::State::Done,
          .before = "{}",
          .after = "{}",
          .cause = "back under another id",
          .rule = "the same content, and the item of the old id is gone",
          .at = context.now()};
}

}  // namespace

Task<Result<void>> know_again(Context& context, Kind kind, const std::vector<RemoteItem>& items) {
  if (kind == Kind::Email) co_return Result<void>{};
  auto twins = co_await context.engine.executor.blocking([&] { return find_twins(context, kind, items); });
  if (!twins) co_return fail(std::move(twins).error());
  if (twins->links.empty()) co_return Result<void>{};
  CO_TRY(std::vector<Link> free, co_await without_item(context, kind, std::move(twins->links)));
  std::vector<Link> moved;
  std::vector<JournalEntry> entries;
  for (Link& link : free) {
    const auto at = twins->items.find(link.hash);
    if (at == twins->items.end() || at->second.empty()) continue;
    move_to(link, *at->second.front());
    at->second.erase(at->second.begin());
    entries.push_back(entry_of(context, link));
    moved.push_back(std::move(link));
  }
  if (moved.empty()) co_return Result<void>{};
  co_return co_await context.engine.executor.blocking([&] {
    return context.engine.store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
      TRY_VOID(context.engine.store.check_lease(tx, context.input.lease));
      TRY_VOID(context.engine.store.save_links(tx, moved));
      return context.engine.store.save_journal(tx, entries);
    });
  });
}

}  // namespace mailsync::sync
