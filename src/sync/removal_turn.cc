#include <algorithm>

#include "sync/guarded.h"
#include "sync/plan_email.h"
#include "sync/tuning.h"
#include "sync/turn.h"

namespace mailsync::sync {

namespace {

// What a fetch by id says of hinted items: moved ones are present, the rest is gone for certain (F70).
struct Checked {
  std::vector<RemoteItem> items;  // present, or gone with in_deleted_items set and only the id known
  std::vector<RemovalHint> answered;
};

Task<Result<Checked>> check_by_id(Context& context, Kind kind, std::vector<RemovalHint> hints) {
  std::vector<RemoteId> ids;
  for (const RemovalHint& hint : hints)
    if (std::ranges::find(ids, hint.remote_id) == ids.end()) ids.push_back(hint.remote_id);
  auto fetched = co_await context.replica.fetch(kind, ids);
  Checked out;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (fetched[i]) {
      out.items.push_back(*std::move(fetched[i]));
    } else if (fetched[i].error().kind == ErrorKind::Gone) {
      out.items.push_back({.kind = kind, .id = ids[i], .in_deleted_items = true});
    } else if (fetched[i].error().kind == ErrorKind::ItemInvalid) {
      continue;  // cannot be read now: the hint stays for the next round
    } else {
      co_return fail(std::move(fetched[i]).error());
    }
    for (const RemovalHint& hint : hints)
      if (hint.remote_id == ids[i]) out.answered.push_back(hint);
  }
  co_return out;
}

Plan plan_email_removal(const Situation& s) {
  if (!s.link || !s.item) return {.skipped = "unchanged"};
  EmailPlan email = plan_linked_email(s.presence, *s.item, *s.link, s.now);
  if (!email.link) return {.skipped = "unchanged"};
  Plan plan{.cause = std::move(email.cause), .rule = std::move(email.rule)};
  plan.link = std::move(email.link);
  return plan;
}

Task<Result<void>> remove_kind(Context& context, Kind kind, std::vector<RemovalHint> hints) {
  std::vector<Planned> items;
  std::vector<RemovalHint> answered;
  for (size_t at = 0; at < hints.size(); at += kRemovalPage) {
    const size_t end = std::min(hints.size(), at + kRemovalPage);
    CO_TRY(Checked checked, co_await check_by_id(context, kind,
                                                 {hints.begin() + static_cast<ptrdiff_t>(at),
                                                  hints.begin() + static_cast<ptrdiff_t>(end)}));
    CO_TRY(auto situations, co_await gather_items(context, kind, std::move(checked.items)));
    for (Situation& s : situations) {
      Plan planned = kind == Kind::Email ? plan_email_removal(s) : plan(s);
      items.push_back({.situation = std::move(s), .plan = std::move(planned)});
    }
    answered.insert(answered.end(), checked.answered.begin(), checked.answered.end());
  }
  Batch batch{.kind = kind, .forget = std::move(answered)};
  if (kind == Kind::Email) {  // the CRM keeps them, whatever becomes of them in the mailbox: nothing to guard
    batch.items = std::move(items);
    co_return co_await carry_out(context, std::move(batch));
  }
  CO_TRY(Guarded guarded, co_await guard_deletions(context, HeldSide::Mailbox, kind, items));
  if (guarded.hold != Hold::No) {
    // The hints stay, so that an answer, or the items' return, finds them again.
    CO_TRY(Planned notice, co_await hold_deletions(context, guarded, items));
    const auto waits = [&](const Planned& planned) { return is_unanswered(guarded.answer, planned); };
    std::erase_if(batch.forget, [&](const RemovalHint& hint) {
      return std::ranges::any_of(items, [&](const Planned& planned) {
        return waits(planned) && planned.situation.item && planned.situation.item->id == hint.remote_id;
      });
    });
    std::erase_if(items, waits);
    items.push_back(std::move(notice));
  }
  batch.items = std::move(items);
  CO_TRY_VOID(co_await carry_out(context, std::move(batch)));
  co_return co_await settle_deletions(context, std::move(guarded));
}

}  // namespace

Task<Result<void>> removal_turn(Context& context) {
  auto hints = co_await context.engine.executor.blocking(
      [&] { return context.engine.store.removals(context.mailbox()); });
  if (!hints) co_return fail(std::move(hints).error());
  for (const Kind kind : model::kKinds) {
    std::vector<RemovalHint> of_kind;
    for (const RemovalHint& hint : *hints)
      if (hint.kind == kind) of_kind.push_back(hint);
    if (of_kind.empty() && !is_held(context, HeldSide::Mailbox, kind)) continue;
    for (int tries = 0;; ++tries) {
      auto done = co_await remove_kind(context, kind, of_kind);
      if (done) break;
      if (done.error().kind != ErrorKind::VersionStale || tries >= kReplans) co_return done;
      CO_TRY_VOID(co_await resume(context));
    }
  }
  co_return Result<void>{};
}

}  // namespace mailsync::sync
