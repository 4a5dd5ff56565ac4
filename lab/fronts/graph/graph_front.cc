#include "lab/fronts/graph/graph_front.h"

#include <algorithm>
#include <charconv>

#include "lab/fronts/graph/front_impl.h"
#include "lab/fronts/graph/odata.h"
#include "lab/target.h"

namespace mailsync::lab::graph {
namespace {

constexpr size_t kMaxBody = 4u << 20;  // of a JSON or MIME request

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    auto end = path.find('/');
    auto segment = path.substr(0, end);
    path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
    if (segment.empty()) continue;
    // users('…') is users/…
    if (auto open = segment.find("('"); open != std::string_view::npos && segment.ends_with("')")) {
      out.emplace_back(segment.substr(0, open));
      out.emplace_back(segment.substr(open + 2, segment.size() - open - 4));
    } else {
      out.emplace_back(segment);
    }
  }
  return out;
}

void read_preference(std::string_view text, Preferences& prefer) {
  auto equals = text.find('=');
  auto name = text.substr(0, equals);
  auto value = equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1);
  if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
  if (same_address(name, "IdType")) prefer.immutable_ids = same_address(value, "ImmutableId");
  if (same_address(name, "outlook.timezone")) prefer.zone_name = value;
  if (same_address(name, "outlook.body-content-type")) prefer.text_body = same_address(value, "text");
  if (same_address(name, "odata.maxpagesize")) {
    size_t size = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), size);
    if (error == std::errc() && size > 0) prefer.page_size = size;
  }
}

Preferences preferences_of(const net::ServerRequest& request) {
  Preferences prefer;
  for (auto& [name, value] : request.headers.all()) {
    if (!same_address(name, "Prefer")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      auto end = rest.find(',');
      auto part = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
      while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
      read_preference(part, prefer);
    }
  }
  prefer.zone = zone_of(prefer.zone_name);
  return prefer;
}

// What each part of a mailbox asks for; a family covers "X.Read" for reading and "X.ReadWrite" for all.
std::string_view family_of(std::string_view segment) {
  if (same_address(segment, "messages") || same_address(segment, "mailFolders")) return "Mail";
  if (same_address(segment, "contacts") || same_address(segment, "contactFolders")) return "Contacts";
  if (same_address(segment, "events") || segment.starts_with("calendar")) return "Calendars";
  if (same_address(segment, "todo")) return "Tasks";
  if (same_address(segment, "outlook") || same_address(segment, "mailboxSettings")) return "MailboxSettings";
  return {};
}

bool permitted(const Call& call) {
  if (call.path.empty()) return true;  // the user himself
  std::string family(family_of(call.path[0]));
  if (family.empty()) return true;  // sendMail checks for itself, translateExchangeIds needs User.Read only
  std::string tail = family == "Tasks" && call.grant.app_only() ? ".All" : "";
  if (call.grant.has(family + ".ReadWrite" + tail)) return true;
  if (call.post() && call.path.back() == "send") return call.grant.has("Mail.Send");
  if (!call.get()) return false;
  if (call.grant.has(family + ".Read" + tail)) return true;
  return family == "Mail" && (call.grant.has("Mail.ReadBasic") || call.grant.has("Mail.ReadBasic.All"));
}

std::string route_name(const Call& call) {
  std::string name = call.request.method;
  char separator = ' ';
  for (auto& segment : call.path) {
    name += separator;
    name += ItemId::parse(segment) || segment.find('-') == 8 ? "{id}" : segment;
    separator = '/';
  }
  return name;
}

bool counts_as_write(const Call& call, int status) {
  if (call.get() || status >= 300 || call.path.empty()) return false;
  if (call.path[0] == "subscriptions" || call.path[0] == "translateExchangeIds") return false;
  return call.path.back() != "createUploadSession";
}

}  // namespace

std::optional<std::string> Throttle::admit(const std::string& key, size_t upload_bytes, Instant now) {
  auto& recent = recent_[key];
  while (!recent.empty() && recent.front() + std::chrono::minutes(10) <= now) recent.pop_front();
  if (size_t most = world_.faults.max_requests_per_10_min; most && recent.size() >= most)
    return "Application is over its RequestBudget limit.";
  auto& uploads = uploads_[key];
  while (!uploads.empty() && uploads.front().first + std::chrono::minutes(5) <= now) uploads.pop_front();
  size_t total = upload_bytes;
  for (auto& [_, bytes] : uploads) total += bytes;
  if (size_t most = world_.faults.max_upload_bytes_per_5_min; most && total > most)
    return "Application is over its IncomingBytes limit.";
  recent.push_back(now);
  if (upload_bytes) uploads.emplace_back(now, upload_bytes);
  return std::nullopt;
}

bool Throttle::begin(const net::ServerRequest* request, const std::string& key) {
  size_t& now = in_flight_[key];
  if (world_.faults.max_concurrent && now >= world_.faults.max_concurrent) return false;
  ++now;
  keys_[request] = key;
  return true;
}

