// A Microsoft 365 mailbox as sync sees it, over Graph. Emails and their marks (replica_mail.cc), contacts
// (replica_contacts.cc), tasks (replica_tasks.cc), meetings (replica_meetings.cc, write_meeting.cc).
//
// Ids: messages, contacts and events by immutable id; a task as "<list>/<task>", because To Do finds it only
// so. Several calls may be under way at once on one object.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mailbox/graph/client.h"
#include "mailbox/graph/cursor.h"
#include "mailbox/graph/folders.h"
#include "mailbox/graph/map.h"
#include "sync/profile.h"
#include "sync/replica.h"

namespace mailsync::graph {

struct ReplicaOptions {
  sync::Profile profile;
  // Folder lists are read again when they are older than this: a pass in between costs one request per
  // collection.
  Duration folders_max_age = std::chrono::minutes(10);
  // The calendar's window is taken anew when it has moved by so many days.
  int window_step_days = 7;
};

class Replica final : public sync::Replica {
 public:
  Replica(std::shared_ptr<Client> client, ReplicaOptions options);

  sync::Capabilities capabilities(model::Kind kind) const override;
  Task<Result<std::vector<sync::Collection>>> collections() override;
  Task<Result<sync::ChangePage>> changes(sync::Collection collection, Cursor cursor) override;
  Task<std::vector<Result<sync::RemoteItem>>> fetch(model::Kind kind, std::vector<RemoteId> ids) override;
  Task<std::vector<Result<model::Email>>> fetch_emails(std::vector<RemoteId> ids) override;
  Task<std::vector<Result<std::vector<sync::RemoteItem>>>> conversations(
      std::vector<std::string> ids) override;
  Task<Result<std::unique_ptr<sync::ByteStream>>> open_blob(RemoteId id, std::string attachment) override;
  Task<Result<std::optional<sync::RemoteItem>>> find_by_operation(model::Kind kind, OperationId operation,
                                                                  model::Fields fields) override;
  Task<Result<sync::RemoteItem>> apply(sync::RemoteWrite write) override;
  Task<Result<sync::RemoteItem>> rehearse(sync::RemoteWrite write) override;
  Task<Result<Version>> set_mark(model::Kind kind, RemoteId id, bool marked) override;

  // Rehearse: read, map and refuse as for a write, and stop before the first request that changes anything.
  enum class Mode { Write, Rehearse };

 private:
  using ItemTask = Task<Result<sync::RemoteItem>>;

  Task<Result<const FolderMap*>> folders();
  Task<Result<std::string>> own_contact_folder();  // created when missing
  Task<Result<void>> ensure_category();
  void place(sync::RemoteItem& item) const;        // container and in_deleted_items, from the parent folder
  void judge_place(sync::RemoteItem& item) const;  // left_scope

  Task<Result<sync::ChangePage>> mail_changes(sync::Collection collection, FeedCursor cursor);
  Task<Result<sync::ChangePage>> contact_changes(sync::Collection collection, FeedCursor cursor);
  Task<Result<sync::ChangePage>> task_changes(sync::Collection collection, FeedCursor cursor);
  Task<Result<sync::ChangePage>> meeting_changes(sync::Collection collection, FeedCursor cursor);

  ItemTask carry_out(sync::RemoteWrite write, Mode mode);
  ItemTask create_contact(sync::RemoteWrite write, Mode mode);
  ItemTask update_contact(sync::RemoteWrite write, Mode mode);
  ItemTask delete_contact(sync::RemoteWrite write, Mode mode);
  ItemTask create_task(sync::RemoteWrite write, Mode mode);
  ItemTask update_task(sync::RemoteWrite write, Mode mode);
  ItemTask delete_task(sync::RemoteWrite write, Mode mode);
  ItemTask create_meeting(sync::RemoteWrite write, Mode mode);
  ItemTask update_meeting(sync::RemoteWrite write, Mode mode);
  ItemTask delete_meeting(sync::RemoteWrite write, Mode mode);
  Task<Result<void>> write_exceptions(WireEvent master, std::vector<model::Occurrence> wanted);
  Task<Result<WireEvent>> find_occurrence(WireEvent master, model::When original_start);
  Task<Result<std::optional<sync::RemoteItem>>> find_contact(OperationId operation);
  Task<Result<std::optional<sync::RemoteItem>>> find_task(OperationId operation);
  Task<Result<std::optional<sync::RemoteItem>>> find_meeting(OperationId operation);

