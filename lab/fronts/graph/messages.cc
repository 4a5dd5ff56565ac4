// messages: lists, one, create as a draft, change, remove, and the delta of a folder.
#include <algorithm>

#include "lab/fronts/graph/call.h"
#include "lab/fronts/graph/delta.h"
#include "lab/fronts/graph/odata.h"
#include "lab/fronts/graph/render.h"
#include "lab/fronts/graph/stored.h"
#include "lab/load_mime.h"
#include "lab/mail.h"

namespace mailsync::lab::graph {
namespace {

json::object shown(const Call& call, const Item& item) {
  return render_message(call, item, Selection(call.query("$select")), parse_expand(call.query("$expand")));
}

// A filter that only asks for internetMessageId needs no rendering of the others.
Answer list_messages(Call& call, const Container* folder) {
  auto expand = parse_expand(call.query("$expand"));
  auto filter = std::string(call.query("$filter"));
  Selection select(call.query("$select"));
  // Exchange sorts only by what it filters by first.
  if (auto order = call.query("$orderby");
      !order.empty() && !filter.empty() && !filter.starts_with(order.substr(0, order.find(' '))))
    return error_answer(call, 400, "InefficientFilter",
                        "The restriction or sort order is too complex for this operation.");
  bool made = false;
  for (const char* name : {"parentFolderId", "hasAttachments", "createdDateTime", "lastModifiedDateTime"})
    made = made || filter.find(name) != std::string::npos;
  std::vector<const Item*> items;
  for (auto& [_, item] : call.mailbox->items)
    if (item.kind == IdKind::Message && (!folder || item.container == folder->number)) {
      if (!filter.empty()) {
        // What is stored suffices, but for the few properties that are made when shown.
        auto fits = made ? matches(filter, render_message(call, item, {}, {})) : matches(filter, item.fields);
        if (!fits) return error_answer(call, 400, "ErrorInvalidUrlQueryFilter", fits.error());
        if (!*fits) continue;
      }
      items.push_back(&item);
    }
  if (call.query("$orderby").empty())
    std::ranges::sort(items, [](auto* a, auto* b) {
      auto x = text_of(a->fields, "receivedDateTime"), y = text_of(b->fields, "receivedDateTime");
      return x == y ? a->number < b->number : x > y;
    });
  // The filter is done; what is left is ordering and paging.
  net::ServerRequest bare = {.method = call.request.method,
                             .target = call.request.target,
                             .path = call.request.path,
                             .query = {},
                             .headers = {},
                             .body = {},
                             .peer = {}};
  for (auto& [name, value] : call.request.query)
    if (name != "$filter") bare.query.emplace_back(name, value);
  std::vector<json::object> rows;
  rows.reserve(items.size());
  for (auto* item : items) rows.push_back(render_message(call, *item, select, expand));
  Call paging{.world = call.world,
              .desk = call.desk,
              .request = bare,
              .now = call.now,
              .grant = call.grant,
              .mailbox = call.mailbox,
              .path = call.path,
              .prefer = call.prefer,
              .base = call.base};
  auto answer = list_answer(paging, std::move(rows));
  if (filter.empty() || answer.status != 200) return answer;
  // Links keep the filter.
  auto body = json::parse(answer.body).as_object();
  if (auto* next = body.if_contains("@odata.nextLink")) {
    *next = json::value(std::string(next->as_string()) + "&" + percent_encode("$filter") + "=" +
                        percent_encode(filter));
    return json_answer(200, body);
  }
  return answer;
}

Answer messages_delta(Call& call, Container& folder) {
  Mailbox& mailbox = *call.mailbox;
  Selection select(kept_option(call, "$select"));
  std::string filter = kept_option(call, "$filter");
  std::string change = kept_option(call, "changeType");
  auto expand = parse_expand(kept_option(call, "$expand"));
  if (!filter.empty() && !filter.starts_with("receivedDateTime g"))
    return error_answer(call, 400, "ErrorInvalidUrlQueryFilter",
                        "Only receivedDateTime ge and gt are supported in the filter of a message delta.");
  DeltaView view{
      .log = folder.log,
      .sequence = mailbox.sequence,
      .collection = "messages@" + mailbox.id_of(folder),
      .removed_type = "#microsoft.graph.message",
      .removed_id =
          ItemId{.mailbox = mailbox.number, .kind = IdKind::Message, .immutable = call.prefer.immutable_ids},
      .show = [&](const ChangeLog::Entry& entry, uint64_t since) -> std::vector<json::object> {
        Item* item = mailbox.item(entry.number);
        if (!item || item->kind != IdKind::Message) return {};  // a deleted contact may lie here too
        if (!filter.empty() && !matches(filter, item->fields).value_or(false)) return {};
        if (change == "deleted" || (change == "created" && entry.first_seq <= since)) return {};
        if (change == "updated" && entry.first_seq > since) return {};
        json::object row = render_message(call, *item, select, expand);
        if (!row.contains("@odata.type")) row["@odata.type"] = "#microsoft.graph.message";
        return {std::move(row)};
      },
      .kept_options = {"$select", "$filter", "$expand", "$top", "$orderby", "changeType"}};
  return delta_answer(call, view);
}

std::vector<Attachment> numbered(World& world, std::vector<Attachment> attachments, Instant now) {
  for (auto& attachment : attachments) {
    attachment.number = world.new_number();
    attachment.fields["lastModifiedDateTime"] = iso_seconds(now);
  }
  return attachments;
}

Answer create_draft(Call& call, Container& folder) {
  json::object fields;
  std::vector<Attachment> attachments;
  if (call.request.headers.find("Content-Type").value_or("").starts_with("text/plain")) {
    auto bytes = bytes_of_base64(call.request.body);
    if (!bytes)
      return error_answer(call, 400, "ErrorMimeContentInvalidBase64String",
                          "Invalid base64 string for MIME content.");
    LoadedMessage loaded = parse_mime(*bytes);
    fields = std::move(loaded.fields);
    attachments = numbered(call.world, std::move(loaded.attachments), call.now);
  } else {
    auto body = body_object(call);
    if (!body) return std::move(body.error());
    if (auto refused = check_properties(call, Shape::Message, *body)) return std::move(*refused);
    if (auto* list = array_of(*body, "attachments"))
      for (auto& value : *list) {
        json::object attachment = value.as_object();
        auto bytes = bytes_of_base64(text_of(attachment, "contentBytes"));
        attachment.erase("contentBytes");
        if (!bytes) return error_answer(call, 400, "ErrorInvalidRequest", "contentBytes is not base64.");
        attachments.push_back({.number = 0,
                               .fields = std::move(attachment),
                               .bytes = std::make_shared<const std::string>(std::move(*bytes))});
      }
    attachments = numbered(call.world, std::move(attachments), call.now);
    body->erase("attachments");
    fields = stored_form(call, Shape::Message, std::move(*body));
  }
  fields["isDraft"] = true;
  fields["isRead"] = true;
  fill_message(call.world, *call.mailbox, fields, call.now);
  Item& item = call.world.add(*call.mailbox, IdKind::Message, folder.number, std::move(fields), call.now);
  item.attachments = std::move(attachments);
  auto answer = json_answer(201, shown(call, item));
  answer.headers.add("Location", call.base + "/users/" + call.mailbox->user.id + "/messages/" +
                                     call.mailbox->id_of(item, call.prefer.immutable_ids));
  return answer;
}

bool changeable_when_received(std::string_view name) {
  constexpr std::string_view kFree[] = {"categories",
                                        "flag",
                                        "isRead",
                                        "importance",
                                        "inferenceClassification",
                                        "isReadReceiptRequested",
                                        "isDeliveryReceiptRequested"};
  return std::ranges::find(kFree, name) != std::end(kFree) || name.starts_with("@odata.");
}

Answer change_message(Call& call, Item& item) {
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  if (auto refused = check_properties(call, Shape::Message, *body)) return std::move(*refused);
  if (auto stale = precondition(call, item.version)) return std::move(*stale);
  bool advanced = call.grant.has("Mail-Advanced.ReadWrite") || call.grant.has("Mail-Advanced.ReadWrite.All");
  if (!flag_of(item.fields, "isDraft") && !advanced)
    for (auto& [name, _] : *body)
      if (!changeable_when_received(name))
        return error_answer(
            call, 403, "ErrorAccessDenied",
            "Property '" + std::string(name) +
                "' of a message that is not a draft can only be changed with Mail-Advanced.ReadWrite.");
  bool flag_changed = body->contains("flag");
  for (auto& [name, value] : stored_form(call, Shape::Message, std::move(*body))) item.fields[name] = value;
  call.world.changed(*call.mailbox, item, call.now);
  if (flag_changed) mirror_flag(call.world, *call.mailbox, item, call.now);
  return json_answer(200, shown(call, item));
}

Answer remove_message(Call& call, Item& item) {
  if (auto stale = precondition(call, item.version)) return std::move(*stale);
  Container* bin = call.mailbox->well_known("deleteditems");
  if (item.container == bin->number)
    call.world.remove(*call.mailbox, item.number, call.now);
  else
    call.world.move(*call.mailbox, item, bin->number, call.now);
  return empty_answer(204);
}

Answer value_of(Call& call, const Item& item) {
  (void)call;
  Answer answer;
  answer.headers.add("Content-Type", "text/plain");
  answer.body = item.mime ? *item.mime : mime_of(item);
  return answer;
}

}  // namespace

std::optional<Answer> serve_messages(Call& call) {
  if (call.at({"messages"})) {
    if (call.post()) return create_draft(call, *call.mailbox->well_known("drafts"));
    return list_messages(call, nullptr);
  }
  if (call.path.size() >= 3 && same_address(call.path[0], "mailFolders") &&
      same_address(call.path[2], "messages")) {
    auto folder = find_container(call, call.path[1], ContainerKind::MailFolder);
    if (!folder) return std::move(folder.error());
    if (call.path.size() == 3)
      return call.post() ? create_draft(call, **folder) : list_messages(call, *folder);
    if (call.at({"mailFolders", "*", "messages", "delta"}) ||
        call.at({"mailFolders", "*", "messages", "delta()"}))
      return messages_delta(call, **folder);
    call.path.erase(call.path.begin(), call.path.begin() + 2);  // the message's own path from here
  }
  if (call.path.size() < 2 || !same_address(call.path[0], "messages")) return std::nullopt;
  if (!call.at({"messages", "*"}) && !call.at({"messages", "*", "$value"})) return std::nullopt;
  auto found = find_item(call, call.path[1], IdKind::Message);
  if (!found) return std::move(found.error());
  if (call.path.size() == 3) return value_of(call, *found->item);
  if (call.get()) {
    if (auto every = call.world.faults.change_key_drift; every && ++call.desk.reads % every == 0)
      found->item->version = call.world.new_version();
    return json_answer(200, shown(call, *found->item));
  }
  if (call.patch()) return change_message(call, *found->item);
  if (call.del()) return remove_message(call, *found->item);
  return error_answer(call, 405, "Request_BadRequest", "The HTTP method is not supported for this resource.");
}

}  // namespace mailsync::lab::graph
