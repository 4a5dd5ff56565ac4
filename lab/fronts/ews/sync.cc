// SyncFolderHierarchy and SyncFolderItems: what changed since a SyncState.
#include <algorithm>
#include <charconv>

#include "lab/fronts/ews/folders.h"
#include "lab/fronts/ews/render.h"
#include "lab/fronts/ews/sync_state.h"

namespace mailsync::lab::ews {
namespace {

constexpr size_t kMostChanges = 512;  // MaxSyncChangesReturnedType

// The state in the request, a new one when there is none, or why it is no good.
std::expected<SyncState, Problem> state_of(const Call& call, const std::string& collection) {
  SyncState fresh{.collection = collection, .told = {}};
  std::string text = text_in(call.request, "SyncState");
  if (text.empty()) return fresh;
  auto state = SyncState::read(text);
  if (!state || state->collection != collection || call.desk.switches.invalid_sync_state)
    return std::unexpected(problem("ErrorInvalidSyncStateData"));
  if (call.desk.switches.reset_sync_state && !state->walking) return fresh;
  return *state;
}

// Folders of all kinds that changed after `since`, by sequence; removed ones too.
std::map<uint64_t, ChangeLog::Entry> folder_changes(const Mailbox& mailbox, uint64_t since) {
  std::map<uint64_t, ChangeLog::Entry> out;
  for (auto& [_, log] : mailbox.container_log)
    for (auto it = log.entries().upper_bound(since); it != log.entries().end(); ++it) out.insert(*it);
  return out;
}

void tell_folder(Call& call, Node changes, const ChangeLog::Entry& entry, uint64_t since,
                 const Container* top, const Shape& shape) {
  if (entry.removed) {
    if (entry.first_seq > since) return;  // came and went, or was there before anybody asked
    Node id = add(add(changes, "t:Delete"), "t:FolderId");
    set(id, "Id",
        ews_text({.mailbox = call.mailbox.number, .kind = IdKind::Container, .number = entry.number}));
    return;
  }
  const Container* folder = call.mailbox.container(entry.number);
  if (!folder || !in_tree(*folder) || !is_below(call.mailbox, *folder, top)) return;
  render_folder(call, add(changes, entry.first_seq > since ? "t:Create" : "t:Update"), folder, shape);
}

struct Page {
  SyncState state;
  bool last = true;
};

void tell_created(Call& call, Node changes, Item& item, const Shape& shape) {
  render_item(call, add(changes, "t:Create"), item, std::nullopt, shape, false);
}

void tell_deleted(const Call& call, Node changes, IdKind kind, uint64_t number, uint32_t place) {
  Node id = add(add(changes, "t:Delete"), "t:ItemId");
  set(id, "Id", ews_text({.mailbox = call.mailbox.number, .kind = kind, .number = number, .place = place}));
  set(id, "ChangeKey", change_key(number));
}

IdKind kind_in(const Container& folder) {
  switch (folder.kind) {
    case ContainerKind::MailFolder:
      return IdKind::Message;
    case ContainerKind::ContactFolder:
      return IdKind::Contact;
    case ContainerKind::TaskList:
      return IdKind::Task;
    case ContainerKind::Calendar:
      return IdKind::Event;
  }
  return IdKind::Message;
}

uint64_t first_seen(const Container& folder, uint64_t number, uint64_t after) {
  for (auto it = folder.log.entries().upper_bound(after); it != folder.log.entries().end(); ++it)
    if (it->second.number == number) return it->second.first_seq;
  return 0;
}

// The first walk: newest first, without what came in after it began.
Page walk(Call& call, Node changes, const Container& folder, SyncState state, size_t most,
          const std::set<std::string>& ignored, const Shape& shape) {
  if (!state.since) state.since = call.mailbox.sequence;
  size_t told = 0;
  bool changed_meanwhile = call.mailbox.sequence > state.since;
  auto it = folder.items.lower_bound(state.below);
  while (it != folder.items.begin()) {
    --it;
    Item& item = *call.mailbox.item(*it);
    bool later = changed_meanwhile && first_seen(folder, *it, state.since) > state.since;
    if (later || ignored.contains(ews_id(call.mailbox, item))) {
      state.below = *it;
      continue;
    }
    if (told == most) return {std::move(state), false};
    tell_created(call, changes, item, shape);
    state.below = *it;
    ++told;
  }
  state.walking = false;
  state.at = state.since;
  return {std::move(state), !changed_meanwhile};
}

void tell_change(Call& call, Node changes, Item& item, bool created, const SyncState& state,
                 const Shape& shape) {
  if (created) return tell_created(call, changes, item, shape);
  auto content = call.desk.contents.find({call.mailbox.number, item.number});
  if (item.kind == IdKind::Message && content != call.desk.contents.end() &&
      content->second.sequence <= state.since) {
    Node mark = add(changes, "t:ReadFlagChange");
    put_item_id(mark, "t:ItemId", call, item);
    add(mark, "t:IsRead", flag_of(item.fields, "isRead"));
    return;
  }
  render_item(call, add(changes, "t:Update"), item, std::nullopt, shape, false);
}

// What changed since the last round, in the order in which it did.
Page changes_since(Call& call, Node changes, const Container& folder, SyncState state, size_t most,
                   const std::set<std::string>& ignored, const Shape& shape) {
  auto& entries = folder.log.entries();
  size_t told = 0;
  for (auto it = entries.upper_bound(std::max(state.at, state.since)); it != entries.end(); ++it) {
    const ChangeLog::Entry& entry = it->second;
    bool created = entry.first_seq > state.since && !state.told.contains(entry.number);
    Item* item = entry.removed ? nullptr : call.mailbox.item(entry.number);
    bool silent = item && ignored.contains(ews_id(call.mailbox, *item));
    // Came and went between two rounds: nobody has heard of it.
    if (!silent && !(entry.removed && created)) {
      if (told == most) return {std::move(state), false};
      if (item)
        tell_change(call, changes, *item, created, state, shape);
      else
        tell_deleted(call, changes, kind_in(folder), entry.number, entry.place);
      ++told;
    }
    if (created && item) state.told.insert(entry.number);
    state.at = it->first;
  }
  state.since = std::max(state.at, call.mailbox.sequence);
  state.at = state.since;
  state.told.clear();
  return {std::move(state), true};
}

// Ids that are not there: deletions nobody announced, creations that GetItem does not find (F54).
void add_ghosts(Call& call, Node changes, const Container& folder) {
  EwsSwitches& switches = call.desk.switches;
  for (; switches.extra_deletions; --switches.extra_deletions)
    tell_deleted(call, changes, kind_in(folder), call.world.new_number(), 0);
  for (; switches.dead_ids; --switches.dead_ids) {
    Item ghost{
        .number = call.world.new_number(), .kind = kind_in(folder), .version = call.world.new_version()};
    render_bare(call, add(changes, "t:Create"), ghost);
  }
}

}  // namespace

void sync_folder_hierarchy(Call& call) {
  auto shape = read_shape(child(call.request, "FolderShape"));
  if (!shape) return void(call.refuse(shape.error()));
  FolderRef top;
  if (Node id = child(call.request, "SyncFolderId")) {
    auto found = find_folder_in(call, id);
    if (!found) return void(call.refuse(problem("ErrorSyncFolderNotFound")));
    top = *found;
  }
  auto state = state_of(call, "folders/" + std::to_string(top.container ? top.container->number : 0));
  if (!state) return void(call.refuse(state.error()));
  uint64_t since = state->since;
  SyncState next{
      .collection = state->collection, .since = call.mailbox.sequence, .walking = false, .told = {}};
  Node answer = call.respond();
  add(answer, "m:SyncState", next.text());
  add(answer, "m:IncludesLastFolderInRange", true);
  Node changes = add(answer, "m:Changes");
  for (auto& [_, entry] : folder_changes(call.mailbox, since))
    tell_folder(call, changes, entry, since, top.container, *shape);
}

void sync_folder_items(Call& call) {
  auto shape = read_shape(child(call.request, "ItemShape"));
  if (!shape) return void(call.refuse(shape.error()));
  auto found = find_folder_in(call, child(call.request, "SyncFolderId"));
  if (!found || !found->container) return void(call.refuse(problem("ErrorSyncFolderNotFound")));
  const Container& folder = *found->container;
  auto state = state_of(call, "items/" + std::to_string(folder.number));
  if (!state) return void(call.refuse(state.error()));
  std::string asked = text_in(call.request, "MaxChangesReturned");
  size_t most = 0;
  std::from_chars(asked.data(), asked.data() + asked.size(), most);
  if (most < 1 || most > kMostChanges) return void(call.refuse(problem("ErrorInvalidSyncStateData")));
  most = std::min(most, std::max<size_t>(call.desk.switches.sync_page_max, 1));
  std::set<std::string> ignored;
  for (Node id : children(child(call.request, "Ignore"))) ignored.insert(attribute(id, "Id"));
  // The changes stand last in the answer, and the state is known only after them.
  pugi::xml_document aside;
  Node changes = add(aside, "m:Changes");
  Page page = state->walking ? walk(call, changes, folder, std::move(*state), most, ignored, *shape)
                             : changes_since(call, changes, folder, std::move(*state), most, ignored, *shape);
  add_ghosts(call, changes, folder);
  Node answer = call.respond();
  add(answer, "m:SyncState", page.state.text());
  add(answer, "m:IncludesLastItemInRange", page.last);
  answer.append_copy(changes);
}

}  // namespace mailsync::lab::ews
