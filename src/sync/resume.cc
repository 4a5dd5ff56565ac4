#include "sync/find_made.h"
#include "sync/turn.h"
#include "sync/undo_plan.h"

namespace mailsync::sync {

namespace {

struct Found {
  JournalEntry entry;
  RemoteItem item;
};

JournalEntry closed(const Context& context, const JournalEntry& entry, JournalEntry::State state,
                    std::string outcome) {
  JournalEntry out = entry;
  out.state = state;
  out.outcome = std::move(outcome);
  out.payload.clear();
  out.at = context.now();
  return out;
}

// The item that an interrupted create left behind becomes the record's item. Its base is what we sent, so
// that whatever the record says since then is still to be carried over. nullopt: the record has an item
// already.
Result<std::optional<Link>> adopt(Context& context, const Found& found) {
  TRY(const auto links, context.engine.store.links_by_record(context.mailbox(), {&found.entry.record, 1}));
  const bool taken = !links.empty() &&
                     (links.front().state == LinkState::Active || links.front().remote_id == found.item.id);
  if (taken) return std::nullopt;
  TRY(const Fields sent, model::fields_from_json(found.entry.after));
  Link link{.mailbox = context.mailbox(),
            .kind = found.entry.kind,
            .remote_id = found.item.id,
            .remote_version = found.item.version,
            .record = found.entry.record,
            .record_version = 0,
            .made_by = MadeBy::Crm,
            .marked = found.item.marked,
            .container = found.item.container,
            .series_key = found.item.series_key,
            .is_organizer = found.item.is_organizer,
            .sequence = found.item.sequence,
            .base = {.mailbox = found.item.fields, .crm = sent},
            .hash = model::content_hash(found.entry.kind, found.item.fields),
            .synced_at = context.now()};
  if (!links.empty()) link.id = links.front().id;
  return link;
}

}  // namespace

Task<Result<void>> resume(Context& context) {
  Engine& engine = context.engine;
  auto open =
      co_await engine.executor.blocking([&] { return engine.store.open_intentions(context.mailbox()); });
  if (!open) co_return fail(std::move(open).error());
  std::vector<JournalEntry> outcomes;
  std::vector<Found> adopted;
  for (const JournalEntry& entry : *open) {
    if (entry.action == "send") continue;  // the outbox looks after its own (F13)
    // An undo is planned again too; it looks for what it may have made already.
    if (entry.action != "create" || entry.cause == kUndoCause) {
      // Writing a field twice, or deleting twice, ends the same: the merge sees what landed.
      outcomes.push_back(closed(context, entry, JournalEntry::State::Failed, std::string(kInterrupted)));
      continue;
    }
    auto sent = model::fields_from_json(entry.after);
    if (!sent) co_return fail(std::move(sent).error());
    CO_TRY(auto item, co_await find_made(context.replica, entry.kind, entry.operation, *std::move(sent)));
    if (item) {
      outcomes.push_back(closed(context, entry, JournalEntry::State::Done, "found after an interruption"));
      outcomes.back().remote_id = item->id;
      adopted.push_back({entry, *std::move(item)});
    } else {
      outcomes.push_back(closed(context, entry, JournalEntry::State::Failed,
                                "interrupted before it was written; planned again"));
    }
  }
  if (outcomes.empty()) co_return Result<void>{};
  co_return co_await engine.executor.blocking([&]() -> Result<void> {
    std::vector<Link> links;
    for (const Found& found : adopted) {
      TRY(auto link, adopt(context, found));
      if (link) links.push_back(*std::move(link));
    }
    return engine.store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
      TRY_VOID(engine.store.check_lease(tx, context.input.lease));
      if (!links.empty()) TRY_VOID(engine.store.save_links(tx, links));
      return engine.store.save_journal(tx, outcomes);
    });
  });
}

}  // namespace mailsync::sync
