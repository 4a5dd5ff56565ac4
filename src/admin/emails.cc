// Captured mail: one email, its attachments, its bytes as they came.
#include "crm/builtin/emails.h"

#include <boost/json.hpp>

#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/mailbox_json.h"
#include "admin/record_json.h"
#include "admin/records.h"
#include "crm/builtin/blobs.h"
#include "crm/builtin/fold.h"
#include "crm/builtin/json_text.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr size_t kMaxBodyBytes = size_t{2} << 20;

object attachment_json(const crm::StoredAttachment& each) {
  return {{"id", std::to_string(each.id)},     {"name", each.name},
          {"content_type", each.content_type}, {"size", each.size},
          {"inline", each.is_inline},          {"content_id", text_or_null(each.content_id)},
          {"available", !each.blob.empty()}};
}

array addresses_in(const std::string& json, std::string_view role) {
  boost::system::error_code failed;
  const value parsed = boost::json::parse(json, failed);
  if (failed) return {};
  if (role.empty()) return parsed.is_array() ? parsed.get_array() : array();
  const auto* found = parsed.is_object() ? parsed.get_object().if_contains(role) : nullptr;
  return found && found->is_array() ? found->get_array() : array();
}

// Types that run nowhere and may be shown; all others are saved as bytes (S30).
std::string safe_type(const std::string& type) {
  for (std::string_view fine : {"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"})
    if (type == fine) return type;
  return "application/octet-stream";
}

// RFC 6266: attachment; filename*=UTF-8''percent-encoded. No byte of the name can end the header.
std::string saved_as(std::string_view name) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out = "attachment; filename*=UTF-8''";
  for (char c : name.empty() ? std::string_view("attachment") : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '_';
    if (plain) {
      out += c;
    } else {
      ((out += '%') += kHex[byte >> 4]) += kHex[byte & 15];
    }
  }
  return out;
}

// A blob, read a part at a time.
class BlobStream final : public net::BodyStream {
 public:
  BlobStream(Api& api, crm::StoredBlob blob) : api_(api), blob_(blob) {}
  Task<Result<std::string>> next() override {
    if (part_ >= blob_.parts) co_return std::string();
    const int64_t part = part_++;
    co_return co_await api_.executor.blocking([&api = api_, blob = blob_, part]() -> Result<std::string> {
      std::string bytes;
      TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
        TRY(bytes, crm::read_part(session, blob, part));
        return {};
      }));
      return bytes;
    });
  }

 private:
  Api& api_;
  crm::StoredBlob blob_;
  int64_t part_ = 0;
};

Answer blob_reply(Api& api, db::Session& session, const Request& request, const std::string& blob,
                  std::string type, std::string_view name) {
  TRY(const crm::StoredBlob stored, crm::find_blob(session, request.viewer.account, blob));
  Reply reply;
  reply.headers.set("Content-Type", std::move(type));
  reply.headers.set("Content-Disposition", saved_as(name));
  reply.headers.set("Content-Security-Policy", "default-src 'none'; sandbox");
  reply.stream = std::make_unique<BlobStream>(api, stored);
  return reply;
}

std::expected<crm::EmailDetail, Problem> detail_of(db::Session& session, const Request& request) {
  const auto id = record_id(request.path.at("id"));
  if (!id) return std::unexpected(not_found("email"));
  TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
  TRY(auto detail, crm::email_detail(session, request.viewer.account, rights, *id));
  return detail;
}

}  // namespace

Answer list_emails(Api& api, const Request& request) {
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
    TRY(const crm::ListQuery query, list_query(session, request, crm::RecordType::Email));
    TRY(const crm::ListPage page,
        crm::list_records(session, request.viewer.account, rights, query, api.now()));
    TRY(const auto emails, crm::email_summaries(session, request.viewer.account, rights, page.ids));
    TRY(auto items, emails_json(session, request.viewer.account, rights, emails));
    return Reply{.json = page_of(array(items.begin(), items.end()),
                                 {page.next_cursor, page.total, page.total_is_estimate})};
  });
}

