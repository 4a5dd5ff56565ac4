#include "sync/held.h"

#include <algorithm>
#include <iterator>

#include "sync/tuning.h"

namespace mailsync::sync {

namespace {

Result<std::set<LinkId>> links_of(PlanStore& plans, PlanId id) {
  std::set<LinkId> out;
  PlanItemFilter filter;
  for (;;) {
    TRY(const auto page, plans.plan_items(id, filter, kLinkPage));
    for (const PlanItem& item : page) out.insert(item.link);
    if (page.size() < kLinkPage) return out;
    filter.after = page.back().number;
  }
}

// Newest first.
Result<std::vector<PlanReport>> plans_of(Context& context, const std::string& key, PlanState state) {
  TRY(auto out, context.engine.plans->plans({.account = context.input.mailbox.account,
                                             .mailbox = context.mailbox(),
                                             .purpose = PlanPurpose::Held,
                                             .state = state},
                                            kCrmPage));
  std::erase_if(out, [&](const PlanReport& report) { return report.key != key; });
  return out;
}

LinkId link_of(const Planned& planned) {
  return planned.situation.link ? planned.situation.link->id : LinkId{};
}

// Both sides stay as they are.
void refuse(Planned& planned) {
  Plan& plan = planned.plan;
  const bool from_crm = plan.remote.has_value();
  plan.crm.reset();
  plan.remote.reset();
  plan.rule = "a person refused the deletion";
  plan.link = planned.situation.link;
  if (plan.link) plan.link->state = from_crm ? LinkState::Tombstone : LinkState::Dismissed;
}

}  // namespace

Task<Result<HeldAnswer>> held_answer(Context& context, std::string key) {
  if (!context.engine.plans) co_return HeldAnswer{};
  co_return co_await context.engine.executor.blocking([&]() -> Result<HeldAnswer> {
    HeldAnswer out;
    for (const PlanState state : {PlanState::Approved, PlanState::Rejected}) {
      TRY(const auto answered, plans_of(context, key, state));
      for (const PlanReport& report : answered) {
        if (report.finished_at.us != 0) continue;
        TRY(const auto links, links_of(*context.engine.plans, report.id));
        (state == PlanState::Approved ? out.approved : out.rejected).insert(links.begin(), links.end());
        out.answered.push_back(report);
      }
    }
    return out;
  });
}

bool is_unanswered(const HeldAnswer& answer, const Planned& planned) {
  const LinkId link = link_of(planned);
  return planned.plan.deletes() && !answer.approved.contains(link) && !answer.rejected.contains(link);
}

int64_t apply_answer(const HeldAnswer& answer, std::vector<Planned>& items) {
  int64_t left = 0;
  for (Planned& planned : items) {
    if (!planned.plan.deletes()) continue;
    if (answer.approved.contains(link_of(planned)))
      planned.plan.rule = "a person approved the deletion";
    else if (answer.rejected.contains(link_of(planned)))
      refuse(planned);
    else
      ++left;
  }
  return left;
}

PlanItem held_item(const Planned& planned) {
  const Situation& s = planned.situation;
  const bool in_mailbox = planned.plan.remote.has_value();
  const Fields fields = in_mailbox && s.link ? s.link->base.mailbox : s.record ? s.record->fields : Fields{};
  PlanItem out{.kind = s.kind,
               .side = in_mailbox ? JournalEntry::Side::Mailbox : JournalEntry::Side::Crm,
               .action = planned.plan.writes() ? PlanAction::Delete : PlanAction::Keep,
               .title = title_of(s.kind, fields),
               .before = model::to_json(fields),
               .cause = planned.plan.cause,
               .rule = planned.plan.rule,
               .note = planned.plan.writes() ? "" : "The record stays; the item is not offered again."};
  if (s.link) {
    out.remote_id = s.link->remote_id;
    out.record = s.link->record;
    out.link = s.link->id;
  }
  return out;
}

namespace {

Result<void> save_held(Context& context, const std::string& key, Kind kind, const std::string& title,
                       std::vector<PlanItem>& deletions) {
  PlanStore& plans = *context.engine.plans;
  std::set<LinkId> wanted;
  Counts counts;
  for (size_t i = 0; i < deletions.size(); ++i) {
    wanted.insert(deletions[i].link);
    deletions[i].number = static_cast<int64_t>(i) + 1;
    const bool in_crm = deletions[i].side == JournalEntry::Side::Crm;
    if (deletions[i].action == PlanAction::Delete)
      ++(in_crm ? counts.to_crm_deleted : counts.to_mailbox_deleted);
  }
  TRY(const auto waiting, plans_of(context, key, PlanState::Waiting));
  PlanReport report{.mailbox = context.mailbox(),
                    .purpose = PlanPurpose::Held,
                    .state = PlanState::Waiting,
                    .key = key,
                    .created_at = context.now()};
  if (!waiting.empty()) {
    report = waiting.front();
    TRY(const auto shown, links_of(plans, report.id));
    if (shown == wanted) return {};
  }
  report.title = title;
  report.counts = {{kind, counts}};
  report.items = static_cast<int64_t>(deletions.size());
  return context.engine.store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY_VOID(context.engine.store.check_lease(tx, context.input.lease));
    if (!waiting.empty()) TRY_VOID(plans.clear_plan_items(tx, report.id));
    TRY_VOID(plans.forget_plans(tx, report.mailbox, report.purpose, kPlansKept, context.now() - kPlanAge));
    TRY_VOID(plans.save_plan(tx, report));
    return plans.save_plan_items(tx, report.id, deletions);
  });
}

}  // namespace

Task<Result<void>> hold_plan(Context& context, std::string key, Kind kind, std::string title,
                             std::vector<PlanItem> deletions) {
  if (!context.engine.plans) co_return Result<void>{};
  co_return co_await context.engine.executor.blocking(
      [&] { return save_held(context, key, kind, title, deletions); });
}

Task<Result<void>> settle_answer(Context& context, std::string key, HeldAnswer answer, bool was_held) {
  if (!context.engine.plans || (answer.is_empty() && !was_held)) co_return Result<void>{};
  co_return co_await context.engine.executor.blocking([&]() -> Result<void> {
    std::vector<PlanReport> ended = std::move(answer.answered);
    if (was_held) {
      TRY(auto waiting, plans_of(context, key, PlanState::Waiting));
      std::ranges::move(waiting, std::back_inserter(ended));
    }
    if (ended.empty()) return {};
    return context.engine.store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
      TRY_VOID(context.engine.store.check_lease(tx, context.input.lease));
      for (PlanReport& report : ended) {
        if (report.state != PlanState::Rejected) report.state = PlanState::Done;
        report.finished_at = context.now();
        report.run = context.run;
        TRY_VOID(context.engine.plans->save_plan(tx, report));
      }
      return {};
    });
  });
}

}  // namespace mailsync::sync