  Task<Result<std::vector<sync::RemoteItem>>> rest_of_conversation(JsonDocument first);

  Task<Result<Version>> mark_email(std::string id, bool marked);
  Task<Result<Version>> mark_contact(std::string id, bool marked);
  Task<Result<Version>> mark_task(std::string id, bool marked);
  Task<Result<Version>> mark_meeting(std::string id, bool marked);

  sync::RemoteItem contact_item(const WireContact& contact) const;
  sync::RemoteItem task_item(WireTask task, const std::string& list) const;
  sync::RemoteItem meeting_item(const WireEvent& event) const;
  Window window_now() const;
  bool is_outside_window(const model::Fields& meeting) const;
  Task<Result<sync::ChangePage>> fold_series(WirePage<WireEvent> page, std::string cursor, bool begins);

  std::shared_ptr<Client> client_;
  ReplicaOptions options_;
  std::optional<FolderMap> folders_;
  bool category_exists_ = false;
  net::RateLimit one_at_a_time_;  // for what must not be created twice: the contact folder, the category

  // Series that this round of the calendar feed has reported, by the cursor whose page brought them: their
  // further occurrences need no further reading. Only good while the feed is walked page by page.
  struct Round {
    std::string last_cursor, next_cursor;
    std::map<std::string, std::string> series;  // id → cursor
  } round_;
};

// The answer to a write shows a field as it was before, though another value was written: it may be the
// server's memory of before, so the item is read (F40).
bool shows_what_was(const model::Fields& before, const model::Fields& written, const model::Fields& answer);

// The item's fields after a write differ from what was there and what we wrote: somebody else changed it
// between our reading and our writing, on a server that does not check preconditions.
bool changed_by_others(const model::Fields& before, const model::Fields& written, const model::Fields& after,
                       const model::FieldNames& may_follow);

// What a write would leave behind: the item with the written fields over what it has.
sync::RemoteItem would_store(sync::RemoteItem item, const sync::RemoteWrite& write);

// "2026-11-22T00:00:00Z"
std::string start_of_day(model::Date date);

// "<list>/<task>"
std::optional<std::pair<std::string, std::string>> parts_of_task_id(std::string_view id);

// Keeps the last of several entries with one id, in the order of their last mention (Graph: "last wins").
template <typename T>
std::vector<T> last_of_each(std::vector<T> items) {
  std::map<std::string, size_t> last;
  for (size_t i = 0; i < items.size(); ++i) last[items[i].id] = i;
  std::vector<T> out;
  out.reserve(last.size());
  for (size_t i = 0; i < items.size(); ++i)
    if (last[items[i].id] == i) out.push_back(std::move(items[i]));
  return out;
}

// Cursor and flags of a page, from its links.
template <typename T>
Result<void> follow_links(const WirePage<T>& page, FeedCursor cursor, sync::ChangePage& out) {
  if (!page.next_link.empty()) {
    cursor.link = page.next_link;
    out.more = true;
  } else if (!page.delta_link.empty()) {
    out.complete_listing = cursor.phase == FeedCursor::Phase::Listing;
    cursor.phase = FeedCursor::Phase::Following;
    cursor.link = page.delta_link;
  } else {
    return fail(ErrorKind::Transient,
                "Microsoft 365 sent a page of changes that leads nowhere; it is asked for again later.");
  }
  out.next = write_cursor(cursor);
  return {};
}

}  // namespace mailsync::graph
