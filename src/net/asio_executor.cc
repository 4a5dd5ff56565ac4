#include "net/asio_executor.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>

namespace mailsync::net {

namespace asio = boost::asio;

struct AsioExecutor::Impl {
  explicit Impl(unsigned blocking_threads) : pool(blocking_threads) {}

  SystemClock clock;
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> keep = asio::make_work_guard(context);
  asio::thread_pool pool;
};

AsioExecutor::AsioExecutor(unsigned blocking_threads) : impl_(std::make_unique<Impl>(blocking_threads)) {}

AsioExecutor::~AsioExecutor() {
  finish();
}

void AsioExecutor::finish() {
  // First the pool, because its work may still post here; then the frames, because they hold sockets of the
  // loop.
  impl_->pool.stop();
  impl_->pool.join();
  destroy_frames();
}

const Clock& AsioExecutor::clock() const {
  return impl_->clock;
}

void AsioExecutor::post(Work work) {
  asio::post(impl_->context, std::move(work));
}

void AsioExecutor::post_at(Instant when, Work work) {
  auto timer = std::make_unique<asio::steady_timer>(impl_->context);
  timer->expires_after(when - clock().now());
  auto& waiting = *timer;
  waiting.async_wait(
      [keep = std::move(timer), work = std::move(work)](boost::system::error_code error) mutable {
        if (!error) work();
      });
}

void AsioExecutor::run_blocking(Work work, Work done) {
  asio::post(impl_->pool, [this, work = std::move(work), done = std::move(done)]() mutable {
    work();
    work = nullptr;  // what it captured is destroyed here, not after the loop has gone on
    post(std::move(done));
  });
}

void AsioExecutor::run(bool stop_on_signals) {
  std::optional<asio::signal_set> signals;
  if (stop_on_signals) {
    signals.emplace(impl_->context, SIGINT, SIGTERM);
    signals->async_wait([this](boost::system::error_code error, int) {
      if (!error) stop();
    });
  }
  impl_->context.run();
  impl_->context.restart();  // after, not before: a stop() that came first must not be lost
}

void AsioExecutor::stop() {
  impl_->context.stop();
}

asio::io_context& AsioExecutor::context() {
  return impl_->context;
}

}  // namespace mailsync::net
