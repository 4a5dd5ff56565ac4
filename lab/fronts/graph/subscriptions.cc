// /subscriptions: create (after the handshake), list, renew, reauthorize, delete.
#include "lab/fronts/graph/subscriptions.h"

#include <algorithm>

#include "lab/fronts/graph/odata.h"

namespace mailsync::lab::graph {
namespace {

json::object shown(const Subscription& subscription) {
  std::string change;
  for (auto [on, name] : {std::pair{subscription.created, "created"},
                          {subscription.updated, "updated"},
                          {subscription.deleted, "deleted"}})
    if (on) change += (change.empty() ? "" : ",") + std::string(name);
  json::object out{
      {"@odata.type", "#microsoft.graph.subscription"},
      {"id", subscription.id},
      {"resource", subscription.resource},
      {"applicationId", subscription.app_id},
      {"changeType", change},
      {"clientState",
       subscription.client_state.empty() ? json::value() : json::value(subscription.client_state)},
      {"notificationUrl", subscription.notification_url},
      {"notificationQueryOptions", nullptr},
      {"lifecycleNotificationUrl",
       subscription.lifecycle_url.empty() ? json::value() : json::value(subscription.lifecycle_url)},
      {"expirationDateTime", subscription.expires.to_iso()},
      {"creatorId", subscription.app_id},
      {"includeResourceData", nullptr},
      {"latestSupportedTlsVersion", "v1_2"},
      {"encryptionCertificate", nullptr},
      {"encryptionCertificateId", nullptr},
      {"notificationUrlAppId", nullptr}};
  return out;
}

// "/users/{id}/mailFolders('inbox')/messages" → segments with keys of their own.
std::vector<std::string> segments_of(std::string_view resource) {
  std::vector<std::string> out(1);
  for (size_t i = 0; i < resource.size(); ++i) {
    if (resource[i] == '/' || resource.substr(i, 2) == "('") {
      if (resource[i] == '(') ++i;
      if (!out.back().empty()) out.emplace_back();
    } else if (resource.substr(i, 2) == "')") {
      ++i;
    } else {
      out.back() += resource[i];
    }
  }
  if (out.back().empty()) out.pop_back();
  return out;
}

Answer refused(const Call& call, std::string_view message, int status = 400,
               std::string_view code = "InvalidRequest") {
  return error_answer(call, status, code, message);
}

// Fills in mailbox, kind and container from the resource.
std::optional<Answer> resolve(Call& call, Subscription& subscription) {
  auto path = segments_of(subscription.resource);
  if (!path.empty() && path[0] == "me")
    path = [&] {
      std::vector<std::string> full{"users", call.grant.user_id};
      full.insert(full.end(), path.begin() + 1, path.end());
      return full;
    }();
  if (path.size() < 3 || !same_address(path[0], "users"))
    return refused(call, "The resource '" + subscription.resource + "' is not supported.");
  Mailbox* mailbox = call.world.find(path[1]);
  if (!mailbox) return refused(call, "The user of the resource was not found.", 404, "ResourceNotFound");
  if (!mailbox->user.mailbox_enabled)
    return refused(call, "The mailbox is either inactive, soft-deleted, or is hosted on-premise.", 404,
                   "MailboxNotEnabledForRESTAPI");
  if (!call.grant.app_only() && mailbox->user.id != call.grant.user_id)
    return refused(call, "Access is denied.", 403, "ExtensionError");
  subscription.mailbox = mailbox->number;
  call.mailbox = mailbox;
  std::string last = path.back();
  auto within = [&](size_t at, ContainerKind kind) -> std::optional<Answer> {
    if (path.size() <= at + 1) return std::nullopt;
    auto container = find_container(call, path[at], kind);
    if (!container) return std::move(container.error());
    subscription.container = (*container)->number;
    return std::nullopt;
  };
  if (same_address(last, "messages")) {
    subscription.kind = IdKind::Message;
    return same_address(path[2], "mailFolders") ? within(3, ContainerKind::MailFolder) : std::nullopt;
  }
  if (same_address(last, "contacts")) {
    subscription.kind = IdKind::Contact;
    return same_address(path[2], "contactFolders") ? within(3, ContainerKind::ContactFolder) : std::nullopt;
  }
  if (same_address(last, "events")) {
    subscription.kind = IdKind::Event;
    return std::nullopt;
  }
  if (same_address(last, "tasks") && path.size() >= 6) {
    subscription.kind = IdKind::Task;
    if (call.grant.app_only())
      return refused(call, "Application permissions are not supported for subscriptions to tasks.", 403,
                     "ExtensionError");
    return within(4, ContainerKind::TaskList);
  }
  return refused(call, "The resource '" + subscription.resource + "' is not supported.");
}

bool allowed(const Call& call, IdKind kind) {
  std::string_view family = kind == IdKind::Message   ? "Mail."
                            : kind == IdKind::Contact ? "Contacts."
                            : kind == IdKind::Event   ? "Calendars."
                                                      : "Tasks.";
  return std::ranges::any_of(call.grant.scopes, [&](const std::string& scope) {
    return scope.starts_with(family) && scope != "Mail.Send";
  });
}

std::optional<Answer> set_expiry(const Call& call, const json::object& body, Subscription& subscription) {
  auto asked = Instant::from_iso(text_of(body, "expirationDateTime"));
  if (!asked || *asked <= call.now) return refused(call, "expirationDateTime must be in the future.");
  Duration longest =
      subscription.kind == IdKind::Task ? std::chrono::minutes(4230) : call.world.faults.longest_subscription;
  if (*asked - call.now > longest)
    return refused(call,
                   "Subscription expiration can only be " +
                       std::to_string(std::chrono::duration_cast<std::chrono::minutes>(longest).count()) +
                       " minutes in the future.");
  subscription.expires = std::max(*asked, call.now + std::chrono::minutes(45));
  subscription.warned = false;
  return std::nullopt;
}

Answer create(Call& call) {
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  Subscription subscription{.id = call.world.guid(),
                            .app_id = call.grant.app_id,
                            .resource = std::string(text_of(*body, "resource"))};
  std::string change(text_of(*body, "changeType"));
  subscription.created = change.find("created") != std::string::npos;
  subscription.updated = change.find("updated") != std::string::npos;
  subscription.deleted = change.find("deleted") != std::string::npos;
  if (!subscription.created && !subscription.updated && !subscription.deleted)
    return refused(call, "changeType is missing or not supported.");
  subscription.notification_url = text_of(*body, "notificationUrl");
  subscription.lifecycle_url = text_of(*body, "lifecycleNotificationUrl");
  subscription.client_state = text_of(*body, "clientState");
  subscription.immutable_ids = call.prefer.immutable_ids;
  if (subscription.client_state.size() > 128)
    return refused(call, "clientState is longer than 128 characters.");
  if (auto bad = resolve(call, subscription)) return std::move(*bad);
  if (!allowed(call, subscription.kind))
    return refused(call, "Operation: Create; Exception: [Status Code: Forbidden; Reason: Access is denied.]",
                   403, "ExtensionError");
  if (auto bad = set_expiry(call, *body, subscription)) return std::move(*bad);
  for (const std::string& url : {subscription.notification_url, subscription.lifecycle_url}) {
    if (url.empty() && &url == &subscription.lifecycle_url) continue;
    if (!url.starts_with("https://") && !url.starts_with("http://localhost") &&
        !url.starts_with("http://127.0.0.1") && !url.empty())
      return refused(call, "The notification URL must use HTTPS.");
  }
  if (subscription.notification_url.empty()) return refused(call, "notificationUrl is missing.");
  for (const std::string& url : {subscription.notification_url, subscription.lifecycle_url})
    if (!url.empty() && !call.desk.handshakes[url])
      return refused(call,
                     "Subscription validation request failed. Notification endpoint must respond with 200 OK "
                     "to validation request.",
                     400, "ValidationError");
  size_t active = 0;
  for (auto& [_, other] : call.desk.subscriptions) {
    if (other.app_id == subscription.app_id && other.resource == subscription.resource &&
        other.notification_url == subscription.notification_url && other.created == subscription.created &&
        other.updated == subscription.updated && other.deleted == subscription.deleted)
      return refused(call, "Subscription already exists for the provided resource and change type.", 409,
                     "InvalidRequest");
    active += other.mailbox == subscription.mailbox;
  }
  if (active >= 1000)
    return refused(call, "The mailbox has reached its limit of 1000 subscriptions.", 403, "ExtensionError");
  call.desk.subscriptions[subscription.id] = subscription;
  return json_answer(201, shown(subscription));
}

}  // namespace

std::optional<Answer> serve_subscriptions(Call& call) {
  if (call.path.empty() || !same_address(call.path[0], "subscriptions")) return std::nullopt;
  if (call.path.size() == 1) {
    if (call.post()) return create(call);
    std::vector<json::object> rows;
    for (auto& [_, subscription] : call.desk.subscriptions)
      if (subscription.app_id == call.grant.app_id && subscription.expires > call.now)
        rows.push_back(shown(subscription));
    return list_answer(call, std::move(rows), 100);
  }
  auto it = call.desk.subscriptions.find(call.path[1]);
  if (it == call.desk.subscriptions.end() || it->second.expires <= call.now ||
      it->second.app_id != call.grant.app_id)
    return refused(call, "The object was not found.", 404, "ResourceNotFound");
  if (call.path.size() == 3 && call.path[2] == "reauthorize" && call.post()) {
    it->second.warned = false;
    return empty_answer(204);
  }
  if (call.get()) return json_answer(200, shown(it->second));
  if (call.del()) {
    call.desk.subscriptions.erase(it);
    return empty_answer(204);
  }
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  if (body->contains("lifecycleNotificationUrl"))
    return refused(call, "lifecycleNotificationUrl can only be set when the subscription is created.");
  if (body->contains("expirationDateTime"))
    if (auto bad = set_expiry(call, *body, it->second)) return bad;
  return json_answer(200, shown(it->second));
}

}  // namespace mailsync::lab::graph
