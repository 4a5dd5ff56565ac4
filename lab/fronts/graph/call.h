// What the files of the Graph front share: one request being answered, and the forms answers have.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/json_read.h"
#include "lab/meetings.h"
#include "lab/tokens.h"
#include "lab/world.h"
#include "lab/zones.h"
#include "net/http.h"

namespace mailsync::lab::graph {

using Answer = net::ServerResponse;

// The request's Prefer headers.
struct Preferences {
  bool immutable_ids = false;
  std::optional<size_t> page_size;
  std::string zone_name = "UTC";
  const date::time_zone* zone = nullptr;  // of zone_name; set by the front
  bool text_body = false;
};

struct Upload {
  uint16_t mailbox = 0;
  uint64_t item = 0;
  Attachment attachment;
  size_t size = 0;
  std::string received;
  Instant expires;
};

struct Subscription {
  std::string id;
  std::string app_id;
  uint16_t mailbox = 0;
  std::string resource;  // as asked for
  IdKind kind = IdKind::Message;
  uint64_t container = 0;  // 0 = the whole mailbox
  bool created = false, updated = false, deleted = false;
  bool immutable_ids = false;
  std::string notification_url;
  std::string lifecycle_url;
  std::string client_state;
  Instant expires;
  bool warned = false;  // reauthorizationRequired was sent for this term
};

// What the front keeps beside the world.
struct Desk {
  std::map<std::string, Upload> uploads;
  std::map<std::string, Subscription> subscriptions;
  std::map<std::string, bool> handshakes;                 // URL → did its last handshake succeed
  std::map<std::string, uint64_t> events_by_transaction;  // "<mailbox>/<transactionId>" → event
  Instant tokens_valid_from{};                            // delta tokens from before are gone
  uint64_t reads = 0;
};

struct Call {
  World& world;
  Desk& desk;
  const net::ServerRequest& request;
  Instant now;
  Grant grant;
  Mailbox* mailbox = nullptr;     // of /users/{…}/… and /me/…
  std::vector<std::string> path;  // behind /v1.0 and the user; keys as segments of their own
  Preferences prefer;
  std::string base;  // "https://host:port/v1.0"

  bool get() const { return request.method == "GET"; }
  bool post() const { return request.method == "POST"; }
  bool patch() const { return request.method == "PATCH"; }
  bool del() const { return request.method == "DELETE"; }
  // Does the path have this form? "*" is any segment; names compare without case.
  bool at(std::initializer_list<std::string_view> pattern) const;
  std::string_view query(std::string_view name) const {
    return request.query_value(name).value_or(std::string_view());
  }
};

Answer json_answer(int status, const json::value& body);
Answer empty_answer(int status);
// {"error": {"code", "message", "innerError": {"date", "request-id", "client-request-id"}}}
Answer error_answer(const Call& call, int status, std::string_view code, std::string_view message);
Answer not_found(const Call& call);
Answer bad_id(const Call& call);

// The body as an object; otherwise an answer that refuses it.
std::expected<json::object, Answer> body_object(const Call& call);

// 412 when If-Match names another version than this one (unless the lab ignores preconditions).
std::optional<Answer> precondition(const Call& call, uint64_t version);

// Looks an item up by the id in the path, ordinary or immutable; the answer says why not.
struct Found {
  Item* item = nullptr;
  std::optional<uint32_t> day;  // an occurrence
};
std::expected<Found, Answer> find_item(Call& call, std::string_view id, IdKind kind);
std::expected<Container*, Answer> find_container(Call& call, std::string_view id_or_name, ContainerKind kind);

std::string percent_encode(std::string_view text);
std::string iso_seconds(Instant instant);  // whole seconds

// Resources. nullopt: not this file's path.
std::optional<Answer> serve_users(Call& call);
std::optional<Answer> serve_folders(Call& call);
std::optional<Answer> serve_messages(Call& call);
std::optional<Answer> serve_message_actions(Call& call);
std::optional<Answer> serve_attachments(Call& call);
std::optional<Answer> serve_contacts(Call& call);
std::optional<Answer> serve_todo(Call& call);
std::optional<Answer> serve_events(Call& call);
std::optional<Answer> serve_calendar_view(Call& call);
std::optional<Answer> serve_settings(Call& call);
std::optional<Answer> serve_subscriptions(Call& call);
std::optional<Answer> serve_translate(Call& call);
// PUT to an upload URL: no Authorization there.
Answer serve_upload(World& world, Desk& desk, const net::ServerRequest& request, Instant now);

}  // namespace mailsync::lab::graph
