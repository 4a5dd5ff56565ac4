// Sharing one message shares its conversation: what came before it, wherever it is among the folders that are
// followed. Each conversation waits in the store until it has been looked up, so that a crash forgets none.
#include <algorithm>

#include "sync/decide.h"
#include "sync/sweep.h"
#include "sync/tuning.h"
#include "sync/turn.h"

namespace mailsync::sync {

namespace {

using Places = std::vector<std::pair<std::string, CursorState>>;

// Too many to ask for one by one, or a server that cannot be asked: the folders are read once more instead.
Result<void> sweep_instead(Context& context) {
  StateStore& store = context.engine.store;
  TRY(auto applied, load_applied(store, context.mailbox()));
  if (!applied) applied.emplace();
  applied->sweeping.insert(Kind::Email);
  TRY(const auto begun, store.cursors(context.mailbox(), kSweepPrefix, kLinkPage));
  TRY(const auto waiting, store.cursors(context.mailbox(), kConversationPrefix, 100 * kLinkPage));
  return store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY_VOID(store.check_lease(tx, context.input.lease));
    for (const auto* places : {&begun, &waiting})
      for (const auto& [name, state] : *places) TRY_VOID(store.forget_cursor(tx, context.mailbox(), name));
    return save_applied(store, tx, context.mailbox(), *applied, context.now());
  });
}

}  // namespace

Task<Result<void>> conversation_turn(Context& context) {
  if (!context.profile().share_whole_conversation) co_return Result<void>{};
  auto waiting = co_await context.engine.executor.blocking([&] {
    return context.engine.store.cursors(context.mailbox(), kConversationPrefix, kConversationsAtMost + 1);
  });
  if (!waiting) co_return fail(std::move(waiting).error());
  bool one_by_one = waiting->size() <= kConversationsAtMost;
  for (size_t at = 0; one_by_one && at < waiting->size(); at += kConversationsAtOnce) {
    const size_t end = std::min(waiting->size(), at + kConversationsAtOnce);
    std::vector<std::string> ids;
    for (size_t i = at; i < end; ++i) ids.push_back((*waiting)[i].first.substr(kConversationPrefix.size()));
    const auto found = co_await context.replica.conversations(ids);
    EmailBatch batch{.name = "conversations"};
    for (size_t i = 0; i < found.size(); ++i) {
      if (!found[i]) {
        const ErrorKind kind = found[i].error().kind;
        const Next next = decide(kind);
        if (kind == ErrorKind::Unsupported)
          one_by_one = false;
        else if (next != Next::ParkItem && next != Next::TakeAsGone)
          co_return fail(found[i].error());
        else  // one that cannot be read holds up none of the others
          batch.forget.push_back((*waiting)[at + i].first);
        continue;
      }
      batch.items.insert(batch.items.end(), found[i]->begin(), found[i]->end());
      batch.forget.push_back((*waiting)[at + i].first);
    }
    CO_TRY_VOID(co_await take_emails(context, std::move(batch)));
  }
  if (one_by_one) co_return Result<void>{};
  co_return co_await context.engine.executor.blocking([&] { return sweep_instead(context); });
}

}  // namespace mailsync::sync
