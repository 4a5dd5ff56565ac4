#include "sync/undo.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "sync/dry_run.h"
#include "sync/tuning.h"
#include "sync/undo_write.h"

namespace mailsync::sync {

namespace {

using Side = JournalEntry::Side;

Result<std::vector<JournalEntry>> entries_of(Context& context, const UndoTarget& target) {
  const Instant oldest = context.now() - kUndoAge;
  JournalFilter filter{.mailbox = context.mailbox(),
                       .id = target.change,
                       .run = target.run,
                       .since = std::max(target.since, oldest)};
  std::vector<JournalEntry> out;
  for (;;) {
    TRY(auto page, context.engine.store.changes(filter, kLinkPage));
    const bool whole = page.size() < kLinkPage;
    std::ranges::move(page, std::back_inserter(out));
    if (whole) return out;
    if (out.size() > kUndoEntries)
      return fail(ErrorKind::ItemInvalid,
                  "This is more than can be undone at once: undo single runs, the last one first.");
    filter.before = out.back().id;
  }
}

// What the whole undo is about, for each page of it.
struct Whole {
  std::set<std::string> emails;  // that are undone in it
  // Writes to items that an earlier try of it meant and that were broken off, by operation.
  std::map<std::string, JournalEntry> tried;
  bool again = false;
};

Result<std::map<std::string, JournalEntry>> tried_before(Context& context) {
  JournalFilter filter{.mailbox = context.mailbox(), .run = context.run};
  std::map<std::string, JournalEntry> out;
  for (;;) {
    TRY(auto page, context.engine.store.changes(filter, kLinkPage));
    if (page.empty()) return out;
    filter.before = page.back().id;
    for (JournalEntry& entry : page)  // newest first: the oldest, which saw it as it was, stands
      if (entry.state == JournalEntry::State::Failed && entry.outcome == kInterrupted)
        out.insert_or_assign(entry.operation.value, std::move(entry));
  }
}

// What the store and the CRM know of a page of groups.
class Facts {
 public:
  Facts(Context& context, const Whole& whole) : context_(context), whole_(whole) {}

  Result<std::vector<UndoFacts>> of(std::span<const UndoGroup> groups) {
    std::vector<UndoFacts> out;
    for (const UndoGroup& group : groups) {
      TRY(UndoFacts facts, of(group));
      out.push_back(std::move(facts));
    }
    return out;
  }

 private:
  Result<UndoFacts> of(const UndoGroup& group) {
    Context& c = context_;
    UndoFacts facts{.mailbox = c.mailbox(),
                    .in_mailbox = c.replica.capabilities(group.kind),
                    .in_crm = c.engine.crm.capabilities(group.kind),
                    .run = c.run,
                    .now = c.now()};
    if (const auto tried = whole_.tried.find(undo_operation(c.run, group).value); tried != whole_.tried.end())
      facts.tried = tried->second;
    if (group.kind == Kind::Email) {
      TRY(auto links, c.engine.store.links_by_remote(c.mailbox(), Kind::Email, {&group.remote_id, 1}));
      if (!links.empty()) facts.link = std::move(links.front());
      TRY(const auto same, c.engine.store.links_by_record(c.mailbox(), {&group.record, 1}));
      facts.other_copy = std::ranges::any_of(same, [&](const Link& link) {
        return link.state != LinkState::Tombstone && !whole_.emails.contains(link.remote_id.value);
      });
      return facts;
    }
    if (group.record) {
      TRY(auto links, c.engine.store.links_by_record(c.mailbox(), {&group.record, 1}));
      if (!links.empty()) facts.link = std::move(links.front());
      auto read = c.engine.crm.fetch(c.viewer(), group.kind, {&group.record, 1});
      if (read.front())
        facts.record = *std::move(read.front());
      else if (read.front().error().kind != ErrorKind::Gone &&
               read.front().error().kind != ErrorKind::Forbidden)
        return fail(std::move(read.front()).error());
    }
    return facts;
  }

