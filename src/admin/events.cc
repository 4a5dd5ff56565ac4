#include "admin/events.h"

#include <set>

#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/mailbox_json.h"
#include "admin/news.h"

namespace mailsync::admin {
namespace {

constexpr size_t kMaxQueued = 500;
constexpr Duration kLook = std::chrono::seconds(1);
constexpr Duration kComment = std::chrono::seconds(15);
constexpr Duration kSessionCheck = std::chrono::seconds(60);

class PageStream final : public net::BodyStream {
 public:
  PageStream(Api& api, std::shared_ptr<Subscriber> subscriber, Secret token)
      : api_(api), subscriber_(std::move(subscriber)), token_(std::move(token)), checked_(api.now()) {}

  Task<Result<std::string>> next() override {
    if (first_) {
      first_ = false;
      co_return std::string("retry: 3000\n\n");
    }
    if (subscriber_->messages.empty() && !subscriber_->ended)
      co_await subscriber_->signal.wait_until(api_.now() + kComment);
    if (api_.now() - checked_ >= kSessionCheck && !subscriber_->ended) {
      checked_ = api_.now();
      const auto session = co_await api_.sessions.check(token_);
      if (!session && session.error().kind == ErrorKind::LoginNeeded) {
        subscriber_->push("signed_out", "{}");
        subscriber_->ended = true;
      }
      if (session) subscriber_->who = *session;
    }
    std::string out;
    while (!subscriber_->messages.empty()) {
      out += subscriber_->messages.front();
      subscriber_->messages.pop_front();
    }
    if (out.empty() && !subscriber_->ended) out = ":\n\n";
    co_return out;  // empty: the end
  }

 private:
  Api& api_;
  std::shared_ptr<Subscriber> subscriber_;
  Secret token_;
  Instant checked_;
  bool first_ = true;
};

}  // namespace

void Subscriber::push(std::string_view event, std::string_view json) {
  if (ended) return;
  if (messages.size() >= kMaxQueued) {
    messages.clear();
    event = "reload";
    json = "{}";
  }
  messages.push_back("id: " + std::to_string(next_id++) + "\nevent: " + std::string(event) +
                     "\ndata: " + std::string(json) + "\n\n");
  signal.raise();
}

void Subscriber::end() {
  ended = true;
  signal.raise();
}

std::shared_ptr<Subscriber> EventHub::open(auth::Session session) {
  const sync::Viewer viewer{session.user.account, session.user.id};
  auto out = std::make_shared<Subscriber>(executor_, viewer, session.csrf);
  out->who = std::move(session);
  if (closed_) out->ended = true;
  subscribers_.push_back(out);
  return out;
}

std::vector<std::shared_ptr<Subscriber>> EventHub::subscribers() {
  std::vector<std::shared_ptr<Subscriber>> out;
  std::erase_if(subscribers_, [](const auto& each) { return each.expired(); });
  for (const auto& each : subscribers_)
    if (auto alive = each.lock()) out.push_back(std::move(alive));
  return out;
}

void EventHub::end_session(sync::Viewer viewer, std::string_view csrf) {
  for (const auto& each : subscribers()) {
    if (each->viewer.user != viewer.user || each->csrf != csrf) continue;
    each->push("signed_out", "{}");
    each->end();
  }
}

void EventHub::close() {
  closed_ = true;
  for (const auto& each : subscribers()) each->end();
}

Task<void> EventHub::run(EventHub& hub, Api& api) {
  std::map<AccountId, News> news;
  while (!hub.closed_) {
    co_await hub.executor_.sleep_for(kLook);
    std::map<AccountId, std::vector<std::shared_ptr<Subscriber>>> pages;
    for (auto& each : hub.subscribers()) pages[each->viewer.account].push_back(std::move(each));
    std::erase_if(news, [&](const auto& each) { return !pages.contains(each.first); });
    const std::set<MailboxId> touched = api.activity.take_touched();
    for (const auto& [account, readers] : pages)
      co_await tell_news(api, account, readers, touched, news[account]);
  }
}

Task<Answer> open_events(Api& api, std::shared_ptr<const Request> request) {
  auto subscriber = api.events.open(request->session);
  // Ids belong to one stream: who comes back may have missed something.
  if (request->http.headers.find("Last-Event-ID")) subscriber->push("reload", "{}");
  Reply reply;
  reply.headers.set("Content-Type", "text/event-stream");
  reply.headers.set("X-Accel-Buffering", "no");
  reply.stream = std::make_unique<PageStream>(api, std::move(subscriber),
                                              auth::session_token(request->http.headers, api.https));
  co_return reply;
}

}  // namespace mailsync::admin
