#include "net/curl_multi.h"

#include <vector>

namespace mailsync::net {

namespace asio = boost::asio;

struct CurlMulti::Watch {
  explicit Watch(asio::io_context& context, curl_socket_t socket) : descriptor(context, socket), fd(socket) {}
  ~Watch() {
    if (descriptor.is_open()) descriptor.release();  // curl closes it
  }
  asio::posix::stream_descriptor descriptor;
  curl_socket_t fd;
  int wanted = CURL_POLL_NONE;
  bool reading = false;
  bool writing = false;
  bool removed = false;
};

CurlMulti::CurlMulti(asio::io_context& context, long max_connections_per_host)
    : context_(context), timer_(context), multi_(curl_multi_init()) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, max_connections_per_host);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 64L);
}

CurlMulti::~CurlMulti() {
  shut_down();
}

void CurlMulti::shut_down() {
  while (!transfers_.empty()) transfers_.begin()->second->on_shutdown();
  if (multi_) curl_multi_cleanup(std::exchange(multi_, nullptr));
  watches_.clear();
  timer_.cancel();
}

CURLMcode CurlMulti::add(CURL* easy, CurlEvents& events) {
  if (!multi_) return CURLM_BAD_HANDLE;
  transfers_[easy] = &events;
  const CURLMcode code = curl_multi_add_handle(multi_, easy);
  if (code != CURLM_OK) transfers_.erase(easy);
  return code;
}

void CurlMulti::remove(CURL* easy) {
  if (transfers_.erase(easy) > 0) curl_multi_remove_handle(multi_, easy);
}

int CurlMulti::on_socket(CURL*, curl_socket_t fd, int what, void* raw, void*) {
  auto& self = *static_cast<CurlMulti*>(raw);
  const auto found = self.watches_.find(fd);
  if (what == CURL_POLL_REMOVE) {
    if (found == self.watches_.end()) return 0;
    found->second->removed = true;
    found->second->descriptor.release();  // before curl closes it, so that the number may come again
    self.watches_.erase(found);
    return 0;
  }
  auto& watch = found != self.watches_.end() ? found->second : self.watches_[fd];
  if (!watch) watch = std::make_shared<Watch>(self.context_, fd);
  watch->wanted = what;
  self.arm(watch);
  return 0;
}

void CurlMulti::arm(const std::shared_ptr<Watch>& watch) {
  if ((watch->wanted & CURL_POLL_IN) && !watch->reading) wait(watch, false);
  if ((watch->wanted & CURL_POLL_OUT) && !watch->writing) wait(watch, true);
}

void CurlMulti::wait(const std::shared_ptr<Watch>& watch, bool for_write) {
  (for_write ? watch->writing : watch->reading) = true;
  watch->descriptor.async_wait(
      for_write ? asio::posix::descriptor_base::wait_write : asio::posix::descriptor_base::wait_read,
      [weak = weak_from_this(), watch, for_write](boost::system::error_code error) {
        (for_write ? watch->writing : watch->reading) = false;
        const auto self = weak.lock();
        if (!self || !self->multi_ || watch->removed || error == asio::error::operation_aborted) return;
        if (!(watch->wanted & (for_write ? CURL_POLL_OUT : CURL_POLL_IN))) return;
        self->act(watch->fd, error ? CURL_CSELECT_ERR : for_write ? CURL_CSELECT_OUT : CURL_CSELECT_IN);
        if (!watch->removed) self->arm(watch);
      });
}

int CurlMulti::on_timer(CURLM*, long timeout_ms, void* raw) {
  auto& self = *static_cast<CurlMulti*>(raw);
  self.timer_.cancel();
  if (timeout_ms < 0) return 0;
  self.timer_.expires_after(std::chrono::milliseconds(timeout_ms));
  self.timer_.async_wait([weak = self.weak_from_this()](boost::system::error_code error) {
    const auto alive = weak.lock();
    if (!error && alive && alive->multi_) alive->act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

void CurlMulti::act(curl_socket_t fd, int what) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, what, &running);
  collect();
}

void CurlMulti::collect() {
  std::vector<std::pair<CURL*, CURLcode>> done;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left))
    if (message->msg == CURLMSG_DONE) done.emplace_back(message->easy_handle, message->data.result);
  for (const auto& [easy, code] : done)
    if (const auto found = transfers_.find(easy); found != transfers_.end()) found->second->on_done(code);
}

}  // namespace mailsync::net
