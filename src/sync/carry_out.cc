#include <algorithm>

#include "base/all_of.h"
#include "sync/decide.h"
#include "sync/find_made.h"
#include "sync/journal.h"
#include "sync/review.h"
#include "sync/tuning.h"
#include "sync/turn.h"

namespace mailsync::sync {

namespace {

// Errors that concern this item alone; everything else ends the pass.
bool parks(const Error& error) {
  return decide(error.kind) == Next::ParkItem || error.kind == ErrorKind::Forbidden;
}

std::string parked_key(const RemoteId& id, RecordId record) {
  return "item:" + (id ? id.value : "record:" + std::to_string(record.value));
}

Issue parked(const Context& context, const Planned& planned, const Error& error) {
  const Situation& s = planned.situation;
  const RemoteId id = s.item ? s.item->id : (s.link ? s.link->remote_id : RemoteId{});
  const RecordId record = s.record ? s.record->id : RecordId{};
  return {.mailbox = context.mailbox(),
          .key = parked_key(id, record),
          .kind = s.kind,
          .remote_id = id,
          .record = record,
          .severity = "error",
          .title = "This " + std::string(model::name_of(s.kind)) + " could not be carried over",
          .cause = error.message,
          .effect = "The two sides differ in this one item. Everything else goes on.",
          .remedy =
              "Nothing at first: it is tried again by itself, a few times. If it stays, change the item "
              "so that both sides can hold it; it is then tried at once.",
          .opened_at = context.now(),
          .attempts = 1,
          .retry_at = context.now() + kParkedRetry};
}

// The write may have landed: what it created, if it did.
Task<Result<RemoteItem>> look_first(Context& context, const RemoteWrite& write, Error error) {
  if (write.op == RemoteWrite::Op::Create) {
    CO_TRY(auto found, co_await find_made(context.replica, write.kind, write.operation, write.fields));
    if (found) co_return *std::move(found);
    CO_TRY_VOID(co_await still_ours(context));
    co_return co_await context.replica.apply(write);  // surely not there: once more, under the same operation
  }
  auto now = co_await context.replica.fetch(write.kind, {write.id});
  if (write.op == RemoteWrite::Op::Delete) {
    if (!now.front() && now.front().error().kind == ErrorKind::Gone)
      co_return RemoteItem{.kind = write.kind, .id = write.id};
    CO_TRY_VOID(co_await still_ours(context));
    co_return co_await context.replica.apply(write);
  }
  if (!now.front()) co_return fail(std::move(now.front()).error());
  if (model::changed(now.front()->fields, write.fields).empty()) co_return *std::move(now.front());
  co_return fail(ErrorKind::VersionStale, std::move(error.message));
}

// Reads the item again and plans on what is there now, in the mailbox and of it in the CRM.
Task<Result<void>> read_again(Context& context, Planned& planned) {
  Situation& s = planned.situation;
  auto fetched = co_await context.replica.fetch(s.kind, {planned.plan.remote->id});
  if (fetched.front()) {
    std::vector<RemoteItem> items;
    items.push_back(*std::move(fetched.front()));
    CO_TRY(auto gathered, co_await gather_items(context, s.kind, std::move(items)));
    s = std::move(gathered.front());
  } else if (fetched.front().error().kind == ErrorKind::Gone) {
    s.item.reset();
    s.presence = Presence::Removed;
  } else {
    co_return fail(std::move(fetched.front()).error());
  }
  s.now = context.now();
  planned.plan = plan(s);
  co_return Result<void>{};
}

// A deletion that was answered "not found" is done already (F76), when a second look says so too.
Task<bool> is_gone(Context& context, RemoteWrite write) {
  const auto now = co_await context.replica.fetch(write.kind, {write.id});
  co_return !now.front() && now.front().error().kind == ErrorKind::Gone;
}

// Makes one remote write, reading again where the version was stale.
Task<Result<void>> write_remote(Context& context, Planned& planned) {
  for (int tries = 0; planned.plan.remote; ++tries) {
    const RemoteWrite write = *planned.plan.remote;
    CO_TRY_VOID(co_await still_ours(context));
    auto stored = co_await context.replica.apply(write);
    if (!stored && stored.error().kind == ErrorKind::Ambiguous)
      stored = co_await look_first(context, write, std::move(stored).error());
    if (stored) {
      planned.stored_item = *std::move(stored);
      co_return Result<void>{};
    }
    Error error = std::move(stored).error();
    const bool gone = error.kind == ErrorKind::Gone, stale = error.kind == ErrorKind::VersionStale;
    if (gone && write.op == RemoteWrite::Op::Delete && co_await is_gone(context, write)) {
      planned.stored_item = RemoteItem{.kind = write.kind, .id = write.id};
      co_return Result<void>{};
    }
    if ((gone || stale) && write.op != RemoteWrite::Op::Create && tries < kRereads) {
      CO_TRY_VOID(co_await read_again(context, planned));
      continue;
    }
    if (!parks(error) && !gone && !stale) co_return fail(std::move(error));
    planned.failed = std::move(error);
    co_return Result<void>{};
  }
  co_return Result<void>{};
}

Task<void> write_into(Context& context, Planned& planned, Result<void>& out) {
  auto result = co_await write_remote(context, planned);
  if (!result && out) out = std::move(result);
}

Task<Result<void>> intend(Context& context, Batch& batch) {
  std::vector<JournalEntry> entries;
  for (const Planned& planned : batch.items)
    if (planned.plan.remote) entries.push_back(intention_of(context, planned));
  if (entries.empty()) co_return Result<void>{};
  auto saved = co_await context.engine.executor.blocking([&] {
    return context.engine.store.transact(Durable::Yes, [&](Transaction& tx) -> Result<void> {
      TRY_VOID(context.engine.store.check_lease(tx, context.input.lease));
      return context.engine.store.save_journal(tx, entries);
    });
  });
  CO_TRY_VOID(std::move(saved));
  context.lease_seen_at = context.now();
  size_t next = 0;
  for (Planned& planned : batch.items)
    if (planned.plan.remote) planned.intention = entries[next++].id;
  co_return Result<void>{};
}

// ---- the commit ----

struct Commit {
  Context& context;
  Transaction& tx;
  const Batch& batch;
  Counts& counts;
  std::vector<Link> links;
  std::vector<JournalEntry> entries;

