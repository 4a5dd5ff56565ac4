// What is done to messages: send, sendMail, move, copy, extensions.
#include "lab/fronts/graph/call.h"
#include "lab/fronts/graph/odata.h"
#include "lab/fronts/graph/render.h"
#include "lab/fronts/graph/stored.h"
#include "lab/load_mime.h"
#include "lab/mail.h"

namespace mailsync::lab::graph {
namespace {

bool may_send(const Call& call) {
  return call.grant.has("Mail.Send");
}

Answer no_right(const Call& call) {
  return error_answer(call, 403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
}

bool has_recipient(const json::object& fields) {
  for (std::string_view list : {"toRecipients", "ccRecipients", "bccRecipients"})
    if (auto* recipients = array_of(fields, list); recipients && !recipients->empty()) return true;
  return false;
}

Answer send_draft(Call& call, Item& item) {
  if (!may_send(call)) return no_right(call);
  if (!flag_of(item.fields, "isDraft"))
    return error_answer(call, 400, "ErrorInvalidRequest", "The message was already sent.");
  if (!has_recipient(item.fields))
    return error_answer(call, 400, "ErrorInvalidRecipients", "At least one recipient isn't valid.");
  send_message(call.world, *call.mailbox, item.fields, item.attachments, &item, true, "send", call.now);
  return empty_answer(202);
}

Answer send_mail(Call& call) {
  if (!may_send(call)) return no_right(call);
  json::object fields;
  std::vector<Attachment> attachments;
  bool save = true;
  if (call.request.headers.find("Content-Type").value_or("").starts_with("text/plain")) {
    auto bytes = bytes_of_base64(call.request.body);
    if (!bytes)
      return error_answer(call, 400, "ErrorMimeContentInvalidBase64String",
                          "Invalid base64 string for MIME content.");
    LoadedMessage loaded = parse_mime(*bytes);
    fields = std::move(loaded.fields);
    attachments = std::move(loaded.attachments);
  } else {
    auto body = body_object(call);
    if (!body) return std::move(body.error());
    auto* message = object_of(*body, "message");
    if (!message) message = object_of(*body, "Message");
    if (!message) return error_answer(call, 400, "ErrorInvalidRequest", "sendMail needs a message.");
    if (auto refused = check_properties(call, Shape::Message, *message)) return std::move(*refused);
    save = flag_of(*body, "saveToSentItems", true);
    if (auto* list = array_of(*message, "attachments"))
      for (auto& value : *list) {
        json::object attachment = value.as_object();
        auto bytes = bytes_of_base64(text_of(attachment, "contentBytes"));
        attachment.erase("contentBytes");
        attachments.push_back({.number = 0,
                               .fields = attachment,
                               .bytes = std::make_shared<const std::string>(bytes.value_or(""))});
      }
    fields = stored_form(call, Shape::Message, *message);
    fields.erase("attachments");
  }
  if (!has_recipient(fields))
    return error_answer(call, 400, "ErrorInvalidRecipients", "At least one recipient isn't valid.");
  for (auto& attachment : attachments) attachment.number = call.world.new_number();
  send_message(call.world, *call.mailbox, std::move(fields), std::move(attachments), nullptr, save,
               "sendMail", call.now);
  return empty_answer(202);
}

Answer relocate(Call& call, Item& item, bool copy) {
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  auto target = find_container(call, text_of(*body, "destinationId"), ContainerKind::MailFolder);
  if (!target) return std::move(target.error());
  Item* shown = &item;
  if (copy) {
    shown = &call.world.add(*call.mailbox, IdKind::Message, (*target)->number, item.fields, call.now);
    shown->mime = item.mime;
    shown->attachments = item.attachments;
    for (auto& attachment : shown->attachments) attachment.number = call.world.new_number();
  } else {
    call.world.move(*call.mailbox, item, (*target)->number, call.now);
  }
  return json_answer(201, render_message(call, *shown, {}, {}));
}

// Open extensions: by name, one JSON object each.
Answer add_extension(Call& call, Item& item) {
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  std::string name(text_of(*body, "extensionName"));
  if (name.empty()) return error_answer(call, 400, "BadRequest", "extensionName is missing.");
  json::object extension = *body;
  extension["@odata.type"] = "#microsoft.graph.openTypeExtension";
  extension["id"] = name;
  auto& list = item.fields["extensions"];
  if (!list.is_array()) list = json::array();
  for (auto& old : list.get_array())
    if (text_of(old.as_object(), "id") == name)
      return error_answer(call, 409, "ErrorDuplicateExtension",
                          "An extension with this name already exists.");
  list.get_array().push_back(extension);
  call.world.changed(*call.mailbox, item, call.now);
  return json_answer(201, extension);
}

}  // namespace

std::optional<Answer> serve_message_actions(Call& call) {
  if (!call.post()) return std::nullopt;
  if (call.at({"sendMail"}) || call.at({"microsoft.graph.sendMail"})) return send_mail(call);
  if (call.path.size() == 3 && call.path[2] == "extensions" &&
      (same_address(call.path[0], "messages") || same_address(call.path[0], "events") ||
       same_address(call.path[0], "contacts"))) {
    IdKind kind = same_address(call.path[0], "messages") ? IdKind::Message
                  : same_address(call.path[0], "events") ? IdKind::Event
                                                         : IdKind::Contact;
    auto found = find_item(call, call.path[1], kind);
    if (!found) return std::move(found.error());
    return add_extension(call, *found->item);
  }
  if (call.path.size() != 3 || !same_address(call.path[0], "messages")) return std::nullopt;
  std::string_view action = call.path[2];
  if (action != "send" && action != "move" && action != "copy") return std::nullopt;
  auto found = find_item(call, call.path[1], IdKind::Message);
  if (!found) return std::move(found.error());
  if (action == "send") return send_draft(call, *found->item);
  return relocate(call, *found->item, action == "copy");
}

}  // namespace mailsync::lab::graph
