// Emails that users compose; they leave with the mailbox's next pass.
#include <sodium.h>

#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/mailbox_json.h"
#include "admin/outbox_json.h"
#include "admin/record_json.h"
#include "crm/builtin/emails.h"
#include "crm/builtin/json_text.h"
#include "crm/builtin/lists.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using crm::OutboxMessage;
using crm::OutboxState;

// Nothing that could end a header line or name nobody (S36).
std::expected<std::vector<model::Address>, Problem> people_in(const object& body, std::string_view member) {
  std::vector<model::Address> out;
  const auto* found = body.if_contains(member);
  if (!found || found->is_null()) return out;
  if (!found->is_array() || found->get_array().size() > 500)
    return std::unexpected(invalid(std::string(member), "This is a list of at most 500 addresses."));
  for (const value& each : found->get_array()) {
    const auto* members = each.if_object();
    if (!members) return std::unexpected(invalid(std::string(member), "One of these is not an address."));
    TRY(const std::string address, text_in(*members, "address"));
    TRY(const std::string name, text_in(*members, "name"));
    const std::string clean = model::clean_address(address);
    if (clean.empty() || clean.size() > 320 ||
        name.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      return std::unexpected(invalid(std::string(member), "\"" + address + "\" is not an e-mail address."));
    out.push_back({clean, name});
  }
  return out;
}

std::expected<sync::OutgoingAttachment, Problem> attachment_of(const value& json) {
  const auto* members = json.if_object();
  if (!members)
    return std::unexpected(invalid("attachments", "An attachment has a name, a type and its content."));
  TRY(const std::string name, text_in(*members, "name"));
  TRY(const std::string type, text_in(*members, "content_type"));
  TRY(const std::string base64, text_in(*members, "content_base64"));
  constexpr std::string_view kControl("\r\n\0", 3);
  if (name.empty() || (name + type).find_first_of(kControl) != std::string::npos)
    return std::unexpected(invalid("attachments", "An attachment needs a name on one line."));
  sync::OutgoingAttachment out{name, type.empty() ? "application/octet-stream" : type,
                               std::string(base64.size(), '\0')};
  size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.bytes.data()), out.bytes.size(), base64.data(),
                        base64.size(), "\r\n", &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
    return std::unexpected(invalid("attachments", "The content of \"" + name + "\" is not base64."));
  out.bytes.resize(size);
  return out;
}

std::expected<RecordId, Problem> optional_id(const object& body, std::string_view member) {
  TRY(const std::string text, text_in(body, member));
  if (text.empty()) return RecordId{};
  const auto id = record_id(text);
  if (!id) return std::unexpected(invalid(std::string(member), "This is not an id."));
  return *id;
}

std::expected<OutboxMessage, Problem> composed(const Request& request) {
  const object& body = request.body;
  OutboxMessage out{.account = request.viewer.account, .user = request.viewer.user};
  TRY(out.client_id, text_in(body, "client_id"));
  if (out.client_id.size() != 36) return std::unexpected(invalid("client_id", "This must be a UUID."));
  TRY(const RecordId mailbox, optional_id(body, "mailbox_id"));
  out.mailbox = MailboxId{mailbox.value};
  TRY(out.record, optional_id(body, "record_id"));
  TRY(out.in_reply_to, optional_id(body, "in_reply_to_id"));
  TRY(out.to, people_in(body, "to"));
  TRY(out.cc, people_in(body, "cc"));
  TRY(out.bcc, people_in(body, "bcc"));
  if (out.to.empty() && out.cc.empty() && out.bcc.empty())
    return std::unexpected(invalid("to", "Enter at least one address."));
  TRY(out.subject, text_in(body, "subject"));
  if (out.subject.size() > 4000 ||
      out.subject.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
    return std::unexpected(invalid("subject", "The subject must fit on one line."));
  TRY(out.html, text_in(body, "html"));
  if (const auto* list = body.if_contains("attachments"); list && !list->is_null()) {
    if (!list->is_array() || list->get_array().size() > 100)
      return std::unexpected(invalid("attachments", "This is a list of at most 100 attachments."));
    for (const value& each : list->get_array()) {
      TRY(sync::OutgoingAttachment attachment, attachment_of(each));
      out.attachments.push_back(std::move(attachment));
    }
  }
  return out;
}

}  // namespace

