#include "sync/dry_replica.h"

#include "model/meeting.h"

namespace mailsync::sync {

namespace {

class NoBytes final : public ByteStream {
 public:
  Task<Result<std::string>> next() override { co_return std::string(); }
};

size_t attendees(const Fields& fields) {
  const auto meeting = model::meeting_from(fields);
  return meeting && meeting->attendees.is_set() ? meeting->attendees.value().size() : 0;
}

}  // namespace

std::optional<RemoteItem> DryReplica::laid_over(RemoteItem item) const {
  const Key key{item.kind, item.id.value};
  if (deleted_.contains(key)) return std::nullopt;
  const auto own = written_.find(key);
  if (own == written_.end()) return item;
  item.fields = model::overlaid(std::move(item.fields), own->second.fields);
  item.version = own->second.version;
  return item;
}

Task<Result<ChangePage>> DryReplica::changes(Collection collection, Cursor cursor) {
  CO_TRY(ChangePage page, co_await inner_.changes(std::move(collection), std::move(cursor)));
  for (Change& change : page.changes) {
    if (change.presence != Presence::Present) continue;
    notes_.seen(change.item);
    const RemoteId id = change.item.id;
    const Kind kind = change.item.kind;
    if (auto item = laid_over(std::move(change.item)))
      change.item = *std::move(item);
    else
      change = {.presence = Presence::Removed, .item = {.kind = kind, .id = id}, .error = std::nullopt};
  }
  co_return page;
}

Task<std::vector<Result<RemoteItem>>> DryReplica::fetch(Kind kind, std::vector<RemoteId> ids) {
  std::vector<RemoteId> stored;
  for (const RemoteId& id : ids)
    if (!id.value.starts_with("dry:")) stored.push_back(id);
  auto read = co_await inner_.fetch(kind, stored);
  std::vector<Result<RemoteItem>> out;
  size_t next = 0;
  for (const RemoteId& id : ids) {
    const auto own = written_.find({kind, id.value});
    Result<RemoteItem> item = fail(ErrorKind::Gone, "the item is not in the mailbox any more");
    if (!id.value.starts_with("dry:"))
      item = std::move(read[next++]);
    else if (own != written_.end())
      item = own->second;
    if (item) {
      notes_.seen(*item);
      auto mine = laid_over(*std::move(item));
      item = mine ? Result<RemoteItem>(*std::move(mine))
                  : Result<RemoteItem>(fail(ErrorKind::Gone, "the item is not in the mailbox any more"));
    }
    out.push_back(std::move(item));
  }
  co_return out;
}

Task<Result<std::unique_ptr<ByteStream>>> DryReplica::open_blob(RemoteId, std::string) {
  co_return std::make_unique<NoBytes>();
}

Task<Result<std::optional<RemoteItem>>> DryReplica::find_by_operation(Kind kind, OperationId operation,
                                                                      Fields fields) {
  if (const auto own = by_operation_.find(operation.value); own != by_operation_.end())
    co_return written_.at({kind, own->second.value});
  co_return co_await inner_.find_by_operation(kind, std::move(operation), std::move(fields));
}

Task<Result<RemoteItem>> DryReplica::apply(RemoteWrite write) {
  const Key key{write.kind, write.id.value};
  if (write.op != RemoteWrite::Op::Create && deleted_.contains(key))
    co_return fail(ErrorKind::Gone, "the item is not in the mailbox any more");
  const auto before = written_.find(key);
  if (before != written_.end() && before->second.version != write.base_version && write.base_version)
    co_return fail(ErrorKind::VersionStale, "the item was changed in the mailbox meanwhile");
  RemoteItem stored{.kind = write.kind, .id = write.id};
  if (before != written_.end()) {
    stored = before->second;
    stored.fields = model::overlaid(std::move(stored.fields), write.fields);
  } else {
    CO_TRY(stored, co_await inner_.rehearse(write));
  }
  const bool mails = write.may_mail_others && write.kind == Kind::Meeting;
  if (const size_t people = mails ? attendees(stored.fields) : 0; people > 0)
    notes_.mail(write.kind, write.id, title_of(write.kind, stored.fields), people);
  if (write.op == RemoteWrite::Op::Delete) {
    written_.erase(key);
    deleted_.insert(key);
    co_return RemoteItem{.kind = write.kind, .id = write.id};
  }
  stored.version = Version{"dry:" + std::to_string(++made_)};
  if (write.op == RemoteWrite::Op::Create) {
    stored.id = RemoteId{"dry:" + write.operation.value};
    stored.made_by = write.operation;
    stored.marked = write.mark;
    by_operation_.insert_or_assign(write.operation.value, stored.id);
  }
  written_.insert_or_assign({stored.kind, stored.id.value}, stored);
  notes_.seen(stored);
  co_return stored;
}

Task<Result<Version>> DryReplica::set_mark(Kind, RemoteId, bool) {
  co_return Version{"dry:" + std::to_string(++made_)};
}

}  // namespace mailsync::sync
