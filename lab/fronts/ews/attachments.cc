// GetAttachment, CreateAttachment, DeleteAttachment.
#include "lab/fronts/ews/attachments.h"

#include <algorithm>

#include "lab/fronts/ews/base64.h"
#include "lab/fronts/ews/render.h"

namespace mailsync::lab::ews {
namespace {

struct Found {
  Item* item = nullptr;
  size_t index = 0;
};

std::expected<Found, Problem> find_attachment(const Call& call, Node id) {
  auto parsed = parse_ews_id(attribute(id, "Id"));
  if (!parsed || parsed->kind != IdKind::Attachment)
    return std::unexpected(problem("ErrorInvalidIdMalformed"));
  if (parsed->mailbox != call.mailbox.number) return std::unexpected(problem("ErrorAccessDenied"));
  for (auto& [_, item] : call.mailbox.items)
    for (size_t i = 0; i < item.attachments.size(); ++i)
      if (item.attachments[i].number == parsed->number) return Found{&item, i};
  return std::unexpected(problem("ErrorItemNotFound"));
}

Node put_id(const Call& call, Node parent, const Attachment& attachment) {
  Node id = add(parent, "t:AttachmentId");
  set(id, "Id",
      ews_text({.mailbox = call.mailbox.number, .kind = IdKind::Attachment, .number = attachment.number}));
  return id;
}

}  // namespace

std::expected<Attachment, Problem> read_attachment(Call& call, Node element) {
  if (local_name(element) != "FileAttachment") return std::unexpected(problem("ErrorInvalidOperation"));
  auto bytes = from_base64(text_in(element, "Content"));
  if (!bytes) return std::unexpected(problem("ErrorSchemaValidation"));
  std::string type = text_in(element, "ContentType");
  Attachment out{.number = call.world.new_number(),
                 .fields = {{"@odata.type", "#microsoft.graph.fileAttachment"},
                            {"name", text_in(element, "Name")},
                            {"contentType", type.empty() ? "application/octet-stream" : type},
                            {"isInline", is_true(text_in(element, "IsInline"))},
                            {"lastModifiedDateTime", call.now.to_iso()}},
                 .bytes = std::make_shared<const std::string>(std::move(*bytes))};
  if (auto id = text_in(element, "ContentId"); !id.empty()) out.fields["contentId"] = id;
  if (is_true(text_in(element, "IsContactPhoto"))) out.fields["isContactPhoto"] = true;
  return out;
}

void get_attachment(Call& call) {
  for (Node id : children(child(call.request, "AttachmentIds"))) {
    auto found = find_attachment(call, id);
    if (!found) {
      call.refuse(found.error(), "m:Attachments");
      continue;
    }
    const Attachment& attachment = found->item->attachments[found->index];
    Node out = add(add(call.respond(), "m:Attachments"), "t:FileAttachment");
    put_id(call, out, attachment);
    add(out, "t:Name", text_of(attachment.fields, "name"));
    add(out, "t:ContentType", text_of(attachment.fields, "contentType"));
    if (auto content = text_of(attachment.fields, "contentId"); !content.empty())
      add(out, "t:ContentId", content);
    add(out, "t:Size", static_cast<int64_t>(attachment.bytes ? attachment.bytes->size() : 0));
    add(out, "t:LastModifiedTime", time_text(call, found->item->modified));
    add(out, "t:IsInline", flag_of(attachment.fields, "isInline"));
    add(out, "t:Content", to_base64(attachment.bytes ? *attachment.bytes : std::string()));
  }
}

void create_attachment(Call& call) {
  auto found = find_item(call, child(call.request, "ParentItemId"));
  for (Node element : children(child(call.request, "Attachments"))) {
    auto attachment = found ? read_attachment(call, element) : std::unexpected(found.error());
    if (!attachment) {
      call.refuse(attachment.error(), "m:Attachments");
      continue;
    }
    Item& item = *found->item;
    item.attachments.push_back(std::move(*attachment));
    call.world.changed(call.mailbox, item, call.now, found->day);
    ++call.writes;
    Node out = add(add(call.respond(), "m:Attachments"), "t:FileAttachment");
    Node id = put_id(call, out, item.attachments.back());
    set(id, "RootItemId", ews_id(call.mailbox, item, found->day));
    set(id, "RootItemChangeKey", change_key(item.version));
  }
}

void delete_attachment(Call& call) {
  for (Node id : children(child(call.request, "AttachmentIds"))) {
    auto found = find_attachment(call, id);
    if (!found) {
      call.refuse(found.error());
      continue;
    }
    Item& item = *found->item;
    item.attachments.erase(item.attachments.begin() + static_cast<std::ptrdiff_t>(found->index));
    call.world.changed(call.mailbox, item, call.now);
    ++call.writes;
    Node root = add(call.respond(), "m:RootItemId");
    set(root, "RootItemId", ews_id(call.mailbox, item));
    set(root, "RootItemChangeKey", change_key(item.version));
  }
}

}  // namespace mailsync::lab::ews