object message_json(const OutboxMessage& message, const std::map<int64_t, sync::Mailbox>& mailboxes) {
  array to;
  for (const model::Address& each : message.to)
    to.push_back({{"address", each.address}, {"name", text_or_null(each.name)}});
  const auto mailbox = mailboxes.find(message.mailbox.value);
  const OutboxState state = message.state == OutboxState::Sending ? OutboxState::Pending : message.state;
  return {
      {"id", id_text(message.id)},
      {"state", crm::name_of(state)},
      {"mailbox", mailbox == mailboxes.end() ? object{{"id", id_text(message.mailbox)}, {"address", ""}}
                                             : mailbox_ref(mailbox->second)},
      {"to", std::move(to)},
      {"subject", message.subject},
      {"record_id", message.record ? value(id_text(message.record)) : value()},
      {"email_id", message.email ? value(id_text(message.email)) : value()},
      {"created_at", time_text(message.created_at)},
      {"sent_at", time_or_null(message.sent_at)},
      {"error", state == OutboxState::Failed || state == OutboxState::Unknown ? text_or_null(message.error)
                                                                              : value()}};
}

Result<std::map<int64_t, sync::Mailbox>> mailboxes_by_id(Api& api, AccountId account) {
  std::map<int64_t, sync::Mailbox> out;
  TRY(auto all, api.store.mailboxes(account));
  for (sync::Mailbox& mailbox : all) {
    const int64_t id = mailbox.id.value;
    out.emplace(id, std::move(mailbox));
  }
  return out;
}

Answer list_outbox(Api& api, const Request& request) {
  crm::OutboxQuery query;
  TRY(query.limit, limit_of(request.http));
  const std::string record(request.http.query_value("record_id").value_or(""));
  const std::string state(request.http.query_value("state").value_or(""));
  if (!record.empty()) query.record = record_id(record).value_or(RecordId{-1});
  for (OutboxState each :
       {OutboxState::Pending, OutboxState::Sent, OutboxState::Unknown, OutboxState::Failed})
    if (crm::name_of(each) == state) query.state = each;
  const std::string binding = "outbox " + record + " " + state;
  if (const auto cursor = request.http.query_value("cursor")) {
    const auto place = crm::decode_cursor(binding, *cursor);
    if (place.size() != 1)
      return std::unexpected(
          Problem(400, "cursor_invalid", "The cursor belongs to another list; start again."));
    query.before = RecordId{place[0].integer()};
  }
  const size_t limit = query.limit++;
  TRY(const auto mailboxes, mailboxes_by_id(api, request.viewer.account));
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const auto found, crm::outbox(session, request.viewer, query));
    TRY(const int64_t total, crm::count_outbox(session, request.viewer, query));
    array items;
    for (const OutboxMessage& message : found)
      if (items.size() < limit) items.push_back(message_json(message, mailboxes));
    PageInfo info{.total = total};
    if (found.size() > limit) info.next_cursor = crm::encode_cursor(binding, {found[limit - 1].id});
    return Reply{.json = page_of(std::move(items), info)};
  });
}

Answer send_email(Api& api, const Request& request) {
  TRY(const OutboxMessage message, composed(request));
  TRY(const auto mailboxes, mailboxes_by_id(api, request.viewer.account));
  const auto mailbox = mailboxes.find(message.mailbox.value);
  if (mailbox == mailboxes.end() || mailbox->second.user != request.viewer.user)
    return std::unexpected(
        Problem(403, "forbidden", "An email leaves through a mailbox of your own; choose one."));
  Answer out = writing(api, [&](db::Session& session) -> Answer {
    TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
    std::vector<int64_t> about;
    for (RecordId id : {message.record, message.in_reply_to})
      if (id) about.push_back(id.value);
    TRY(const auto refs, refs_of(session, request.viewer.account, rights, about));
    if (message.record && !refs.contains(message.record.value)) return std::unexpected(not_found("record"));
    TRY(const OutboxMessage queued, crm::queue_email(session, message, api.now()));
    return Reply{.status = 201, .json = message_json(queued, mailboxes)};
  });
  if (out) out->wake = {message.mailbox};
  return out;
}

Answer get_outbox_message(Api& api, const Request& request) {
  const auto id = record_id(request.path.at("id"));
  if (!id) return std::unexpected(not_found("composed email"));
  TRY(const auto mailboxes, mailboxes_by_id(api, request.viewer.account));
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const OutboxMessage message, crm::outbox_message(session, request.viewer, *id));
    return Reply{.json = message_json(message, mailboxes)};
  });
}

}  // namespace mailsync::admin
