#include "lab/host.h"

namespace mailsync::lab {
namespace {

// Lets everything else that is ready go first.
struct Turn {
  Executor& executor;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  ~Turn() { *alive = false; }
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> frame) {
    executor.post([frame, still = alive] {
      if (*still) frame.resume();
    });
  }
  void await_resume() const {}
};

}  // namespace

Host::Host(Executor& executor, std::vector<Front*> fronts, NotificationQueue& notifications,
           net::HttpClient* outgoing)
    : executor_(executor), fronts_(std::move(fronts)), notifications_(notifications), outgoing_(outgoing) {}

Task<net::ServerResponse> Host::serve(net::ServerRequest request) {
  // Leaves even when the frame is destroyed in mid-request.
  struct Stay {
    const net::ServerRequest& request;
    std::vector<Front*> entered;
    ~Stay() {
      for (Front* front : entered) front->leave(request);
    }
  } stay{request, {}};
  for (Front* front : fronts_) {
    if (auto refused = front->enter(request, executor_.clock().now())) co_return std::move(*refused);
    stay.entered.push_back(front);
  }
  // Requests that arrive together may overlap, even when answers take no time.
  co_await Turn{executor_};
  for (Front* front : fronts_) {
    for (const OutgoingPost& post : front->asks_first(request, executor_.clock().now())) {
      std::string body;
      int status = co_await call(post, &body);
      front->answered(post, status, body);
    }
    auto answer = front->serve(request, executor_.clock().now());
    if (!answer) continue;
    if (latency > Duration(0)) co_await executor_.sleep_for(latency);
    co_return std::move(*answer);
  }
  net::ServerResponse nowhere;
  nowhere.status = 404;
  nowhere.body = "Nothing here answers " + request.path;
  co_return nowhere;
}

Task<void> Host::deliver_notifications() {
  for (const OutgoingPost& post : notifications_.take_due_notifications(executor_.clock().now())) {
    int status = co_await call(post, nullptr);
    notifications_.delivered(post, status, executor_.clock().now());
  }
}

Task<int> Host::call(OutgoingPost post, std::string* body) {
  if (!outgoing_) co_return 0;
  net::HttpRequest request;
  request.method = "POST";
  request.url = post.url;
  request.headers.add("Content-Type", post.content_type);
  request.body = post.body;
  request.max_body_bytes = 1 << 16;
  request.deadline = std::chrono::seconds(10);
  auto answer = co_await net::fetch(*outgoing_, std::move(request));
  if (!answer) co_return 0;
  if (body) *body = answer->body;
  co_return answer->status;
}

}  // namespace mailsync::lab
