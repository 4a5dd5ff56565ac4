#include "mailbox/graph/push.h"

#include <algorithm>
#include <cctype>

#include "base/log.h"

namespace mailsync::graph {
namespace {

// Older limits, for when the longer life is refused (F142).
constexpr Duration kShorterLife = std::chrono::minutes(4'200);

bool same_resource(std::string_view a, std::string_view b) {
  const auto bare = [](std::string_view text) { return text.starts_with('/') ? text.substr(1) : text; };
  return std::ranges::equal(
      bare(a), bare(b), [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_missing(const Error& error) {
  return error.kind == ErrorKind::Gone;
}

}  // namespace

std::vector<std::string> Push::wanted() const {
  return {client_->resource("/messages"), client_->resource("/events"), client_->resource("/contacts")};
}

Task<Result<sync::Subscription>> Push::create(std::string resource) {
  sync::Subscription out{
      .id = {}, .mailbox = options_.mailbox, .resource = resource, .expires = {}, .client_state = {}};
  out.client_state = Secret(client_->random().token(32));  // 256 bits, 43 characters (S16)
  bool cleared = false;
  while (true) {
    const Instant expires = client_->executor().clock().now() + options_.life;
    object body{{"changeType", "created,updated,deleted"},
                {"notificationUrl", options_.notification_url},
                {"resource", resource},
                {"expirationDateTime", expires.to_iso()},
                {"clientState", out.client_state.reveal()},
                {"latestSupportedTlsVersion", "v1_2"}};
    if (!options_.lifecycle_url.empty()) body["lifecycleNotificationUrl"] = options_.lifecycle_url;
    auto made = co_await client_->create_subscription(boost::json::serialize(body));
    if (made) {
      out.id = made->id;
      out.expires = made->expires.value_or(expires);
      co_return out;
    }
    // One that we do not know watches the same already: cleared away once, then tried again.
    if (made.error().kind == ErrorKind::VersionStale && !std::exchange(cleared, true)) {
      std::vector<sync::Subscription> none;
      CO_TRY_VOID(co_await delete_unknown(none, {resource}));
      continue;
    }
    if (made.error().kind != ErrorKind::ItemInvalid || options_.life <= kShorterLife)
      co_return fail(std::move(made).error());
    options_.life = kShorterLife;
  }
}

Task<Result<sync::Subscription>> Push::renewed(sync::Subscription subscription) {
  const Instant now = client_->executor().clock().now();
  if (subscription.expires - now > options_.life / 2) co_return subscription;
  auto renewed = co_await client_->renew_subscription(subscription.id, now + options_.life);
  if (renewed) {
    subscription.expires = renewed->expires.value_or(now + options_.life);
    co_return subscription;
  }
  // Lost meanwhile (F141): a new one; the gap is caught up with by the next pass, as always.
  if (is_missing(renewed.error())) co_return co_await create(subscription.resource);
  co_return fail(std::move(renewed).error());
}

Task<Result<void>> Push::delete_unknown(std::vector<sync::Subscription>& known,
                                        std::vector<std::string> resources) {
  std::vector<WireSubscription> alive;
  std::string link;
  do {
    CO_TRY(auto page, co_await client_->subscriptions(link));
    alive.insert(alive.end(), page.items.begin(), page.items.end());
    link = page.next_link;
  } while (!link.empty());
  for (const WireSubscription& one : alive) {
    const bool ours = one.notification_url == options_.notification_url &&
                      std::ranges::any_of(resources, [&](const auto& resource) {
                        return same_resource(resource, one.resource);
                      });
    if (!ours || std::ranges::find(known, one.id, &sync::Subscription::id) != known.end()) continue;
    // Its secret is not known, so its notices would be dropped: it only uses up the mailbox's share (F146).
    auto ended = co_await client_->delete_subscription(one.id);
    if (!ended && !is_missing(ended.error())) co_return ended;
  }
  std::erase_if(known, [&](const sync::Subscription& one) {
    return std::ranges::find(alive, one.id, &WireSubscription::id) == alive.end();
  });
  co_return Result<void>{};
}

Task<Result<std::vector<sync::Subscription>>> Push::reconcile(std::vector<sync::Subscription> known) {
  std::vector<sync::Subscription> out;
  if (options_.notification_url.empty()) co_return out;
  if (!compared_) CO_TRY_VOID(co_await delete_unknown(known, wanted()));
  compared_ = true;
  for (const std::string& resource : wanted()) {
    const auto found = std::ranges::find_if(
        known, [&](const sync::Subscription& one) { return same_resource(one.resource, resource); });
    Result<sync::Subscription> one = fail(ErrorKind::Transient, "");
    if (found != known.end())
      one = co_await renewed(*found);
    else
      one = co_await create(resource);
    if (one) {
      out.push_back(*std::move(one));
    } else if (one.error().kind == ErrorKind::Forbidden || one.error().kind == ErrorKind::Unsupported) {
      log::error("no change notices for this kind; it is polled", one.error());
    } else {
      co_return fail(std::move(one).error());
    }
  }
  for (const sync::Subscription& one : known) {
    const auto resources = wanted();
    if (std::ranges::any_of(resources,
                            [&](const auto& resource) { return same_resource(resource, one.resource); }))
      continue;
    auto ended = co_await client_->delete_subscription(one.id);
    if (!ended && !is_missing(ended.error())) co_return fail(std::move(ended).error());
  }
  co_return out;
}

}  // namespace mailsync::graph