  Context& context_;
  const Whole& whole_;
};

// The items as their server has them now.
Task<Result<void>> read_items(Context& context, const std::vector<UndoGroup>& groups,
                              std::vector<UndoFacts>& facts) {
  for (const Kind kind : model::kKinds) {
    std::vector<RemoteId> ids;
    std::vector<size_t> whose;
    for (size_t i = 0; i < groups.size(); ++i) {
      const RemoteId& id = facts[i].link ? facts[i].link->remote_id : groups[i].remote_id;
      if (groups[i].kind != kind || !id) continue;
      // Only one that comes back is needed.
      if (kind == Kind::Email && !groups[i].crm.deleted() && !groups[i].pair_was) continue;
      ids.push_back(id);
      whose.push_back(i);
    }
    if (ids.empty()) continue;
    auto read = co_await context.replica.fetch(kind, ids);
    for (size_t i = 0; i < read.size(); ++i) {
      if (read[i] && !read[i]->in_deleted_items) facts[whose[i]].item = *std::move(read[i]);
      if (!read[i] && read[i].error().kind != ErrorKind::Gone &&
          read[i].error().kind != ErrorKind::ItemInvalid)
        co_return fail(std::move(read[i]).error());
    }
  }
  co_return Result<void>{};
}

void name_kept(const UndoStep& step, UndoOutcome& outcome) {
  for (const std::string& note : step.notes)
    outcome.kept.push_back({.kind = step.group.kind,
                            .side = step.remote || step.group.mailbox.touched ? Side::Mailbox : Side::Crm,
                            .action = PlanAction::Keep,
                            .title = step.facts.record ? title_of(step.group.kind, step.facts.record->fields)
                                                       : title_of(step.group.kind, step.group.mailbox.before),
                            .remote_id = step.group.remote_id,
                            .record = step.group.record,
                            .cause = std::string(kUndoCause),
                            .rule = "kept",
                            .note = note});
}

Task<Result<void>> undo_page(Context& context, std::vector<UndoGroup> groups, const Whole& whole,
                             UndoOutcome& outcome) {
  CO_TRY(auto facts,
         co_await context.engine.executor.blocking([&] { return Facts(context, whole).of(groups); }));
  CO_TRY_VOID(co_await read_items(context, groups, facts));
  std::vector<UndoStep> steps;
  for (size_t i = 0; i < groups.size(); ++i) {
    steps.push_back(plan_undo(std::move(groups[i]), std::move(facts[i])));
    name_kept(steps.back(), outcome);
  }
  outcome.items += steps.size();
  co_return co_await write_undo(context, std::move(steps), whole.again, outcome);
}

}  // namespace

Task<Result<UndoOutcome>> carry_out_undo(Context& context, UndoTarget target, bool again) {
  auto entries = co_await context.engine.executor.blocking([&] { return entries_of(context, target); });
  if (!entries) co_return fail(std::move(entries).error());
  const std::vector<UndoGroup> groups = group_for_undo(*entries);
  Whole whole{.again = again};
  for (const UndoGroup& group : groups)
    if (group.kind == Kind::Email) whole.emails.insert(group.remote_id.value);
  if (again) {
    CO_TRY(whole.tried, co_await context.engine.executor.blocking([&] { return tried_before(context); }));
  }
  UndoOutcome outcome;
  for (size_t at = 0; at < groups.size(); at += kUndoPage) {
    const size_t end = std::min(groups.size(), at + kUndoPage);
    CO_TRY_VOID(co_await undo_page(
        context, {groups.begin() + static_cast<ptrdiff_t>(at), groups.begin() + static_cast<ptrdiff_t>(end)},
        whole, outcome));
  }
  co_return outcome;
}

namespace {

Result<void> save(Context& context, PlanReport& report) {
  return context.engine.store.transact(Durable::Yes, [&](Transaction& tx) -> Result<void> {
    TRY_VOID(context.engine.store.check_lease(tx, context.input.lease));
    return context.engine.plans->save_plan(tx, report);
  });
}

Task<Result<void>> carry_out_plan(Context& context, PlanReport report) {
  Context own{.engine = context.engine, .replica = context.replica, .input = context.input};
  const bool again = static_cast<bool>(report.run);
  if (!again) report.run = context.engine.random.run_id(context.now());
  own.run = report.run;
  if (!again) CO_TRY_VOID(co_await context.engine.executor.blocking([&] { return save(context, report); }));
  CO_TRY(const UndoOutcome outcome, co_await carry_out_undo(own, report.target, again));
  report.state = PlanState::Done;
  report.finished_at = context.now();
  co_return co_await context.engine.executor.blocking([&] {
    return context.engine.store.transact(Durable::Yes, [&](Transaction& tx) -> Result<void> {
      TRY_VOID(context.engine.store.check_lease(tx, context.input.lease));
      for (const auto& [kind, counts] : outcome.counts)
        if (!counts.empty())
          TRY_VOID(context.engine.store.add_counts(tx, context.mailbox(), own.run, kind, counts));
      return context.engine.plans->save_plan(tx, report);
    });
  });
}

}  // namespace

Task<Result<void>> undo_turn(Context& context) {
  if (!context.engine.plans) co_return Result<void>{};
  auto approved = co_await context.engine.executor.blocking([&] {
    return context.engine.plans->plans({.account = context.input.mailbox.account,
                                        .mailbox = context.mailbox(),
                                        .purpose = PlanPurpose::Undo,
                                        .state = PlanState::Approved},
                                       kCrmPage);
  });
  if (!approved) co_return fail(std::move(approved).error());
  std::ranges::reverse(*approved);  // in the order in which they were asked for
  for (PlanReport& report : *approved) CO_TRY_VOID(co_await carry_out_plan(context, std::move(report)));
  co_return Result<void>{};
}

namespace {

std::string_view nothing_to_undo() {
  return "There is nothing to undo: no such change of this mailbox within the last 30 days.";
}

// Everything that would be written, then what would be kept.
std::vector<PlanItem> items_of(DryNotes& notes, const UndoOutcome& outcome, PlanReport& report) {
  std::vector<PlanItem> items = notes.take();
  int64_t number = notes.total();
  for (const PlanItem& kept : outcome.kept) {
    ++number;
    if (static_cast<int64_t>(items.size()) >= kPlanItems) continue;
    items.push_back(kept);
    items.back().number = number;
  }
  report.items = number;
  report.shortened = number > static_cast<int64_t>(items.size());
  return items;
}

}  // namespace

Task<Result<PlanReport>> make_undo_preview(Workbench bench, PlanReport report) {
  DryWorld world(bench.engine, *bench.replica, nullptr);
  PassInput input = bench.input();
  input.sender = nullptr;
  Context context{.engine = world.engine(), .replica = world.replica(), .input = std::move(input)};
  context.run = bench.engine.random.run_id(context.now());
  auto outcome = co_await carry_out_undo(context, report.target, false);
  report.finished_at = context.now();
  std::vector<PlanItem> items;
  if (!outcome) {
    report.state = PlanState::Failed;
    report.error = outcome.error().message;
  } else if (outcome->items == 0) {
    report.state = PlanState::Failed;
    report.error = nothing_to_undo();
  } else {
    report.state = PlanState::Ready;
    report.counts = outcome->counts;
    items = items_of(world.notes(), *outcome, report);
  }
  co_return co_await bench.engine.executor.blocking([&]() -> Result<PlanReport> {
    TRY_VOID(bench.engine.store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
      TRY_VOID(bench.plans.save_plan_items(tx, report.id, items));
      return bench.plans.save_plan(tx, report);
    }));
    return report;
  });
}

}  // namespace mailsync::sync
