#include "sync/same_mailbox.h"

#include <string>

#include "sync/item_turn.h"

namespace mailsync::sync {

namespace {

Result<bool> is_another(Context& context, const std::vector<Collection>& collections) {
  StateStore& store = context.engine.store;
  bool strange = false;
  for (const Kind kind : {Kind::Task, Kind::Email}) {
    bool listed = false;
    for (const Collection& collection : collections) {
      if (collection.kind != kind) continue;
      listed = true;
      TRY(const auto known, store.cursor(context.mailbox(), cursor_name(collection)));
      if (known) return false;
    }
    if (!listed) continue;
    // A first sync that broke off has links already, and no cursor yet.
    TRY(const auto others, store.cursors(context.mailbox(), std::string(model::name_of(kind)) + ":", 1));
    if (others.empty()) continue;
    TRY(const auto links, store.links(context.mailbox(), kind, LinkId{}, 1));
    strange |= !links.empty();
  }
  return strange;
}

}  // namespace

Task<Result<void>> check_same_mailbox(Context& context, std::vector<Collection> collections) {
  auto another = co_await context.engine.executor.blocking([&] { return is_another(context, collections); });
  if (!another) co_return fail(std::move(another).error());
  if (!*another) co_return Result<void>{};
  co_return fail(
      Error{.kind = ErrorKind::Corrupt,
            .message = context.input.mailbox.address +
                       " leads to another mailbox than before: none of its folders is known here. It "
                       "was replaced, or moved to another tenant. Nothing was deleted or copied",
            .vendor_code = std::string(kAnotherMailbox)});
}

}  // namespace mailsync::sync
