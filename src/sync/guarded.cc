#include "sync/guarded.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sync/tuning.h"

namespace mailsync::sync {

namespace {

struct Words {
  std::string_view title, cause, effect, remedy;
};

Words words_of(HeldSide side, Hold hold) {
  constexpr std::string_view kMany =
      "More disappeared within a day than a person usually deletes (5 % of this mailbox's, at least 3, at "
      "most "
      "100).";
  constexpr std::string_view kManyOfAll =
      "More disappeared within a day over all mailboxes than people usually delete (5 %, at least 100).";
  constexpr std::string_view kListing =
      "The server listed this folder anew, and the listing was empty or much shorter than before; the items "
      "cannot be found by their ids either.";
  const std::string_view cause = hold == Hold::Listing   ? kListing
                                 : hold == Hold::Account ? kManyOfAll
                                                         : kMany;
  if (side == HeldSide::Crm)
    return {.title = "were deleted in the CRM at once; their copies in the mailbox were kept",
            .cause = cause,
            .effect = "Changes of this kind in the CRM wait behind it; changes in the mailbox go on.",
            .remedy = "If this was meant, approve the deletions; else restore the records in the CRM."};
  return {.title = "disappeared from the mailbox at once; nothing was deleted",
          .cause = cause,
          .effect =
              "The records and their links stay as they are. Everything else goes on, and the mailbox is "
              "read as always.",
          .remedy =
              "If this was meant, approve the deletions; else restore the items in the mailbox, and sync "
              "goes on by itself."};
}

Result<DeletionFacts> facts_of(Context& context, Kind kind) {
  StateStore& store = context.engine.store;
  const Instant since = context.now() - kMassWindow;
  DeletionFacts facts;
  TRY(facts.links, store.count_links(context.mailbox(), kind));
  TRY(facts.recent, store.deletions_since(context.mailbox(), kind, since));
  TRY(std::tie(facts.account_links, facts.account_recent),
      store.account_deletions(context.input.mailbox.account, kind, since));
  return facts;
}

Task<Result<Hold>> judge(Context& context, HeldSide side, Kind kind, int64_t planned) {
  if (planned == 0) co_return Hold::No;
  const bool doubtful = side == HeldSide::Mailbox && (context.doubtful.contains(kind) ||
                                                      context.open.has(held_key(side, kind, Hold::Listing)));
  auto facts = co_await context.engine.executor.blocking([&] { return facts_of(context, kind); });
  if (!facts) co_return fail(std::move(facts).error());
  co_return judge_deletions(*facts, planned, doubtful);
}

// Closes what is open, or was opened in this pass.
std::optional<Planned> held_no_more(const Context& context, HeldSide side, Kind kind) {
  Planned notice{.plan = {.skipped = "unchanged"}};
  notice.situation.kind = kind;
  for (const Hold hold : {Hold::Mailbox, Hold::Listing}) {
    const std::string key = held_key(side, kind, hold);
    const bool opened = side == HeldSide::Mailbox && hold == Hold::Listing && context.doubtful.contains(kind);
    const bool named = std::ranges::find(notice.plan.solved, key) != notice.plan.solved.end();
    if ((context.open.has(key) || opened) && !named) notice.plan.solved.push_back(key);
  }
  if (notice.plan.solved.empty()) return std::nullopt;
  return notice;
}

}  // namespace

std::string held_key(HeldSide side, Kind kind, Hold hold) {
  return std::string(side == HeldSide::Crm   ? "held:crm:"
                     : hold == Hold::Listing ? "held:listing:"
                                             : "held:") +
         std::string(model::name_of(kind));
}

Planned held_notice(const Context& context, HeldSide side, Kind kind, Hold hold, int64_t planned) {
  const Words words = words_of(side, hold);
  Planned notice{.plan = {.skipped = "held"}};
  notice.situation.kind = kind;
  notice.plan.issues.push_back({.mailbox = context.mailbox(),
                                .key = held_key(side, kind, hold),
                                .kind = kind,
                                .severity = "error",
                                .title = std::to_string(planned) + " " + std::string(model::name_of(kind)) +
                                         (planned == 1 ? " " : "s ") + std::string(words.title),
                                .cause = std::string(words.cause),
                                .effect = std::string(words.effect),
                                .remedy = std::string(words.remedy),
                                .opened_at = context.now()});
  return notice;
}

bool is_held(const Context& context, HeldSide side, Kind kind) {
  return held_no_more(context, side, kind).has_value();
}

Task<Result<Guarded>> guard_deletions(Context& context, HeldSide side, Kind kind,
                                      std::vector<Planned>& items) {
  Guarded guarded{.side = side, .kind = kind};
  CO_TRY(guarded.answer, co_await held_answer(context, held_key(side, kind, Hold::Mailbox)));
  guarded.waiting = apply_answer(guarded.answer, items);
  CO_TRY(guarded.hold, co_await judge(context, side, kind, guarded.waiting));
  if (guarded.hold == Hold::No)
    if (auto solved = held_no_more(context, side, kind)) items.push_back(*std::move(solved));
  co_return guarded;
}

Task<Result<Planned>> hold_deletions(Context& context, const Guarded& guarded,
                                     const std::vector<Planned>& items) {
  Planned notice = held_notice(context, guarded.side, guarded.kind, guarded.hold, guarded.waiting);
  std::vector<PlanItem> shown;
  for (const Planned& planned : items)
    if (is_unanswered(guarded.answer, planned)) shown.push_back(held_item(planned));
  CO_TRY_VOID(co_await hold_plan(context, held_key(guarded.side, guarded.kind, Hold::Mailbox), guarded.kind,
                                 notice.plan.issues.front().title, std::move(shown)));
  co_return notice;
}

Task<Result<void>> settle_deletions(Context& context, Guarded guarded) {
  if (guarded.hold != Hold::No) co_return Result<void>{};
  const bool was_held = is_held(context, guarded.side, guarded.kind);
  co_return co_await settle_answer(context, held_key(guarded.side, guarded.kind, Hold::Mailbox),
                                   std::move(guarded.answer), was_held);
}

}  // namespace mailsync::sync