Answer get_email(Api& api, const Request& request) {
  std::vector<int64_t> in_mailboxes;
  Answer out = reading(api, [&](db::Session& session) -> Answer {
    TRY(const crm::EmailDetail detail, detail_of(session, request));
    TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
    TRY(auto summaries, emails_json(session, request.viewer.account, rights, std::span(&detail.summary, 1)));
    object json = std::move(summaries.front());
    for (std::string_view role : {"cc", "reply_to"})
      json[role] = addresses_in(detail.summary.participants, role);
    json["bcc"] = addresses_in(detail.bcc, "");
    json["body_html"] = text_or_null(crm::cut(detail.html, kMaxBodyBytes));
    json["body_text"] = text_or_null(crm::cut(detail.text, kMaxBodyBytes));
    json["body_truncated"] = detail.html.size() > kMaxBodyBytes || detail.text.size() > kMaxBodyBytes;
    array attachments;
    for (const auto& each : detail.attachments) attachments.push_back(attachment_json(each));
    json["attachments"] = std::move(attachments);
    const int64_t id = detail.summary.record.id.value;
    TRY(const auto targets, targets_of(session, request.viewer.account, std::span(&id, 1), true));
    array related;
    if (const auto at = targets.find(id); at != targets.end()) {
      TRY(const auto refs, refs_of(session, request.viewer.account, rights, at->second));
      for (const auto& [target, ref] : refs) related.push_back(ref);
    }
    json["related"] = std::move(related);
    json["message_id"] = text_or_null(detail.message_id);
    json["protection"] = detail.is_protected ? "encrypted" : "none";
    json["damaged"] = text_or_null(detail.note);
    json["has_original"] = !detail.raw_blob.empty();
    json["shown"] = detail.shown;
    in_mailboxes = detail.mailboxes;
    return Reply{.json = std::move(json)};
  });
  if (!out) return out;
  array mailboxes;
  for (int64_t id : in_mailboxes)
    if (const auto mailbox = api.store.mailbox(MailboxId{id}); mailbox && may_see(request, *mailbox))
      mailboxes.push_back(mailbox_ref(*mailbox));
  out->json.as_object()["mailboxes"] = std::move(mailboxes);
  return out;
}

Answer narrow_email(Api& api, const Request& request) {
  const auto id = record_id(request.path.at("id"));
  if (!id) return std::unexpected(not_found("email"));
  const value* wanted = request.body.if_contains("shown");
  const auto shown =
      wanted && wanted->is_string() ? crm::shown_named(wanted->get_string()) : std::optional<sync::Shown>();
  if (!shown) return std::unexpected(Problem(422, "invalid", "Say who sees it: all, head or owner."));
  Answer done = writing(api, [&](db::Session& session) -> Answer {
    TRY_VOID(crm::rights_of(session, request.viewer));
    TRY_VOID(crm::narrow_copy(session, request.viewer.account, request.viewer.user, *id, *shown));
    return Reply{.status = 204};
  });
  if (!done) return done;
  return get_email(api, request);
}

Answer get_email_original(Api& api, const Request& request) {
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const crm::EmailDetail detail, detail_of(session, request));
    if (detail.raw_blob.empty())
      return std::unexpected(
          Problem(404, "not_found",
                  "The original of this email is not kept here; open it in the mailbox it came from."));
    return blob_reply(api, session, request, detail.raw_blob, "message/rfc822",
                      crm::cut(detail.summary.subject, 100) + ".eml");
  });
}

Answer list_attachments(Api& api, const Request& request) {
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const crm::EmailDetail detail, detail_of(session, request));
    array items;
    for (const auto& each : detail.attachments) items.push_back(attachment_json(each));
    return Reply{.json = object{{"items", std::move(items)}}};
  });
}

Answer get_attachment(Api& api, const Request& request) {
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const crm::EmailDetail detail, detail_of(session, request));
    const auto wanted = crm::id_from(request.path.at("attachment_id"));
    for (const auto& each : detail.attachments) {
      if (!wanted || each.id != *wanted) continue;
      if (each.blob.empty())
        return std::unexpected(Problem(
            404, "not_found", "The attachment was too large to keep; open it in the mailbox it came from."));
      return blob_reply(api, session, request, each.blob, safe_type(each.content_type), each.name);
    }
    return std::unexpected(not_found("attachment"));
  });
}

}  // namespace mailsync::admin
