// libcurl's multi interface driven by the Asio loop: sockets and the one timer curl asks for.
// Everything here runs on the loop thread. No curl callback runs code of the program's own coroutines.
#pragma once

#include <curl/curl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <set>

namespace mailsync::net {

// What the loop tells a transfer. It unregisters itself by CurlMulti::remove.
class CurlEvents {
 public:
  virtual ~CurlEvents() = default;
  virtual void on_done(CURLcode code) = 0;
  // The client is going away; the handle must be given back now.
  virtual void on_shutdown() = 0;
};

class CurlMulti : public std::enable_shared_from_this<CurlMulti> {
 public:
  CurlMulti(boost::asio::io_context& context, long max_connections_per_host);
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  // `events` must live until remove().
  CURLMcode add(CURL* easy, CurlEvents& events);
  void remove(CURL* easy);
  // Ends every transfer; nothing may be added afterwards.
  void shut_down();

 private:
  struct Watch;
  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* watch);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);
  void arm(const std::shared_ptr<Watch>& watch);
  void wait(const std::shared_ptr<Watch>& watch, bool for_write);
  void act(curl_socket_t fd, int what);
  void collect();

  boost::asio::io_context& context_;
  boost::asio::steady_timer timer_;
  CURLM* multi_;
  std::map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  std::map<CURL*, CurlEvents*> transfers_;
};

}  // namespace mailsync::net
