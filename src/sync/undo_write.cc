#include "sync/undo_write.h"

#include "sync/decide.h"
#include "sync/find_made.h"
#include "sync/journal.h"
#include "sync/plan.h"

namespace mailsync::sync {

namespace {

using Side = JournalEntry::Side;
using State = JournalEntry::State;

// A step on its way.
struct Doing {
  UndoStep step;
  std::optional<RemoteItem> stored;
  std::string failed;  // why the mailbox or the CRM refused it
  JournalId intention;
};

JournalEntry entry_of(const Context& context, const Doing& doing, Side side, std::string_view action) {
  const UndoStep& step = doing.step;
  JournalEntry entry{.mailbox = context.mailbox(),
                     .run = context.run,
                     .kind = step.group.kind,
                     .remote_id = step.group.remote_id,
                     .record = step.group.record,
                     .side = side,
                     .action = std::string(action),
                     .state = State::Done,
                     .before = "{}",
                     .after = "{}",
                     .cause = std::string(kUndoCause),
                     .rule = "a user asked for it",
                     .at = context.now()};
  if (step.facts.link) {
    entry.link = step.facts.link->id;
    entry.remote_id = step.facts.link->remote_id;
    if (step.link && step.link->state != step.facts.link->state)
      entry.payload = link_was(step.facts.link->state);
  }
  if (doing.stored && doing.stored->id) entry.remote_id = doing.stored->id;
  return entry;
}

// What the item held before an earlier try, of the fields that this try wrote: else an undo of the undo would
// not know what to bring back.
Fields as_tried(Fields before, const RemoteWrite& write, const JournalEntry& tried) {
  auto then = model::fields_from_json(tried.before.empty() ? "{}" : tried.before);
  if (!then) return before;
  if (write.op == RemoteWrite::Op::Delete) return before.empty() ? *std::move(then) : before;
  for (auto& [name, text] : before)
    if (const auto at = then->find(name); at != then->end() && text == write.fields.at(name))
      text = at->second;
  return before;
}

JournalEntry intention_of(const Context& context, const Doing& doing) {
  const RemoteWrite& write = *doing.step.remote;
  JournalEntry entry = entry_of(context, doing, Side::Mailbox, action_of(write.op));
  entry.state = State::Intended;
  entry.operation = write.operation;
  entry.after = model::to_json(write.fields);
  const auto& item = doing.step.facts.item;
  Fields before;
  if (item && write.op == RemoteWrite::Op::Delete) before = item->fields;
  if (item && write.op == RemoteWrite::Op::Update) before = held_of(write.fields, item->fields);
  if (doing.step.facts.tried) before = as_tried(before, write, *doing.step.facts.tried);
  entry.before = model::to_json(before);
  return entry;
}

Task<Result<void>> intend(Context& context, std::vector<Doing>& all) {
  std::vector<JournalEntry> entries;
  for (const Doing& doing : all)
    if (doing.step.remote) entries.push_back(intention_of(context, doing));
  if (entries.empty()) co_return Result<void>{};
  CO_TRY_VOID(co_await context.engine.executor.blocking([&] {
    return context.engine.store.transact(Durable::Yes, [&](Transaction& tx) -> Result<void> {
      TRY_VOID(context.engine.store.check_lease(tx, context.input.lease));
      return context.engine.store.save_journal(tx, entries);
    });
  }));
  size_t next = 0;
  for (Doing& doing : all)
    if (doing.step.remote) doing.intention = entries[next++].id;
  co_return Result<void>{};
}

// Errors that concern this item alone: it is kept, and named.
bool keeps(const Error& error) {
  return decide(error.kind) == Next::ParkItem || error.kind == ErrorKind::Forbidden ||
         error.kind == ErrorKind::VersionStale || error.kind == ErrorKind::Gone;
}

Task<Result<void>> write_remote(Context& context, Doing& doing, bool again) {
  const RemoteWrite write = *doing.step.remote;
  const bool create = write.op == RemoteWrite::Op::Create;
  const auto find = [&context, &write] {
    return find_made(context.replica, write.kind, write.operation, write.fields);
  };
  if (create && again) {
    CO_TRY(doing.stored, co_await find());
    if (doing.stored) co_return Result<void>{};
  }
  auto stored = co_await context.replica.apply(write);
  if (!stored && stored.error().kind == ErrorKind::Ambiguous) {
    // Deleting once more ends the same; what was made is looked for, and what was written is read: it may
    // have landed, and then the version is another one.
    if (create) {
      CO_TRY(doing.stored, co_await find());
    } else if (write.op == RemoteWrite::Op::Update) {
      auto now = co_await context.replica.fetch(write.kind, {write.id});
      if (now.front() && model::changed(now.front()->fields, write.fields).empty())
        doing.stored = *std::move(now.front());
    }
    if (doing.stored) co_return Result<void>{};
    stored = co_await context.replica.apply(write);
  }
  if (stored) {
    doing.stored = *std::move(stored);
  } else if (write.op == RemoteWrite::Op::Delete && stored.error().kind == ErrorKind::Gone) {
    doing.stored = RemoteItem{.kind = write.kind, .id = write.id};
  } else if (keeps(stored.error())) {
    doing.failed = stored.error().message;
  } else {
    co_return fail(std::move(stored).error());
  }
  co_return Result<void>{};
}

// ---- the commit ----

class UndoCommit {
 public:
  UndoCommit(Context& context, Transaction& tx) : context_(context), tx_(tx) {}