  StateStore& store() { return context.engine.store; }

  Result<void> park(Planned& planned) {
    count(counts, planned);
    TRY_VOID(store().open_issue(tx, parked(context, planned, *planned.failed)));
    return close_intention(planned, JournalEntry::State::Failed, planned.failed->message);
  }

  Result<void> close_intention(const Planned& planned, JournalEntry::State state, std::string outcome) {
    if (!planned.intention) return {};
    entries.push_back(outcome_of(context, planned, state, std::move(outcome)));
    return {};
  }

  // The item went through: what was open about it is solved, unless this very plan says it again.
  Result<void> close_solved(const Planned& planned) {
    const Situation& s = planned.situation;
    const Plan& plan = planned.plan;
    const RemoteId id = s.item ? s.item->id : (s.link ? s.link->remote_id : RemoteId{});
    const bool ended = plan.forget_link || (plan.link && plan.link->state != LinkState::Active);
    const bool written = plan.writes() || ended || (plan.link && !s.link);
    for (const std::string& key : context.open.solved(id, s.record ? s.record->id : RecordId{}, written))
      if (std::ranges::find(plan.issues, key, &Issue::key) == plan.issues.end())
        TRY_VOID(store().close_issue(tx, context.mailbox(), key));
    return {};
  }

  // What waits for a person is planned again when the people whom it may be change (review_turn.cc).
  Result<void> keep_review(const Planned& planned) {
    const Situation& s = planned.situation;
    if (!s.item) return {};
    const std::string place = std::string(kReviewPrefix) + s.item->id.value;
    if (planned.plan.review_ends) return store().forget_cursor(tx, context.mailbox(), place);
    if (!planned.plan.to_review) return {};
    OpenReview review{.addresses = addresses_of(*s.item), .people = s.people};
    return store().save_cursor(tx, context.mailbox(), place,
                               {.cursor = {to_json(review)}, .saved_at = context.now()});
  }

  // The CRM's own refusals park the item; anything else gives the transaction up.
  Result<std::optional<CrmRecord>> write_crm(Planned& planned) {
    if (!planned.plan.crm) return std::optional<CrmRecord>{};
    auto stored = context.engine.crm.apply(tx, context.viewer(), *planned.plan.crm);
    if (stored) return std::optional<CrmRecord>(*std::move(stored));
    if (!parks(stored.error())) return fail(std::move(stored).error());
    planned.failed = std::move(stored).error();
    return std::optional<CrmRecord>{};
  }

