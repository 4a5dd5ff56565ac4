#include "mailbox/graph/client.h"
#include "net/url.h"

namespace mailsync::graph {
namespace {

// What decides whether an email is wanted; its body is fetched only then.
constexpr std::string_view kHead =
    "changeKey,parentFolderId,subject,from,sender,toRecipients,ccRecipients,bccRecipients,replyTo,"
    "internetMessageId,"
    "conversationId,sentDateTime,receivedDateTime,lastModifiedDateTime,isDraft,hasAttachments,importance,"
    "categories";
// Without $select the bytes of every attachment would come along.
constexpr std::string_view kAttachments =
    "attachments($select=id,name,contentType,size,isInline,microsoft.graph.fileAttachment/contentId)";

std::string segment(const std::string& id) {
  return net::percent_encode(id);
}

}  // namespace

std::string Client::message_path(const std::string& id, bool with_body) const {
  std::string out = path("/messages/" + segment(id) + "?$select=" + std::string(kHead));
  if (with_body) out += ",body,bodyPreview,internetMessageHeaders&$expand=" + std::string(kAttachments);
  return out;
}

// A quote within a literal of OData is doubled.
std::string Client::conversation_path(const std::string& id) const {
  std::string literal;
  for (const char c : id) literal += c == '\'' ? std::string("''") : std::string(1, c);
  return path("/messages?$select=" + std::string(kHead) +
              "&$top=100&$filter=" + net::percent_encode("conversationId eq '" + literal + "'"));
}

PageTask<WireMessage> Client::messages_at(std::string link) {
  Call call;
  call.url = std::move(link);
  call.what = "Reading emails";
  return page<WireMessage>(std::move(call), read_message);
}

PageTask<WireFolder> Client::child_mail_folders(std::string folder, std::string link) {
  Call call;
  call.url = !link.empty()    ? link
             : folder.empty() ? path("/mailFolders?$top=250")
                              : path("/mailFolders/" + segment(folder) + "/childFolders?$top=250");
  call.what = "Listing the mail folders";
  return page<WireFolder>(std::move(call), read_folder);
}

PageTask<WireMessage> Client::messages_delta(std::string folder, std::string link) {
  return page<WireMessage>(
      delta_call(path("/mailFolders/" + segment(folder) + "/messages/delta?$select=" + std::string(kHead)),
                 std::move(link), "Reading what changed in a mail folder"),
      read_message);
}

Task<Result<WireMessage>> Client::message_head(std::string id) {
  Call call;
  call.url = message_path(id, false);
  call.what = "Reading an email";
  return one<WireMessage>(std::move(call), read_message);
}

Task<Result<WireMessage>> Client::patch_message(std::string id, std::string json, std::string change_key) {
  Call call;
  call.method = "PATCH";
  call.url = path("/messages/" + segment(id));
  call.what = "Changing an email";
  call.body = std::move(json);
  call.change_key = std::move(change_key);
  return one<WireMessage>(std::move(call), read_message);
}

Task<Result<std::unique_ptr<net::BodyStream>>> Client::open_message(std::string id) {
  Call call;
  call.url = path("/messages/" + segment(id) + "/$value");
  call.what = "Reading an email as it is";
  call.max_bytes = size_t{256} << 20;  // streamed, never held
  return stream(std::move(call));
}

Task<Result<std::unique_ptr<net::BodyStream>>> Client::open_attachment(std::string id,
                                                                       std::string attachment) {
  Call call;
  call.url = path("/messages/" + segment(id) + "/attachments/" + segment(attachment) + "/$value");
  call.what = "Reading an attachment";
  call.max_bytes = size_t{256} << 20;
  return stream(std::move(call));
}

PageTask<WireMessage> Client::find_messages(std::string operation) {
  Call call;
  call.url =
      path("/messages?$select=" + std::string(kHead) + "&$filter=" +
           net::percent_encode("singleValueExtendedProperties/Any(ep: ep/id eq '" +
                               std::string(kOperationProperty) + "' and ep/value eq '" + operation + "')"));
  call.what = "Looking for an email that was sent";
  return page<WireMessage>(std::move(call), read_message);
}

Task<Result<WireMessage>> Client::create_message(std::string json) {
  Call call;
  call.method = "POST";
  call.url = path("/messages");
  call.what = "Preparing an email";
  call.body = std::move(json);
  return one<WireMessage>(std::move(call), read_message);
}

Task<Result<void>> Client::send_message(std::string id) {
  Call call;
  call.method = "POST";
  call.url = path("/messages/" + segment(id) + "/send");
  call.what = "Sending an email";
  call.headers.add("Content-Length", "0");
  return nothing(std::move(call));
}

Task<Result<void>> Client::delete_message(std::string id) {
  Call call;
  call.method = "DELETE";
  call.url = path("/messages/" + segment(id));
  call.what = "Deleting a draft";
  return nothing(std::move(call));
}

Task<Result<void>> Client::add_attachment(std::string message, std::string json) {
  Call call;
  call.method = "POST";
  call.url = path("/messages/" + segment(message) + "/attachments");
  call.what = "Adding an attachment";
  call.body = std::move(json);
  return nothing(std::move(call));
}

Task<Result<std::string>> Client::create_upload_session(std::string message, std::string json) {
  Call call;
  call.method = "POST";
  call.url = path("/messages/" + segment(message) + "/attachments/createUploadSession");
  call.what = "Adding a large attachment";
  call.body = std::move(json);
  CO_TRY(const net::HttpAnswer answer, co_await this->call(std::move(call)));
  CO_TRY(const JsonDocument parsed, parse_object(answer.body, "Adding a large attachment"));
  std::string url = text(parsed.get_object(), "uploadUrl");
  if (url.empty())
    co_return fail(ErrorKind::Transient,
                   "Adding a large attachment: Microsoft 365 named no address to upload to; "
                   "it is tried again later.");
  co_return url;
}

Task<Result<void>> Client::upload_piece(std::string url, std::string bytes, int64_t from, int64_t total) {
  Call call;
  call.method = "PUT";
  call.url = std::move(url);
  call.what = "Uploading a large attachment";
  call.headers.add("Content-Range", "bytes " + std::to_string(from) + "-" +
                                        std::to_string(from + static_cast<int64_t>(bytes.size()) - 1) + "/" +
                                        std::to_string(total));
  call.headers.add("Content-Type", "application/octet-stream");
  call.body = std::move(bytes);
  call.anonymous = true;
  return nothing(std::move(call));
}

Task<Result<std::vector<std::string>>> Client::master_categories() {
  Call call;
  call.url = path("/outlook/masterCategories?$top=100");
  call.what = "Reading the categories";
  CO_TRY(const net::HttpAnswer answer, co_await this->call(std::move(call)));
  CO_TRY(const JsonDocument parsed, parse_object(answer.body, "Reading the categories"));
  std::vector<std::string> names;
  if (const auto items = list(parsed.get_object(), "value"))
    for (const JsonValue item : *items)
      if (const auto members = item.if_object()) names.push_back(text(*members, "displayName"));
  co_return names;
}

Task<Result<void>> Client::create_master_category(std::string name) {
  Call call;
  call.method = "POST";
  call.url = path("/outlook/masterCategories");
  call.what = "Creating the category";
  call.body = boost::json::serialize(object{{"displayName", name}, {"color", "preset7"}});
  return nothing(std::move(call));
}

}  // namespace mailsync::graph