  Result<void> take(Doing& doing, UndoOutcome& outcome) {
    if (doing.intention) close(doing);
    if (!doing.failed.empty()) return {};
    CrmRecord stored;
    TRY(const bool written, write_crm(doing, stored, outcome));
    if (!doing.failed.empty()) return {};
    TRY_VOID(write_copy(doing, outcome));
    count_remote(doing, outcome);
    if (!doing.step.link) return {};
    const bool alone =
        !doing.step.crm && !doing.step.remote && !doing.step.take_copy && !doing.step.give_copy;
    if (alone)
      entries_.push_back(entry_of(context_, doing, Side::Crm,
                                  doing.step.link->state == LinkState::Tombstone ? "unlink" : "resume"));
    links_.push_back(settled(doing, written ? &stored : nullptr));
    return {};
  }

  Result<void> save() {
    StateStore& store = context_.engine.store;
    if (!links_.empty()) TRY_VOID(store.save_links(tx_, links_));
    if (entries_.empty()) return {};
    return store.save_journal(tx_, entries_);
  }

 private:
  void close(const Doing& doing) {
    const RemoteWrite& write = *doing.step.remote;
    JournalEntry entry = entry_of(context_, doing, Side::Mailbox, action_of(write.op));
    entry.id = doing.intention;
    entry.state = doing.failed.empty() ? State::Done : State::Failed;
    entry.outcome = doing.failed;
    const bool stores = doing.stored && write.op != RemoteWrite::Op::Delete;
    Fields after = write.fields;
    if (stores)
      after = write.op == RemoteWrite::Op::Create ? doing.stored->fields
                                                  : held_of(write.fields, doing.stored->fields);
    entry.after = model::to_json(after);
    entries_.push_back(std::move(entry));
  }

  Result<bool> write_crm(Doing& doing, CrmRecord& out, UndoOutcome& outcome) {
    if (!doing.step.crm) return false;
    const CrmWrite& write = *doing.step.crm;
    auto stored = context_.engine.crm.apply(tx_, context_.viewer(), write);
    if (!stored && !keeps(stored.error())) return fail(std::move(stored).error());
    if (!stored) {
      doing.failed = stored.error().message;
      return false;
    }
    out = *std::move(stored);
    Counts& counts = outcome.counts[write.kind];
    const Fields& old = doing.step.facts.record->fields;
    const auto add = [&](std::string_view action, const Fields& before, const Fields& after) {
      JournalEntry entry = entry_of(context_, doing, Side::Crm, action);
      entry.before = model::to_json(before);
      entry.after = model::to_json(after);
      entries_.push_back(std::move(entry));
    };
    switch (write.op) {
      case CrmWrite::Op::Delete:
        ++counts.to_crm_deleted;
        add("delete", old, {});
        break;
      case CrmWrite::Op::Create:
      case CrmWrite::Op::Restore:
        ++counts.to_crm_created;
        add("create", {}, out.fields);
        break;
      case CrmWrite::Op::Update:
        ++counts.to_crm_updated;
        add("update", held_of(write.fields, old), held_of(write.fields, out.fields));
        break;
    }
    return true;
  }