void Throttle::end(const net::ServerRequest* request) {
  auto it = keys_.find(request);
  if (it == keys_.end()) return;
  --in_flight_[it->second];
  keys_.erase(it);
}

Call GraphFront::Impl::call_for(const net::ServerRequest& request, const Grant& grant, Instant now) {
  std::string host(request.headers.find("Host").value_or("graph.microsoft.com"));
  Call call{.world = world,
            .desk = desk,
            .request = request,
            .now = now,
            .grant = grant,
            .prefer = preferences_of(request),
            .base = scheme + "://" + host + "/v1.0"};
  auto path = segments_of(request.path);
  if (!path.empty() && (path[0] == "v1.0" || path[0] == "beta")) path.erase(path.begin());
  call.path = std::move(path);
  return call;
}

std::expected<Grant, Answer> GraphFront::Impl::signed_in(const net::ServerRequest& request, Instant now) {
  auto header = request.headers.find("Authorization").value_or("");
  Call call = call_for(request, {}, now);
  auto refuse = [&](std::string_view message) {
    auto answer = error_answer(call, 401, "InvalidAuthenticationToken", message);
    answer.headers.add("WWW-Authenticate", "Bearer realm=\"\", authorization_uri=\"" + scheme +
                                               "://login.microsoftonline.com/common/oauth2/authorize\", "
                                               "client_id=\"00000003-0000-0000-c000-000000000000\"");
    return std::unexpected(std::move(answer));
  };
  if (header.size() < 8 || !same_address(header.substr(0, 7), "Bearer "))
    return refuse("Access token is empty.");
  auto grant = tokens.find(header.substr(7), now);
  if (!grant) return refuse("Lifetime validation failed, the token is expired.");
  return *grant;
}

std::string GraphFront::Impl::mailbox_key(const net::ServerRequest& request, const Grant& grant) {
  auto path = segments_of(request.path);
  if (path.size() >= 2 && path[1] == "me") return grant.app_id + "/" + grant.user_id;
  if (path.size() < 4 || path[1] != "users") return {};
  Mailbox* mailbox = world.find(path[2]);
  return mailbox ? grant.app_id + "/" + mailbox->user.id : std::string();
}

Answer GraphFront::Impl::too_many(const Call& call, std::string_view message) {
  ++world.counters.throttled;
  auto answer = error_answer(call, 429, "ApplicationThrottled", message);
  if (world.faults.retry_after) answer.headers.add("Retry-After", "2");
  return answer;
}

Answer GraphFront::Impl::route(Call& call) {
  if (call.request.body.size() > kMaxBody)
    return error_answer(call, 413, "BadRequest", "The request body is larger than 4 MB.");
  if (!call.prefer.zone)
    return error_answer(call, 400, "TimeZoneNotSupportedException",
                        "A valid TimeZone value must be specified in the outlook.timezone preference.");
  bool mine = !call.path.empty() && call.path[0] == "me";
  if (mine || (call.path.size() >= 2 && call.path[0] == "users" && call.path[1] != "delta")) {
    if (mine && call.grant.app_only())
      return error_answer(call, 400, "BadRequest",
                          "/me request is only valid with delegated authentication flow.");
    std::string who = mine ? call.grant.user_id : call.path[1];
    call.mailbox = world.find(who);
    call.path.erase(call.path.begin(), call.path.begin() + (mine ? 1 : 2));
    if (!call.mailbox) {
      if (call.path.empty())
        return error_answer(
            call, 404, "Request_ResourceNotFound",
            "Resource '" + who +
                "' does not exist or one of its queried reference-property objects are not present.");
      return error_answer(call, 404, "ErrorInvalidUser", "The requested user '" + who + "' is invalid.");
    }
    if (!call.path.empty() && !call.mailbox->user.mailbox_enabled)
      return error_answer(call, 404, "MailboxNotEnabledForRESTAPI",
                          "The mailbox is either inactive, soft-deleted, or is hosted on-premise.");
    bool tasks = !call.path.empty() && call.path[0] == "todo";  // access policies do not know tasks
    if (!call.path.empty() && !tasks && call.grant.app_only() && call.mailbox->user.refuses_apps)
      return error_answer(call, 403, "ErrorAccessDenied", "Access to OData is disabled.");
    bool foreign = !call.grant.app_only() && call.grant.user_id != call.mailbox->user.id;
    if ((foreign && !call.path.empty()) || !permitted(call))
      return error_answer(call, 403, "ErrorAccessDenied",
                          "Access is denied. Check credentials and try again.");
    for (auto* resource :
         {serve_users, serve_calendar_view, serve_attachments, serve_message_actions, serve_messages,
          serve_contacts, serve_folders, serve_events, serve_todo, serve_settings, serve_translate})
      if (auto answer = resource(call)) return std::move(*answer);
  } else {
    for (auto* resource : {serve_users, serve_subscriptions})
      if (auto answer = resource(call)) return std::move(*answer);
  }
  return error_answer(
      call, 400, "BadRequest",
      "Resource not found for the segment '" + (call.path.empty() ? std::string() : call.path.back()) + "'.");
}

