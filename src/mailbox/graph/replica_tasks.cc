#include "mailbox/graph/replica.h"

namespace mailsync::graph {

using model::Kind;
using sync::RemoteItem;

namespace {

Error stale() {
  return {.kind = ErrorKind::VersionStale,
          .message = "The task was changed in the mailbox meanwhile; it is read and merged again.",
          .vendor_code = "",
          .request_id = {},
          .retry_after = {}};
}

Error no_such_task() {
  return {.kind = ErrorKind::Gone,
          .message = "The task does not exist any more.",
          .vendor_code = "",
          .request_id = {},
          .retry_after = {}};
}

// What the server changes by itself when these are written: finishing sets the day, a repeating task moves on
// (F107).
const model::FieldNames kFollow = {"completed_on", "status", "due", "start", "reminder_at", "recurrence"};

}  // namespace

std::optional<std::pair<std::string, std::string>> parts_of_task_id(std::string_view id) {
  const size_t slash = id.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  return std::pair(std::string(id.substr(0, slash)), std::string(id.substr(slash + 1)));
}

RemoteItem Replica::task_item(WireTask task, const std::string& list) const {
  RemoteItem item = item_of(task, options_.profile.category);
  item.id = RemoteId{list + "/" + task.id};
  item.container = list;
  return item;
}

Task<Result<sync::ChangePage>> Replica::task_changes(sync::Collection collection, FeedCursor cursor) {
  CO_TRY(auto page, co_await client_->tasks_delta(collection.id, cursor.link));
  sync::ChangePage out;
  for (WireTask& task : last_of_each(std::move(page.items))) {
    sync::Change change;
    if (task.removed) {
      change.presence = sync::Presence::Removed;
      change.item.kind = Kind::Task;
      change.item.id = RemoteId{collection.id + "/" + task.id};
      change.item.container = collection.id;
    } else {
      change.item = task_item(std::move(task), collection.id);
    }
    out.changes.push_back(std::move(change));
  }
  CO_TRY_VOID(follow_links(page, std::move(cursor), out));
  co_return out;
}

Task<Result<RemoteItem>> Replica::create_task(sync::RemoteWrite write, Mode mode) {
  CO_TRY(const model::Task task, model::task_from(write.fields));
  CO_TRY(WireTask wire, wire_of(task, nullptr));
  wire.operation = write.operation.value;
  if (write.mark) wire.categories = std::vector<std::string>{options_.profile.category};
  CO_TRY(const FolderMap* map, co_await folders());
  const std::string list = map->default_list;
  if (list.empty())
    co_return fail(ErrorKind::Forbidden,
                   "Microsoft To Do cannot be reached in this mailbox: an administrator must "
                   "grant the Tasks permission.");
  if (mode == Mode::Rehearse) co_return would_store({}, write);
  CO_TRY(WireTask stored, co_await client_->create_task(list, write_task(wire)));
  if (stored.id.empty())
    co_return fail(ErrorKind::Ambiguous,
                   "Creating a task: Microsoft 365 did not say what it created; it is looked for.");
  if (stored.change_key.empty()) {
    CO_TRY(stored, co_await client_->task(list, stored.id));
  }
  RemoteItem item = task_item(std::move(stored), list);
  item.made_by = write.operation;
  co_return item;
}

Task<Result<RemoteItem>> Replica::update_task(sync::RemoteWrite write, Mode mode) {
  CO_TRY(const model::Task task, model::task_from(write.fields));
  const auto parts = parts_of_task_id(write.id.value);
  if (!parts) co_return fail(no_such_task());
  CO_TRY(const WireTask current, co_await client_->task(parts->first, parts->second));
  if (write.base_version && current.change_key != write.base_version.value) co_return fail(stale());
  CO_TRY(const WireTask wire, wire_of(task, &current));
  const std::string json = write_task(wire);
  const RemoteItem before = task_item(current, parts->first);
  if (json == "{}") co_return before;
  if (mode == Mode::Rehearse) co_return would_store(before, write);
  CO_TRY(WireTask stored,
         co_await client_->patch_task(parts->first, parts->second, json, current.change_key));
  if (stored.id.empty() || stored.change_key.empty() ||
      shows_what_was(before.fields, write.fields, task_item(stored, parts->first).fields)) {
    CO_TRY(stored, co_await client_->task(parts->first, parts->second));
  }
  RemoteItem item = task_item(std::move(stored), parts->first);
  const bool may_follow = write.fields.contains("status") || write.fields.contains("recurrence") ||
                          write.fields.contains("completed_on");
  if (changed_by_others(before.fields, write.fields, item.fields, may_follow ? kFollow : model::FieldNames{}))
    co_return fail(stale());
  item.made_by = before.made_by;
  co_return item;
}

Task<Result<RemoteItem>> Replica::delete_task(sync::RemoteWrite write, Mode mode) {
  const auto parts = parts_of_task_id(write.id.value);
  if (!parts) co_return fail(no_such_task());
  CO_TRY(const WireTask current, co_await client_->task(parts->first, parts->second));
  if (write.base_version && current.change_key != write.base_version.value) co_return fail(stale());
  if (mode == Mode::Rehearse) co_return would_store(task_item(current, parts->first), write);
  CO_TRY_VOID(co_await client_->delete_task(parts->first, parts->second, current.change_key));
  co_return RemoteItem{.kind = Kind::Task, .id = write.id};
}

// To Do cannot be searched by a linked resource, so the list is read, newest first. What an interrupted run
// created is among the first; the bound keeps a huge list from eating the budget.
Task<Result<std::optional<RemoteItem>>> Replica::find_task(OperationId operation) {
  constexpr int kPages = 50;
  CO_TRY(const FolderMap* map, co_await folders());
  const std::string list = map->default_list;
  if (list.empty()) co_return std::nullopt;
  std::string link;
  for (int pages = 0; pages < kPages; ++pages) {
    CO_TRY(const auto page, co_await client_->tasks_with_links(list, link));
    for (const WireTask& task : page.items)
      if (task.operation == operation.value) co_return task_item(task, list);
    if (page.next_link.empty()) co_return std::nullopt;
    link = page.next_link;
  }
  co_return std::nullopt;
}

Task<Result<Version>> Replica::mark_task(std::string id, bool marked) {
  const auto parts = parts_of_task_id(id);
  if (!parts) co_return fail(no_such_task());
  CO_TRY(const WireTask now, co_await client_->task(parts->first, parts->second));
  const auto before = now.categories.value_or({});
  const auto wanted = with_category(before, options_.profile.category, marked);
  if (wanted == before) co_return Version{now.change_key};
  CO_TRY(const WireTask stored,
         co_await client_->patch_task(parts->first, parts->second, write_categories(wanted), now.change_key));
  co_return Version{stored.change_key};
}

}  // namespace mailsync::graph