  Result<void> write_copy(Doing& doing, UndoOutcome& outcome) {
    const UndoStep& step = doing.step;
    LocalReplica& crm = context_.engine.crm;
    if (step.take_copy) {
      TRY_VOID(crm.remove_email_copy(tx_, context_.viewer(), step.group.record, context_.mailbox()));
      ++outcome.counts[Kind::Email].to_crm_deleted;
      entries_.push_back(entry_of(context_, doing, Side::Crm, "delete"));
    }
    if (step.give_copy && step.facts.item && step.facts.item->head) {
      TRY_VOID(crm.add_email_copy(tx_, context_.viewer(), step.group.record, context_.mailbox(),
                                  *step.facts.item->head, context_.profile().emails_shown));
      ++outcome.counts[Kind::Email].to_crm_created;
      entries_.push_back(entry_of(context_, doing, Side::Crm, "create"));
    }
    return {};
  }

  static void count_remote(const Doing& doing, UndoOutcome& outcome) {
    if (!doing.step.remote) return;
    Counts& counts = outcome.counts[doing.step.group.kind];
    switch (doing.step.remote->op) {
      case RemoteWrite::Op::Create:
        ++counts.to_mailbox_created;
        break;
      case RemoteWrite::Op::Update:
        ++counts.to_mailbox_updated;
        break;
      case RemoteWrite::Op::Delete:
        ++counts.to_mailbox_deleted;
        break;
    }
  }

  // Bases say what each side holds now of what was written; of the rest they keep what they said, so that an
  // edit that was not yet carried over is still seen as one.
  static Link settled(const Doing& doing, const CrmRecord* record) {
    const UndoStep& step = doing.step;
    Link link = *step.link;
    const model::FieldNames names = shared_fields(step.facts.in_mailbox, step.facts.in_crm);
    if (doing.stored && step.remote && step.remote->op != RemoteWrite::Op::Delete) {
      link.remote_id = doing.stored->id;
      link.remote_version = doing.stored->version;
      if (!doing.stored->container.empty()) link.container = doing.stored->container;
      const bool whole = step.remote->op == RemoteWrite::Op::Create;
      if (whole) {
        link.base.mailbox.clear();
        link.marked = doing.stored->marked;
      }
      for (const auto& [name, text] : model::restricted(doing.stored->fields, names))
        if (whole || step.remote->fields.contains(name)) link.base.mailbox.insert_or_assign(name, text);
    }
    if (record && step.crm) {
      const bool whole = step.crm->op == CrmWrite::Op::Restore;
      if (whole || step.facts.record->version == link.record_version || step.crm->op == CrmWrite::Op::Delete)
        link.record_version = record->version;
      if (whole) link.base.crm.clear();
      for (const auto& [name, text] : model::restricted(record->fields, names))
        if (whole || step.crm->fields.contains(name)) link.base.crm.insert_or_assign(name, text);
    }
    if (link.kind != Kind::Email) link.hash = model::content_hash(link.kind, link.base.mailbox);
    link.synced_at = step.facts.now;
    return link;
  }

  Context& context_;
  Transaction& tx_;
  std::vector<Link> links_;
  std::vector<JournalEntry> entries_;
};

Result<void> commit(Context& context, std::vector<Doing>& all, UndoOutcome& outcome) {
  StateStore& store = context.engine.store;
  return store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY_VOID(store.check_lease(tx, context.input.lease));
    UndoCommit page(context, tx);
    for (Doing& doing : all) TRY_VOID(page.take(doing, outcome));
    return page.save();
  });
}

void name_failed(const std::vector<Doing>& all, UndoOutcome& outcome) {
  for (const Doing& doing : all)
    if (!doing.failed.empty())
      outcome.kept.push_back({.kind = doing.step.group.kind,
                              .side = doing.step.remote ? Side::Mailbox : Side::Crm,
                              .action = PlanAction::Keep,
                              .remote_id = doing.step.group.remote_id,
                              .record = doing.step.group.record,
                              .cause = std::string(kUndoCause),
                              .rule = "refused",
                              .note = "It cannot be taken back: " + doing.failed});
}

}  // namespace

Task<Result<void>> write_undo(Context& context, std::vector<UndoStep> steps, bool again,
                              UndoOutcome& outcome) {
  std::vector<Doing> all;
  for (UndoStep& step : steps)
    if (step.writes()) all.push_back({.step = std::move(step)});
  if (all.empty()) co_return Result<void>{};
  CO_TRY_VOID(co_await intend(context, all));
  for (Doing& doing : all)
    if (doing.step.remote) CO_TRY_VOID(co_await write_remote(context, doing, again));
  const UndoOutcome before = outcome;
  CO_TRY_VOID(co_await context.engine.executor.blocking([&] {
    outcome = before;
    return commit(context, all, outcome);
  }));
  name_failed(all, outcome);
  co_return Result<void>{};
}

}  // namespace mailsync::sync
