// UpdateItem, DeleteItem, MoveItem, SendItem.
#include <algorithm>

#include "lab/fronts/ews/attachments.h"
#include "lab/fronts/ews/render.h"
#include "lab/fronts/ews/stored.h"
#include "lab/mail.h"
#include "lab/meetings.h"
#include "lab/recurrence.h"
#include "lab/zones.h"

namespace mailsync::lab::ews {
namespace {

std::expected<json::object, Problem> patch_of(const Call& call, const Item& item, const json::object& fields,
                                              Node updates) {
  json::object patch;
  for (Node update : children(updates)) {
    auto settings = settings_of_update(update, item.kind);
    if (!settings) return std::unexpected(settings.error());
    if (auto done = apply(call, item.kind, fields, *settings, patch); !done)
      return std::unexpected(done.error());
  }
  return patch;
}

// Completing a repeating task leaves it done and makes the next one (F107).
void repeat_task(Call& call, Item& done) {
  auto* recurrence = object_of(done.fields, "recurrence");
  auto* due = object_of(done.fields, "dueDateTime");
  auto at = due ? parse_local(text_of(*due, "dateTime")) : std::nullopt;
  if (!recurrence || !at) return;
  constexpr int kFar = 3660;
  auto day = date::floor<date::days>(*at);
  auto days = occurrence_days(*recurrence, *at, day + date::days(1), day + date::days(kFar));
  json::object next = done.fields;
  done.fields.erase("recurrence");
  if (days.empty()) return;
  next.erase("completedDateTime");
  next["status"] = "notStarted";
  next["dueDateTime"] = date_time_time_zone(days.front(), "UTC");
  call.world.add(call.mailbox, IdKind::Task, done.container, std::move(next), call.now);
}

std::expected<void, Problem> change_event(Call& call, Item& item, std::optional<uint32_t> day,
                                          json::object patch) {
  std::string send = attribute(call.request, "SendMeetingInvitationsOrCancellations");
  if (send.empty()) return std::unexpected(problem("ErrorSendMeetingInvitationsOrCancellationsRequired"));
  json::object fields = day ? occurrence_fields(item, *day) : item.fields;
  if (day && patch.contains("recurrence")) return std::unexpected(problem("ErrorInvalidPropertySet"));
  if (auto done = settle_event({.call = call, .before = fields, .patch = patch}, !day); !done)
    return std::unexpected(done.error());
  bool mail = send != "SendToNone";
  if (mail && !day) patch["exchange"] = json::object();
  // SendOnlyToChanged mails everyone all the same (F87).
  patch_event(call.world, call.mailbox, item, day, patch, call.now, mail);
  return {};
}

void change_plain(Call& call, Item& item, const json::object& patch) {
  bool was_done = text_of(item.fields, "status") == "completed";
  for (auto& [name, value] : patch) item.fields[name] = value;
  complete_fields(item.kind, item.fields);
  if (item.kind == IdKind::Task && !was_done && text_of(item.fields, "status") == "completed")
    repeat_task(call, item);
  call.world.changed(call.mailbox, item, call.now);
  if (item.kind == IdKind::Message && patch.contains("flag"))
    mirror_flag(call.world, call.mailbox, item, call.now);
}

std::expected<ItemRef, Problem> update_one(Call& call, Node change) {
  auto found = find_item(call, children(change).front());
  if (!found) return found;
  std::string resolution = attribute(call.request, "ConflictResolution");
  if (found->change_key.empty() && resolution != "AlwaysOverwrite" && !found->day)
    return std::unexpected(problem("ErrorChangeKeyRequired"));
  if (resolution == "NeverOverwrite" && !found->change_key.empty())
    if (auto conflict = stale(call, *found)) return std::unexpected(*conflict);
  Item& item = *found->item;
  json::object shown = found->day ? occurrence_fields(item, *found->day) : json::object();
  auto patch = patch_of(call, item, found->day ? shown : item.fields, child(change, "Updates"));
  if (!patch) return std::unexpected(patch.error());
  if (item.kind == IdKind::Event) {
    if (auto done = change_event(call, item, found->day, std::move(*patch)); !done)
      return std::unexpected(done.error());
  } else {
    if (item.kind == IdKind::Message && attribute(call.request, "MessageDisposition").empty())
      return std::unexpected(problem("ErrorMessageDispositionRequired"));
    change_plain(call, item, *patch);
  }
  return found;
}

std::optional<Problem> delete_one(Call& call, Node id) {
  auto found = find_item(call, id);
  if (!found) return found.error();
  if (!found->change_key.empty() && !call.desk.switches.ignore_change_keys &&
      found->change_key != change_key(found->item->version))
    return problem("ErrorIrresolvableConflict");
  Item& item = *found->item;
  bool to_bin = attribute(call.request, "DeleteType") == "MoveToDeletedItems";
  if (item.kind == IdKind::Event) {
    std::string send = attribute(call.request, "SendMeetingCancellations");
    if (send.empty()) return problem("ErrorSendMeetingCancellationsRequired");
    remove_event(call.world, call.mailbox, item, found->day, {}, call.now, send != "SendToNone");
  } else if (item.kind == IdKind::Task && attribute(call.request, "AffectedTaskOccurrences").empty()) {
    return problem("ErrorAffectedTaskOccurrencesRequired");
  } else if (uint64_t bin = call.mailbox.well_known("deleteditems")->number;
             item.kind == IdKind::Message && to_bin && item.container != bin) {
    call.world.move(call.mailbox, item, bin, call.now);
  } else {
    call.world.remove(call.mailbox, item.number, call.now);
  }
  ++call.writes;
  return std::nullopt;
}

std::optional<Problem> send_one(Call& call, Node id) {
  auto found = find_item(call, id);
  if (!found) return found.error();
  if (found->change_key.empty()) return problem("ErrorChangeKeyRequired");
  if (auto conflict = stale(call, *found)) return conflict;
  Item& item = *found->item;
  if (item.kind != IdKind::Message || !flag_of(item.fields, "isDraft"))
    return problem("ErrorInvalidItemForOperationSendItem");
  bool anybody = false;
  for (const char* name : {"toRecipients", "ccRecipients", "bccRecipients"})
    if (auto* list = array_of(item.fields, name)) anybody = anybody || !list->empty();
  if (!anybody) return problem("ErrorInvalidRecipients");
  send_message(call.world, call.mailbox, item.fields, item.attachments, &item,
               is_true(attribute(call.request, "SaveItemToFolder")), "send", call.now);
  ++call.writes;
  return std::nullopt;
}

}  // namespace

void update_item(Call& call) {
  for (Node change : children(child(call.request, "ItemChanges"))) {
    auto done = update_one(call, change);
    if (!done) {
      call.refuse(done.error(), "m:Items");
      continue;
    }
    ++call.writes;
    Node answer = call.respond();
    render_bare(call, add(answer, "m:Items"), *done->item, done->day);
    add(add(answer, "m:ConflictResults"), "t:Count", int64_t{0});
  }
}

void delete_item(Call& call) {
  for (Node id : children(child(call.request, "ItemIds"))) {
    if (auto refused = delete_one(call, id))
      call.refuse(*refused);
    else
      call.respond();
  }
}

void move_item(Call& call) {
  auto target = find_folder_in(call, child(call.request, "ToFolderId"));
  for (Node id : children(child(call.request, "ItemIds"))) {
    auto found = find_item(call, id);
    if (!found || !target || !target->container) {
      call.refuse(!found ? found.error() : problem("ErrorToFolderNotFound"), "m:Items");
      continue;
    }
    if (found->day) {
      call.refuse(problem("ErrorCalendarCannotMoveOrCopyOccurrence"), "m:Items");
      continue;
    }
    call.world.move(call.mailbox, *found->item, target->container->number, call.now);
    ++call.writes;
    Node items = add(call.respond(), "m:Items");
    bool told = text_in(call.request, "ReturnNewItemIds") != "false";
    if (told) render_bare(call, items, *found->item);
  }
}

void send_item(Call& call) {
  for (Node id : children(child(call.request, "ItemIds"))) {
    if (auto refused = send_one(call, id))
      call.refuse(*refused);
    else
      call.respond();
  }
}

}  // namespace mailsync::lab::ews
