// Attachments of messages, events and tasks: list, one, bytes, small ones by POST, large ones by upload
// session.
#include <algorithm>
#include <charconv>

#include "lab/fronts/graph/call.h"
#include "lab/fronts/graph/odata.h"
#include "lab/fronts/graph/render.h"

namespace mailsync::lab::graph {
namespace {

constexpr size_t kSmallestSession = 3u << 20;  // below it a POST is wanted (F118)
constexpr size_t kLargest = 150u << 20;

Attachment* find_attachment(Item& item, std::string_view id) {
  auto parsed = ItemId::parse(id);
  if (!parsed || parsed->kind != IdKind::Attachment) return nullptr;
  for (auto& attachment : item.attachments)
    if (attachment.number == parsed->number) return &attachment;
  return nullptr;
}

json::object file_fields(const json::object& body, Instant now) {
  auto text_or_null = [&](std::string_view name) {
    auto text = text_of(body, name);
    return text.empty() ? json::value() : json::value(text);
  };
  return {{"@odata.type", "#microsoft.graph.fileAttachment"},
          {"lastModifiedDateTime", iso_seconds(now)},
          {"name", text_of(body, "name")},
          {"contentType", text_of(body, "contentType").empty() ? json::value("application/octet-stream")
                                                               : json::value(text_of(body, "contentType"))},
          {"isInline", flag_of(body, "isInline")},
          {"contentId", text_or_null("contentId")},
          {"contentLocation", nullptr}};
}

Answer add_small(Call& call, Item& item) {
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  auto type = text_of(*body, "@odata.type");
  if (type != "#microsoft.graph.fileAttachment" && type != "microsoft.graph.fileAttachment")
    return error_answer(
        call, 400, "ErrorInvalidRequest",
        "The lab takes file attachments only; @odata.type must be #microsoft.graph.fileAttachment.");
  if (text_of(*body, "name").empty())
    return error_answer(call, 400, "ErrorInvalidRequest", "An attachment needs a name.");
  auto bytes = bytes_of_base64(text_of(*body, "contentBytes"));
  if (!bytes) return error_answer(call, 400, "ErrorInvalidRequest", "contentBytes is not base64.");
  if (bytes->size() >= kSmallestSession)
    return error_answer(call, 413, "ErrorMessageSizeExceeded",
                        "The attachment is too large for one request; use an upload session.");
  item.attachments.push_back({.number = call.world.new_number(),
                              .fields = file_fields(*body, call.now),
                              .bytes = std::make_shared<const std::string>(std::move(*bytes))});
  call.world.changed(*call.mailbox, item, call.now);
  return json_answer(201, render_attachment(call, item.attachments.back(), true));
}

Answer start_session(Call& call, Item& item) {
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  auto* wanted = object_of(*body, "AttachmentItem");
  if (!wanted) wanted = object_of(*body, "attachmentItem");
  auto* size = wanted ? wanted->if_contains("size") : nullptr;
  if (!size || !size->is_number() || text_of(*wanted, "name").empty() ||
      text_of(*wanted, "attachmentType") != "file")
    return error_answer(call, 400, "ErrorInvalidRequest",
                        "An upload session needs AttachmentItem with attachmentType file, name and size.");
  auto bytes = size->to_number<uint64_t>();
  if (bytes < kSmallestSession)
    return error_answer(call, 400, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize",
                        "The attachment is smaller than 3 MB; add it with one POST.");
  if (bytes > kLargest)
    return error_answer(call, 413, "ErrorAttachmentSizeLimitExceeded",
                        "The attachment is larger than 150 MB.");
  std::string key = call.world.guid();
  Upload upload{.mailbox = call.mailbox->number,
                .item = item.number,
                .attachment = {.number = call.world.new_number(),
                               .fields = file_fields(*wanted, call.now),
                               .bytes = nullptr},
                .size = bytes,
                .received = {},
                .expires = call.now + std::chrono::hours(2)};
  call.desk.uploads.insert_or_assign(key, std::move(upload));
  std::string host = call.base.substr(0, call.base.size() - std::string_view("/v1.0").size());
  return json_answer(201, {{"@odata.context", call.base + "/$metadata#microsoft.graph.uploadSession"},
                           {"uploadUrl", host + "/upload/" + key + "?authtoken=" + call.world.guid()},
                           {"expirationDateTime", (call.now + std::chrono::hours(2)).to_iso()},
                           {"nextExpectedRanges", json::array{"0-"}}});
}

Answer raw_bytes(Call& call, const Attachment& attachment) {
  if (text_of(attachment.fields, "@odata.type") == "#microsoft.graph.referenceAttachment")
    return error_answer(call, 405, "ErrorInvalidRequest", "A reference attachment has no bytes here.");
  Answer answer;
  auto type = text_of(attachment.fields, "contentType");
  answer.headers.add("Content-Type", type.empty() ? "text/plain" : std::string(type));
  answer.body = attachment.bytes ? *attachment.bytes : "";
  return answer;
}

struct Range {
  size_t first, last, total;
};

std::optional<Range> parse_range(std::string_view text) {
  if (!text.starts_with("bytes ")) return std::nullopt;
  Range range{};
  const char* at = text.data() + 6;
  const char* end = text.data() + text.size();
  for (auto [target, mark] : {std::pair{&range.first, '-'}, {&range.last, '/'}, {&range.total, '\0'}}) {
    auto [next, error] = std::from_chars(at, end, *target);
    if (error != std::errc() || (mark && (next == end || *next != mark))) return std::nullopt;
    at = next + (mark ? 1 : 0);
  }
  if (range.last < range.first || range.last >= range.total) return std::nullopt;
  return range;
}

Answer plain_error(int status, std::string_view code, std::string_view message) {
  return json_answer(status, {{"error", {{"code", code}, {"message", message}}}});
}

}  // namespace

std::optional<Answer> serve_attachments(Call& call) {
  if (call.path.size() < 3) return std::nullopt;
  bool message = same_address(call.path[0], "messages"), event = same_address(call.path[0], "events");
  if ((!message && !event) || !same_address(call.path[2], "attachments")) return std::nullopt;
  auto found = find_item(call, call.path[1], message ? IdKind::Message : IdKind::Event);
  if (!found) return std::move(found.error());
  Item& item = *found->item;
  if (call.path.size() == 3) {
    if (call.post()) return add_small(call, item);
    std::vector<json::object> rows;
    Selection select(call.query("$select"));
    for (auto& attachment : item.attachments)
      rows.push_back(render_attachment(call, attachment, select.wants("contentBytes")));
    return list_answer(call, std::move(rows), 1000);
  }
  if (call.path.size() == 4 && call.post() && call.path[3] == "createUploadSession")
    return start_session(call, item);
  Attachment* attachment = find_attachment(item, call.path[3]);
  if (!attachment) return not_found(call);
  if (call.path.size() == 5 && call.path[4] == "$value") return raw_bytes(call, *attachment);
  if (call.path.size() != 4) return std::nullopt;
  if (call.get()) return json_answer(200, render_attachment(call, *attachment, true));
  if (call.del()) {
    std::erase_if(item.attachments, [&](auto& a) { return a.number == attachment->number; });
    call.world.changed(*call.mailbox, item, call.now);
    return empty_answer(204);
  }
  return error_answer(call, 405, "Request_BadRequest", "The HTTP method is not supported for this resource.");
}

Answer serve_upload(World& world, Desk& desk, const net::ServerRequest& request, Instant now) {
  std::string key = request.path.substr(std::string_view("/upload/").size());
  auto it = desk.uploads.find(key);
  if (request.headers.find("Authorization"))
    return plain_error(401, "unauthenticated", "An upload URL is called without an Authorization header.");
  if (it == desk.uploads.end() || it->second.expires <= now)
    return plain_error(404, "itemNotFound", "The upload session was not found.");
  Upload& upload = it->second;
  if (request.method == "DELETE") {
    desk.uploads.erase(it);
    return empty_answer(204);
  }
  auto next_range = [&] { return json::array{std::to_string(upload.received.size()) + "-"}; };
  if (request.method == "GET")
    return json_answer(
        200, {{"expirationDateTime", upload.expires.to_iso()}, {"nextExpectedRanges", next_range()}});
  auto range = parse_range(request.headers.find("Content-Range").value_or(""));
  if (!range || range->total != upload.size || range->last - range->first + 1 != request.body.size())
    return plain_error(400, "invalidRange", "Content-Range does not fit the body or the session.");
  if (request.body.size() > (4u << 20))
    return plain_error(413, "fragmentTooLarge", "A fragment has at most 4 MB.");
  if (range->first != upload.received.size())
    return plain_error(416, "invalidRange", "The fragment is not the one that is expected next.");
  upload.received += request.body;
  if (upload.received.size() < upload.size)
    return json_answer(
        200, {{"expirationDateTime", upload.expires.to_iso()}, {"nextExpectedRanges", next_range()}});
  Mailbox& mailbox = *world.mailboxes().at(upload.mailbox - 1u);
  Item* item = mailbox.item(upload.item);
  if (!item) return plain_error(404, "ErrorItemNotFound", "The message of this session is gone.");
  Attachment attachment = upload.attachment;
  attachment.bytes = std::make_shared<const std::string>(std::move(upload.received));
  std::string id =
      ItemId{.mailbox = mailbox.number, .kind = IdKind::Attachment, .number = attachment.number}.text();
  item->attachments.push_back(std::move(attachment));
  world.changed(mailbox, *item, now);
  ++world.counters.writes;
  ++world.counters.writes_by_mailbox[mailbox.user.mail];
  desk.uploads.erase(it);
  Answer answer = empty_answer(201);
  std::string host(request.headers.find("Host").value_or("graph.microsoft.com"));
  answer.headers.add("Location", "https://" + host + "/v1.0/users/" + mailbox.user.id + "/messages/" +
                                     mailbox.id_of(*item, false) + "/attachments/" + id);
  return answer;
}

}  // namespace mailsync::lab::graph
