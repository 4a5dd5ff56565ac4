// One exchange on libcurl: set up from a request, headers and body collected, the reader woken, the outcome
// named.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <coroutine>
#include <memory>
#include <string>

#include "net/curl_client.h"
#include "net/curl_multi.h"

namespace mailsync::net {

class CurlTransfer final : public CurlEvents, public std::enable_shared_from_this<CurlTransfer> {
 public:
  CurlTransfer(AsioExecutor& executor, std::shared_ptr<const CurlOptions> options, HttpRequest request,
               std::string where);
  ~CurlTransfer() override;

  Result<void> start(const std::shared_ptr<CurlMulti>& multi);
  // The status and headers; the body then comes from next_chunk().
  Task<Result<void>> headers();
  // Empty at the end.
  Task<Result<std::string>> next_chunk();
  // The reader is gone: stop at once and give everything back. Safe to call twice.
  void abandon();

  int status() const { return status_; }
  Headers take_headers() { return std::move(headers_); }

 private:
  // Suspends the reader until wake(); a frame destroyed while it waits is simply forgotten.
  struct Wait {
    CurlTransfer& transfer;
    ~Wait() { transfer.waiting_ = nullptr; }
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> caller) { transfer.waiting_ = caller; }
    void await_resume() const {}
  };

  static size_t on_header(char* data, size_t size, size_t count, void* self);
  static size_t on_body(char* data, size_t size, size_t count, void* self);
  static int on_request(void* self, char*, char*, int, int);
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  void on_done(CURLcode code) override;
  void on_shutdown() override;

  void set_options();
  void set_method();
  void set_request_headers();
  void header_line(std::string_view line);
  void start_deadline();
  void finish(std::optional<Error> error);
  void release_handle();
  void wake();
  Error error_of(CURLcode code) const;
  Error lost(std::string what) const;

  AsioExecutor& executor_;
  const std::shared_ptr<const CurlOptions> options_;
  const HttpRequest request_;
  const std::string where_;  // "graph.microsoft.com:443", for messages
  const bool unsafe_;        // may change something on the other side

  std::shared_ptr<CurlMulti> multi_;
  CURL* easy_ = nullptr;
  curl_slist* fields_ = nullptr;
  char curl_message_[CURL_ERROR_SIZE] = {};
  boost::asio::steady_timer deadline_;

  int status_ = 0;
  Headers headers_;
  size_t header_bytes_ = 0;
  bool headers_complete_ = false;
  std::string buffer_;
  size_t received_ = 0;  // after decompression
  bool paused_ = false;
  bool over_cap_ = false;
  bool sent_ = false;        // the request has been handed to a connection
  bool sent_twice_ = false;  // curl wanted to repeat an unsafe request by itself
  std::string refused_address_;
  bool finished_ = false;
  std::optional<Error> error_;
  std::coroutine_handle<> waiting_;
  bool wake_posted_ = false;
};

}  // namespace mailsync::net
