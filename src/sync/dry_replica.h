// A mailbox as a dry run sees it: everything is read, nothing is written; what this run would have written
// lies over what is there.
#pragma once

#include <map>
#include <set>
#include <string>

#include "sync/dry_notes.h"
#include "sync/replica.h"

namespace mailsync::sync {

class DryReplica final : public Replica {
 public:
  // Both outlive it. One mailbox, one run.
  DryReplica(Replica& inner, DryNotes& notes) : inner_(inner), notes_(notes) {}

  Capabilities capabilities(Kind kind) const override { return inner_.capabilities(kind); }
  Task<Result<std::vector<Collection>>> collections() override { return inner_.collections(); }
  Task<Result<ChangePage>> changes(Collection collection, Cursor cursor) override;
  Task<std::vector<Result<RemoteItem>>> fetch(Kind kind, std::vector<RemoteId> ids) override;
  Task<std::vector<Result<model::Email>>> fetch_emails(std::vector<RemoteId> ids) override {
    return inner_.fetch_emails(std::move(ids));
  }
  Task<std::vector<Result<std::vector<RemoteItem>>>> conversations(std::vector<std::string> ids) override {
    return inner_.conversations(std::move(ids));
  }
  // Attachments are not read: they change no count, and may be large.
  Task<Result<std::unique_ptr<ByteStream>>> open_blob(RemoteId id, std::string attachment) override;
  Task<Result<std::optional<RemoteItem>>> find_by_operation(Kind kind, OperationId operation,
                                                            Fields fields) override;
  Task<Result<RemoteItem>> apply(RemoteWrite write) override;
  Task<Result<Version>> set_mark(Kind kind, RemoteId id, bool marked) override;

 private:
  using Key = std::pair<Kind, std::string>;

  std::optional<RemoteItem> laid_over(RemoteItem item) const;  // nullopt: this run deleted it

  Replica& inner_;
  DryNotes& notes_;
  int64_t made_ = 0;
  std::map<Key, RemoteItem> written_;  // what would be stored
  std::set<Key> deleted_;
  std::map<std::string, RemoteId> by_operation_;
};

}  // namespace mailsync::sync
