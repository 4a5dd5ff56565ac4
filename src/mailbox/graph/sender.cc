#include "mailbox/graph/sender.h"

#include <sodium.h>

#include <algorithm>

#include "mailbox/graph/codec.h"

namespace mailsync::graph {
namespace {

// learn.microsoft.com/graph/outlook-large-attachments: below 3 MB in one request, up to 150 MB in pieces of
// at most 4 MB, whose sizes are multiples of 320 KiB.
constexpr size_t kSmall = 3'000'000;
constexpr size_t kPiece = 10 * 320 * 1024;
constexpr size_t kLargest = 150u << 20;
// From the look for an earlier try to /send. Who takes longer may have lost the mailbox to another worker
// that sends the same email (F148); a lease is held for at least twice as long.
constexpr Duration kLongestWay = std::chrono::minutes(5);

std::string base64(const std::string& bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();  // the terminating zero
  return out;
}

array recipients(const std::vector<model::Address>& addresses) {
  array out;
  for (const model::Address& one : addresses) {
    object who{{"address", one.address}};
    if (!one.name.empty()) who["name"] = one.name;
    out.push_back(object{{"emailAddress", std::move(who)}});
  }
  return out;
}

std::string without_brackets(std::string id) {
  std::erase_if(id, [](char c) { return c == '<' || c == '>'; });
  return id;
}

sync::SentEmail sent(const WireMessage& message) {
  return {.id = RemoteId{message.id},
          .message_id = without_brackets(message.internet_message_id),
          .sent_at = message.sent};
}

// Before /send nothing can have left: an unknown outcome there only means that a draft may lie about.
Error nothing_left(Error error) {
  if (error.kind == ErrorKind::Ambiguous) error.kind = ErrorKind::Transient;
  return std::move(error).within("The email was not sent");
}

}  // namespace

std::string write_draft(const sync::OutgoingEmail& email) {
  return boost::json::serialize(object{
      {"subject", email.subject},
      {"body", object{{"contentType", "html"}, {"content", email.html}}},
      {"toRecipients", recipients(email.to)},
      {"ccRecipients", recipients(email.cc)},
      {"bccRecipients", recipients(email.bcc)},
      {"internetMessageHeaders", array{object{{"name", kOperationHeader}, {"value", email.operation.value}}}},
      {"singleValueExtendedProperties", array{operation_property(email.operation.value)}}});
}

Task<Result<void>> Sender::upload(std::string draft, sync::OutgoingAttachment attachment) {
  const auto total = static_cast<int64_t>(attachment.bytes.size());
  CO_TRY(const std::string url,
         co_await client_->create_upload_session(
             draft,
             boost::json::serialize(object{{"AttachmentItem", object{{"attachmentType", "file"},
                                                                     {"name", attachment.name},
                                                                     {"contentType", attachment.content_type},
                                                                     {"size", total}}}})));
  for (size_t at = 0; at < attachment.bytes.size(); at += kPiece)
    CO_TRY_VOID(co_await client_->upload_piece(url, attachment.bytes.substr(at, kPiece),
                                               static_cast<int64_t>(at), total));
  co_return Result<void>{};
}

Task<Result<void>> Sender::attach(std::string draft, sync::OutgoingAttachment attachment) {
  if (attachment.bytes.size() > kLargest)
    co_return fail(ErrorKind::ItemInvalid,
                   "The attachment \"" + attachment.name +
                       "\" is larger than the 150 MB that Microsoft 365 takes: send a link.");
  if (attachment.bytes.size() >= kSmall) co_return co_await upload(std::move(draft), std::move(attachment));
  co_return co_await client_->add_attachment(
      std::move(draft), boost::json::serialize(object{{"@odata.type", "#microsoft.graph.fileAttachment"},
                                                      {"name", attachment.name},
                                                      {"contentType", attachment.content_type},
                                                      {"contentBytes", base64(attachment.bytes)}}));
}

Task<Result<WireMessage>> Sender::prepare(sync::OutgoingEmail email) {
  CO_TRY(WireMessage draft, co_await client_->create_message(write_draft(email)));
  if (draft.id.empty())
    co_return fail(ErrorKind::Transient,
                   "Microsoft 365 did not say what draft it created; it is prepared again later.");
  for (sync::OutgoingAttachment& attachment : email.attachments)
    CO_TRY_VOID(co_await attach(draft.id, std::move(attachment)));
  co_return draft;
}

// The draft keeps its immutable id in Sent Items, where it appears a little later.
Task<sync::SentEmail> Sender::in_sent_items(WireMessage draft) {
  constexpr int kTries = 5;
  Duration wait = std::chrono::seconds(1);
  for (int tries = 0; tries < kTries; ++tries) {
    const auto now = co_await client_->message_head(draft.id);
    if (now && !now->is_draft) co_return sent(*now);
    co_await client_->executor().sleep_for(wait);
    wait *= 2;
  }
  // 202 was answered: it is on its way, whatever the folder shows yet.
  draft.sent.reset();
  co_return sent(draft);
}

Task<Result<sync::SentEmail>> Sender::send(sync::OutgoingEmail email) {
  const Instant began = client_->executor().clock().now();
  email.operation = client_->own(std::move(email.operation));
  auto earlier = co_await client_->find_messages(email.operation.value);
  if (!earlier) co_return fail(nothing_left(std::move(earlier).error()));
  for (const WireMessage& message : earlier->items)
    if (!message.is_draft) co_return sent(message);
  for (const WireMessage& message : earlier->items) {
    auto cleared = co_await client_->delete_message(message.id);
    if (!cleared && cleared.error().kind != ErrorKind::Gone)
      co_return fail(nothing_left(std::move(cleared).error()));
  }
  auto draft = co_await prepare(std::move(email));
  if (!draft) co_return fail(nothing_left(std::move(draft).error()));
  if (client_->executor().clock().now() - began > kLongestWay)
    co_return fail(ErrorKind::Transient,
                   "The email was not sent: preparing it took too long; it is tried again");
  auto left = co_await client_->send_message(draft->id);
  if (!left) {
    Error error = std::move(left).error();
    // The draft has gone from under us: it may have been sent.
    if (error.kind == ErrorKind::Gone) error.kind = ErrorKind::Ambiguous;
    co_return fail(std::move(error));
  }
  co_return co_await in_sent_items(*std::move(draft));
}

Task<Result<bool>> Sender::in_outbox(WireMessage message) {
  std::vector<BatchStep> steps(1);
  steps[0].url = client_->path("/mailFolders/outbox?$select=id");
  const auto answers = co_await client_->read_all(std::move(steps), "Looking into the Outbox");
  if (!answers[0] && answers[0].error().kind == ErrorKind::Gone) co_return false;
  if (!answers[0]) co_return fail(answers[0].error());
  const auto members = answers[0]->body.if_object();
  co_return members.has_value() && text(*members, "id") == message.parent_folder_id;
}

Task<Result<std::optional<sync::SentEmail>>> Sender::find(OperationId operation) {
  // A message on its way may be in no folder for a moment, so "not there" is believed after the third look
  // only.
  constexpr int kLooks = 3;
  operation = client_->own(std::move(operation));
  Duration wait = std::chrono::seconds(5);
  for (int look = 1;; ++look) {
    auto found = co_await client_->find_messages(operation.value);
    if (!found) {
      Error error = std::move(found).error();
      if (error.kind == ErrorKind::Ambiguous) error.kind = ErrorKind::Transient;
      co_return fail(std::move(error));
    }
    for (const WireMessage& message : found->items)
      if (!message.is_draft) co_return sent(message);
    for (const WireMessage& message : found->items) {
      CO_TRY(const bool leaving, co_await in_outbox(message));
      if (leaving)
        co_return fail(ErrorKind::Transient,
                       "The email is in the Outbox and about to leave; it is looked for again later.");
    }
    if (!found->items.empty() || look >= kLooks) co_return std::nullopt;
    co_await client_->executor().sleep_for(wait);
    wait *= 2;
  }
}

}  // namespace mailsync::graph
