#include "sync/replica.h"

namespace mailsync::sync {

Task<Result<RemoteItem>> Replica::rehearse(RemoteWrite write) {
  if (write.op == RemoteWrite::Op::Create)
    co_return RemoteItem{.kind = write.kind, .fields = write.fields, .made_by = write.operation};
  auto now = co_await fetch(write.kind, {write.id});
  CO_TRY(RemoteItem item, std::move(now.front()));
  if (write.base_version && item.version != write.base_version)
    co_return fail(ErrorKind::VersionStale, "the item was changed in the mailbox meanwhile");
  if (write.op == RemoteWrite::Op::Update)
    item.fields = model::overlaid(std::move(item.fields), write.fields);
  co_return item;
}

}  // namespace mailsync::sync
