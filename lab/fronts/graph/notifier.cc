// The part of subscriptions.h that sends.
#include <algorithm>

#include "lab/fronts/graph/subscriptions.h"

namespace mailsync::lab::graph {
namespace {

constexpr Duration kRetryFor = std::chrono::hours(4);
constexpr Duration kWarnBefore = std::chrono::hours(24);

std::string_view name_of(ChangeType type) {
  switch (type) {
    case ChangeType::Created:
      return "created";
    case ChangeType::Updated:
      return "updated";
    case ChangeType::Deleted:
      return "deleted";
  }
  return {};
}

std::string_view odata_type(IdKind kind) {
  switch (kind) {
    case IdKind::Message:
      return "#Microsoft.Graph.Message";
    case IdKind::Contact:
      return "#Microsoft.Graph.Contact";
    case IdKind::Event:
      return "#Microsoft.Graph.Event";
    case IdKind::Task:
    case IdKind::Container:
    case IdKind::Attachment:
      return "#Microsoft.Graph.todoTask";
  }
  return {};
}

std::string_view segment_of(IdKind kind) {
  return kind == IdKind::Message   ? "Messages"
         : kind == IdKind::Contact ? "Contacts"
         : kind == IdKind::Event   ? "Events"
                                   : "todo/tasks";
}

}  // namespace

Notifier::Notifier(World& world, Desk& desk) : world_(world), desk_(desk) {
  world.observe([this](const Change& change) { on_change(change); });
}

std::vector<OutgoingPost> Notifier::handshakes(const net::ServerRequest& request) {
  std::vector<OutgoingPost> posts;
  boost::system::error_code failed;
  auto body = json::parse(request.body, failed);
  if (failed || !body.is_object()) return posts;
  for (std::string_view name : {"notificationUrl", "lifecycleNotificationUrl"}) {
    std::string url(text_of(body.get_object(), name));
    if (url.empty()) continue;
    desk_.handshakes[url] = false;
    std::string token =
        "Validation: Testing client application reachability for subscription Request-Id: " + world_.guid();
    OutgoingPost post{.id = ++last_post_,
                      .url = url + (url.find('?') == std::string::npos ? "?" : "&") +
                             "validationToken=" + percent_encode(token),
                      .content_type = "text/plain; charset=utf-8",
                      .body = {}};
    awaited_[post.id] = token + "\n" + url;
    posts.push_back(std::move(post));
  }
  return posts;
}

void Notifier::answered(const OutgoingPost& post, int status, std::string_view body) {
  auto it = awaited_.find(post.id);
  if (it == awaited_.end()) return;
  auto newline = it->second.find('\n');
  desk_.handshakes[it->second.substr(newline + 1)] =
      status == 200 && body == std::string_view(it->second).substr(0, newline);
  awaited_.erase(it);
}

void Notifier::on_change(const Change& change) {
  if (world_.faults.drop_notifications) return;
  for (auto& [_, subscription] : desk_.subscriptions) {
    bool wanted = change.type == ChangeType::Created   ? subscription.created
                  : change.type == ChangeType::Updated ? subscription.updated
                                                       : subscription.deleted;
    if (!wanted || subscription.mailbox != change.mailbox.number || subscription.kind != change.item.kind)
      continue;
    if ((subscription.container && subscription.container != change.container) ||
        subscription.expires <= change.at)
      continue;
    std::string id =
        change.mailbox.id_of(change.item, subscription.immutable_ids && change.item.kind != IdKind::Task);
    std::string resource =
        "Users/" + change.mailbox.user.id + "/" + std::string(segment_of(change.item.kind)) + "/" + id;
    json::object notice{{"changeType", name_of(change.type)},
                        {"resource", resource},
                        {"resourceData",
                         {{"@odata.type", odata_type(change.item.kind)},
                          {"@odata.id", resource},
                          {"@odata.etag", "W/\"" + change_key(change.item.version) + "\""},
                          {"id", id}}}};
    queue(subscription, subscription.notification_url, notice, change.at + world_.faults.notification_delay);
    if (world_.faults.duplicate_notifications)
      queue(subscription, subscription.notification_url, notice,
            change.at + 2 * world_.faults.notification_delay);
  }
}

void Notifier::queue(const Subscription& subscription, const std::string& url, json::object notice,
                     Instant due) {
  notice["subscriptionId"] = subscription.id;
  notice["subscriptionExpirationDateTime"] = subscription.expires.to_iso();
  if (!subscription.client_state.empty()) notice["clientState"] = subscription.client_state;
  notice["tenantId"] = world_.tenant_id();
  // Several notices to one URL at one moment travel together, as the service batches them.
  for (auto [it, end] = pending_.equal_range(due); it != end; ++it) {
    if (it->second.post.url != url || it->second.subscription != subscription.id) continue;
    auto body = json::parse(it->second.post.body).as_object();
    body.at("value").as_array().push_back(notice);
    it->second.post.body = json::serialize(body);
    return;
  }
  Pending pending{.due = due,
                  .first_tried = due,
                  .post = {.id = ++last_post_,
                           .url = url,
                           .content_type = "application/json; charset=utf-8",
                           .body = json::serialize(json::object{{"value", json::array{notice}}})},
                  .subscription = subscription.id};
  pending_.emplace(due, std::move(pending));
}

void Notifier::expire(Instant now) {
  for (auto it = desk_.subscriptions.begin(); it != desk_.subscriptions.end();) {
    Subscription& subscription = it->second;
    if (subscription.expires <= now) {
      it = desk_.subscriptions.erase(it);
      continue;
    }
    if (!subscription.warned && !subscription.lifecycle_url.empty() &&
        subscription.expires - now <= kWarnBefore) {
      subscription.warned = true;
      queue(subscription, subscription.lifecycle_url,
            {{"lifecycleEvent", "reauthorizationRequired"}, {"resource", subscription.resource}}, now);
    }
    ++it;
  }
}

std::vector<OutgoingPost> Notifier::take_due(Instant now) {
  expire(now);
  std::vector<OutgoingPost> posts;
  while (!pending_.empty() && pending_.begin()->first <= now) {
    Pending pending = std::move(pending_.begin()->second);
    pending_.erase(pending_.begin());
    posts.push_back(pending.post);
    out_.insert_or_assign(pending.post.id, std::move(pending));
  }
  return posts;
}

void Notifier::delivered(const OutgoingPost& post, int status, Instant now) {
  auto it = out_.find(post.id);
  if (it == out_.end()) return;
  Pending pending = std::move(it->second);
  out_.erase(it);
  if ((status >= 200 && status < 300) || now - pending.first_tried >= kRetryFor) return;
  pending.due = now + std::chrono::seconds(30);
  pending_.emplace(pending.due, std::move(pending));
}

void Notifier::lifecycle(std::string_view event, std::string_view mailbox, Instant now) {
  Mailbox* only = mailbox.empty() ? nullptr : world_.find(mailbox);
  for (auto it = desk_.subscriptions.begin(); it != desk_.subscriptions.end();) {
    Subscription& subscription = it->second;
    if ((!mailbox.empty() && !only) || (only && subscription.mailbox != only->number)) {
      ++it;
      continue;
    }
    if (!subscription.lifecycle_url.empty())
      queue(subscription, subscription.lifecycle_url,
            {{"lifecycleEvent", event}, {"resource", subscription.resource}}, now);
    it = event == "subscriptionRemoved" ? desk_.subscriptions.erase(it) : std::next(it);
  }
}

}  // namespace mailsync::lab::graph
