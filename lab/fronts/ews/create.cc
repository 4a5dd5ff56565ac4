// CreateItem: messages as drafts, as received, or sent; contacts, tasks, meetings; and responses to meetings.
#include <algorithm>
#include <charconv>

#include "lab/fronts/ews/attachments.h"
#include "lab/fronts/ews/base64.h"
#include "lab/fronts/ews/render.h"
#include "lab/fronts/ews/stored.h"
#include "lab/load_mime.h"
#include "lab/mail.h"
#include "lab/meetings.h"

namespace mailsync::lab::ews {
namespace {

using Created = std::expected<Item*, Problem>;  // null: sent, nothing is kept

std::optional<IdKind> kind_of(Node item) {
  auto name = local_name(item);
  if (name == "Message" || name == "Item") return IdKind::Message;
  if (name == "Contact") return IdKind::Contact;
  if (name == "Task") return IdKind::Task;
  if (name == "CalendarItem") return IdKind::Event;
  return std::nullopt;
}

std::expected<uint64_t, Problem> home_for(const Call& call, IdKind kind, bool draft) {
  if (Node wanted = child(call.request, "SavedItemFolderId")) {
    auto folder = find_folder_in(call, wanted);
    if (!folder) return std::unexpected(folder.error());
    if (!folder->container) return std::unexpected(problem("ErrorFolderNotFound"));
    return folder->container->number;
  }
  std::string_view name = kind == IdKind::Contact ? "contacts"
                          : kind == IdKind::Task  ? "defaultList"
                          : kind == IdKind::Event ? "calendar"
                          : draft                 ? "drafts"
                                                  : "sentitems";
  return call.mailbox.well_known(name)->number;
}

// Message flags (0x0E07) among the extended properties tell that a message is filed as received: bit 0 read,
// bit 3 unsent ([MS-OXCMSG] 2.2.1.6). It is taken out, because the store reckons it.
std::optional<unsigned> take_flags(json::object& fields) {
  auto* held = fields.if_contains("singleValueExtendedProperties");
  if (!held || !held->is_array()) return std::nullopt;
  auto& list = held->get_array();
  auto* at =
      std::ranges::find_if(list, [](auto& one) { return text_of(one.as_object(), "id") == "Integer 0xe07"; });
  if (at == list.end()) return std::nullopt;
  unsigned flags = 0;
  auto text = text_of(at->as_object(), "value");
  std::from_chars(text.data(), text.data() + text.size(), flags);
  list.erase(at);
  return flags;
}

// Submit and delivery time (0x0039, 0x0E06) say when such a message was sent and came.
void take_times(const Call& call, json::object& fields) {
  auto* held = fields.if_contains("singleValueExtendedProperties");
  if (!held || !held->is_array()) return;
  json::array kept;
  for (auto& one : held->get_array()) {
    auto id = text_of(one.as_object(), "id");
    const char* field = id == "SystemTime 0x39"    ? "sentDateTime"
                        : id == "SystemTime 0xe06" ? "receivedDateTime"
                                                   : nullptr;
    auto at = field ? read_time(call, text_of(one.as_object(), "value")) : std::nullopt;
    if (at)
      fields[field] = at->to_iso();
    else
      kept.push_back(one);
  }
  fields["singleValueExtendedProperties"] = std::move(kept);
}

struct NewMessage {
  json::object fields;
  std::vector<Attachment> attachments;
  std::shared_ptr<const std::string> mime;
};

std::expected<NewMessage, Problem> read_message(Call& call, Node element) {
  NewMessage out;
  if (Node mime = child(element, "MimeContent")) {
    auto bytes = from_base64(content_of(mime));
    if (!bytes) return std::unexpected(problem("ErrorMimeContentInvalidBase64String"));
    LoadedMessage loaded = parse_mime(*bytes);
    out.fields = std::move(loaded.fields);
    out.attachments = std::move(loaded.attachments);
    if (loaded.date) out.fields["sentDateTime"] = loaded.date->to_iso();
    for (auto& attachment : out.attachments) attachment.number = call.world.new_number();
    out.mime = std::make_shared<const std::string>(std::move(*bytes));
  }
  json::object patch;
  if (auto done = apply(call, IdKind::Message, out.fields, settings_of(element, IdKind::Message), patch);
      !done)
    return std::unexpected(done.error());
  for (auto& [name, value] : patch) out.fields[name] = value;
  for (Node one : children(child(element, "Attachments"))) {
    auto attachment = read_attachment(call, one);
    if (!attachment) return std::unexpected(attachment.error());
    out.attachments.push_back(std::move(*attachment));
  }
  return out;
}

bool has_recipient(const json::object& fields) {
  return std::ranges::any_of(
      std::initializer_list<const char*>{"toRecipients", "ccRecipients", "bccRecipients"},
      [&](const char* name) {
        auto* list = array_of(fields, name);
        return list && !list->empty();
      });
}

Created create_message(Call& call, Node element) {
  std::string disposition = attribute(call.request, "MessageDisposition");
  if (disposition.empty()) return std::unexpected(problem("ErrorMessageDispositionRequired"));
  auto message = read_message(call, element);
  if (!message) return std::unexpected(message.error());
  auto flags = take_flags(message->fields);
  take_times(call, message->fields);
  if (disposition != "SaveOnly") {
    if (!has_recipient(message->fields)) return std::unexpected(problem("ErrorInvalidRecipients"));
    send_message(call.world, call.mailbox, std::move(message->fields), std::move(message->attachments),
                 nullptr, disposition == "SendAndSaveCopy", "send", call.now);
    return nullptr;
  }
  bool draft = !flags || (*flags & 8);
  auto home = home_for(call, IdKind::Message, true);
  if (!home) return std::unexpected(home.error());
  message->fields["isDraft"] = draft;
  if (flags) message->fields["isRead"] = (*flags & 1) != 0;
  if (draft && !message->fields.contains("isRead")) message->fields["isRead"] = true;
  fill_message(call.world, call.mailbox, message->fields, call.now);
  Item& item = call.world.add(call.mailbox, IdKind::Message, *home, std::move(message->fields), call.now);
  item.attachments = std::move(message->attachments);
  item.mime = std::move(message->mime);
  return &item;
}

Created create_event_item(Call& call, Node element) {
  std::string send = attribute(call.request, "SendMeetingInvitations");
  if (send.empty()) return std::unexpected(problem("ErrorSendMeetingInvitationsRequired"));
  json::object none, fields;
  if (auto done = apply(call, IdKind::Event, none, settings_of(element, IdKind::Event), fields); !done)
    return std::unexpected(done.error());
  if (!fields.contains("ews:start") || !fields.contains("ews:end"))
    return std::unexpected(problem("ErrorRequiredPropertyMissing"));
  if (auto done = settle_event({.call = call, .before = none, .patch = fields}, true); !done)
    return std::unexpected(done.error());
  auto home = home_for(call, IdKind::Event, false);
  if (!home) return std::unexpected(home.error());
  bool mail = send != "SendToNone";
  if (!mail) fields["exchange"] = json::object{{"Unsent", true}};
  return &create_event(call.world, call.mailbox, *home, std::move(fields), call.now, mail);
}

Created create_plain(Call& call, Node element, IdKind kind) {
  json::object none, fields;
  if (auto done = apply(call, kind, none, settings_of(element, kind), fields); !done)
    return std::unexpected(done.error());
  auto home = home_for(call, kind, false);
  if (!home) return std::unexpected(home.error());
  complete_fields(kind, fields);
  return &call.world.add(call.mailbox, kind, *home, std::move(fields), call.now);
}

// AcceptItem, TentativelyAcceptItem, DeclineItem, CancelCalendarItem of a calendar item.
Created act_on_meeting(Call& call, Node element) {
  std::string disposition = attribute(call.request, "MessageDisposition");
  if (disposition.empty()) return std::unexpected(problem("ErrorMessageDispositionRequired"));
  auto found = find_item(call, child(element, "ReferenceItemId"));
  if (!found) return std::unexpected(found.error());
  Item& event = *found->item;
  if (event.kind != IdKind::Event) return std::unexpected(problem("ErrorInvalidOperation"));
  bool mine = is_organizer(call.mailbox, event);
  auto name = local_name(element);
  std::string comment = text_in(element, "Body");
  if (name == "CancelCalendarItem") {
    if (!mine) return std::unexpected(problem("ErrorCalendarIsNotOrganizer"));
    remove_event(call.world, call.mailbox, event, found->day, comment, call.now);
    return nullptr;
  }
  std::string_view response = name == "AcceptItem"    ? "accepted"
                              : name == "DeclineItem" ? "declined"
                                                      : "tentativelyAccepted";
  if (mine)
    return std::unexpected(problem(name == "AcceptItem"    ? "ErrorCalendarIsOrganizerForAccept"
                                   : name == "DeclineItem" ? "ErrorCalendarIsOrganizerForDecline"
                                                           : "ErrorCalendarIsOrganizerForTentative"));
  uint64_t number = event.number;
  respond(call.world, call.mailbox, event, found->day, response, disposition != "SaveOnly", comment,
          call.now);
  return call.mailbox.item(number);
}

}  // namespace

void complete_fields(IdKind kind, json::object& fields) {
  auto set_default = [&](std::string_view name, const json::value& value) {
    if (auto* old = fields.if_contains(name); !old || old->is_null()) fields[name] = value;
  };
  set_default("categories", json::array());
  if (kind == IdKind::Contact) {
    std::string name =
        std::string(text_of(fields, "givenName")) + " " + std::string(text_of(fields, "surname"));
    if (name.starts_with(' ')) name.erase(0, 1);
    if (name.ends_with(' ')) name.pop_back();
    if (name.empty()) name = text_of(fields, "companyName");
    set_default("displayName", json::value(name));
    set_default("fileAs", json::value(name));
  }
  if (kind != IdKind::Task) return;
  set_default("title", "");
  set_default("status", "notStarted");
  set_default("importance", "normal");
  set_default("isReminderOn", false);
  set_default("body", json::object{{"contentType", "text"}, {"content", ""}});
  set_default("linkedResources", json::array());
  set_default("checklistItems", json::array());
}

void create_item(Call& call) {
  constexpr std::string_view kResponses[] = {"AcceptItem", "TentativelyAcceptItem", "DeclineItem",
                                             "CancelCalendarItem"};
  for (Node element : children(child(call.request, "Items"))) {
    auto kind = kind_of(element);
    Created made = std::unexpected(problem("ErrorInvalidRequest"));
    if (std::ranges::find(kResponses, local_name(element)) != std::end(kResponses))
      made = act_on_meeting(call, element);
    else if (kind == IdKind::Message)
      made = create_message(call, element);
    else if (kind == IdKind::Event)
      made = create_event_item(call, element);
    else if (kind)
      made = create_plain(call, element, *kind);
    if (!made) {
      call.refuse(made.error(), "m:Items");
      continue;
    }
    ++call.writes;
    Node items = add(call.respond(), "m:Items");
    if (*made) render_bare(call, items, **made);
  }
}

}  // namespace mailsync::lab::ews