Answer GraphFront::Impl::answer(const net::ServerRequest& request, const Grant& grant, Instant now) {
  Call call = call_for(request, grant, now);
  std::string line = request.method + " " + request.path;
  Faults::Planned* planned = nullptr;
  for (auto& fault : world.faults.planned)
    if (fault.times > 0 && line.find(fault.match) != std::string::npos) {
      planned = &fault;
      break;
    }
  auto fail_as_planned = [&](Faults::Planned fault) {
    auto refused = error_answer(call, fault.status, fault.code, "The service is temporarily unavailable.");
    if (fault.retry_after)
      refused.headers.add("Retry-After", std::to_string(fault.retry_after->count() / 1'000'000));
    return refused;
  };
  if (planned) --planned->times;
  if (planned && !planned->after_effect) return fail_as_planned(*planned);
  auto result = route(call);
  ++world.counters.by_route[route_name(call)];
  if (counts_as_write(call, result.status)) {
    ++world.counters.writes;
    if (call.mailbox) ++world.counters.writes_by_mailbox[call.mailbox->user.mail];
  }
  if (planned) return fail_as_planned(*planned);
  if (call.prefer.immutable_ids) result.headers.add("Preference-Applied", "IdType=\"ImmutableId\"");
  if (!result.headers.find("request-id")) result.headers.add("request-id", world.guid());
  if (auto id = request.headers.find("client-request-id"))
    result.headers.add("client-request-id", std::string(*id));
  return result;
}

GraphFront::GraphFront(World& world, TokenTable& tokens, std::string scheme)
    : impl_(std::make_unique<Impl>(world, tokens, std::move(scheme))) {}
GraphFront::~GraphFront() = default;

std::optional<net::ServerResponse> GraphFront::serve(const net::ServerRequest& request, Instant now) {
  World& world = impl_->world;
  world.settle(now);
  if (request.path.starts_with("/upload/")) {
    ++world.counters.requests;
    return serve_upload(world, impl_->desk, request, now);
  }
  if (!request.path.starts_with("/v1.0")) return std::nullopt;
  ++world.counters.requests;
  auto grant = impl_->signed_in(request, now);
  if (!grant) return std::move(grant.error());
  if (request.path == "/v1.0/$batch") return impl_->batch(request, *grant, now);
  return impl_->answer(request, *grant, now);
}

std::vector<OutgoingPost> GraphFront::asks_first(const net::ServerRequest& request, Instant now) {
  if (request.method != "POST" || request.path != "/v1.0/subscriptions" || !impl_->signed_in(request, now))
    return {};
  return impl_->notifier.handshakes(request);
}

void GraphFront::answered(const OutgoingPost& post, int status, std::string_view body) {
  impl_->notifier.answered(post, status, body);
}

std::optional<net::ServerResponse> GraphFront::enter(const net::ServerRequest& request, Instant now) {
  if (!request.path.starts_with("/v1.0")) return std::nullopt;
  auto grant = impl_->signed_in(request, now);
  if (!grant) return std::nullopt;
  std::string key = impl_->mailbox_key(request, *grant);
  if (key.empty()) return std::nullopt;
  Call call = impl_->call_for(request, *grant, now);
  size_t upload = request.method == "GET" ? 0 : request.body.size();
  auto refuse = [&](std::string_view why) {
    ++impl_->world.counters.requests;
    return impl_->too_many(call, why);
  };
  if (auto why = impl_->throttle.admit(key, upload, now)) return refuse(*why);
  if (!impl_->throttle.begin(&request, key))
    return refuse("Application is over its MailboxConcurrency limit.");
  return std::nullopt;
}

void GraphFront::leave(const net::ServerRequest& request) {
  impl_->throttle.end(&request);
}
std::vector<OutgoingPost> GraphFront::take_due_notifications(Instant now) {
  impl_->world.settle(now);
  return impl_->notifier.take_due(now);
}
void GraphFront::delivered(const OutgoingPost& post, int status, Instant now) {
  impl_->notifier.delivered(post, status, now);
}
void GraphFront::send_lifecycle(std::string_view event, std::string_view mailbox, Instant now) {
  impl_->notifier.lifecycle(event, mailbox, now);
}
size_t GraphFront::subscription_count() const {
  return impl_->desk.subscriptions.size();
}
void GraphFront::forget_delta_tokens(Instant now) {
  impl_->desk.tokens_valid_from = now + std::chrono::microseconds(1);
}

}  // namespace mailsync::lab::graph