  Result<void> take(Planned& planned) {
    if (planned.failed) return park(planned);
    TRY(auto record, write_crm(planned));
    if (planned.failed) return park(planned);
    const Plan& plan = planned.plan;
    count(counts, planned);
    TRY_VOID(close_intention(planned, JournalEntry::State::Done, ""));
    TRY_VOID(close_solved(planned));
    for (const Issue& issue : plan.issues) TRY_VOID(store().open_issue(tx, issue));
    for (const std::string& key : plan.solved) TRY_VOID(store().close_issue(tx, context.mailbox(), key));
    TRY_VOID(keep_review(planned));
    if (plan.forget_link) TRY_VOID(store().remove_link(tx, planned.situation.link->id));
    if (!plan.link) return {};
    Link link = settle(plan, planned.situation, planned.stored_item ? &*planned.stored_item : nullptr,
                       record ? &*record : nullptr);
    for (JournalEntry& entry : entries_of(context, planned, link, record ? &*record : nullptr))
      entries.push_back(std::move(entry));
    links.push_back(std::move(link));
    return {};
  }
};

Result<void> commit(Context& context, Batch& batch, Counts& counts) {
  StateStore& store = context.engine.store;
  return store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
    counts = {};
    TRY_VOID(store.check_lease(tx, context.input.lease));
    Commit all{.context = context, .tx = tx, .batch = batch, .counts = counts};
    for (Planned& planned : batch.items) TRY_VOID(all.take(planned));
    if (!all.links.empty()) TRY_VOID(store.save_links(tx, all.links));
    name_links(all.links, all.entries);
    if (!all.entries.empty()) TRY_VOID(store.save_journal(tx, all.entries));
    if (!batch.note.empty()) TRY_VOID(store.note_removals(tx, context.mailbox(), batch.note));
    if (!batch.forget.empty()) TRY_VOID(store.forget_removals(tx, context.mailbox(), batch.forget));
    if (batch.cursor)
      TRY_VOID(store.save_cursor(tx, context.mailbox(), batch.cursor->first, batch.cursor->second));
    if (!counts.empty()) TRY_VOID(store.add_counts(tx, context.mailbox(), context.run, batch.kind, counts));
    return {};
  });
}

bool has_work(const Context& context, const Batch& batch) {
  if (batch.cursor || batch.was_parked || !batch.note.empty() || !batch.forget.empty()) return true;
  for (const Planned& planned : batch.items)
    if (planned.plan.writes() || !planned.plan.solved.empty() ||
        (planned.situation.item && context.open.about(planned.situation.item->id)) || planned.plan.link ||
        planned.plan.forget_link || !planned.plan.issues.empty() || planned.plan.review_ends)
      return true;
  return false;
}

}  // namespace

Task<Result<void>> still_ours(Context& context) {
  if (context.now() - context.lease_seen_at < kLeaseTrusted) co_return Result<void>{};
  auto checked = co_await context.engine.executor.blocking([&] {
    return context.engine.store.transact(Durable::No, [&](Transaction& tx) {
      return context.engine.store.check_lease(tx, context.input.lease);
    });
  });
  if (checked) context.lease_seen_at = context.now();
  co_return checked;
}

Task<Result<void>> carry_out(Context& context, Batch batch) {
  if (!has_work(context, batch)) co_return Result<void>{};
  CO_TRY_VOID(co_await intend(context, batch));
  Result<void> remote;
  std::vector<Task<void>> writes;
  for (Planned& planned : batch.items)
    if (planned.plan.remote) writes.push_back(write_into(context, planned, remote));
  co_await all_of(std::move(writes));  // the client itself keeps to four at a time
  CO_TRY_VOID(std::move(remote));
  Counts counts;
  CO_TRY_VOID(co_await context.engine.executor.blocking([&] { return commit(context, batch, counts); }));
  context.report.counts[batch.kind].add(counts);
  ++context.report.turns;
  if (context.input.progress) context.input.progress(batch.kind, batch.collection, counts);
  co_return Result<void>{};
}

}  // namespace mailsync::sync
