#include "net/server_session.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/log.h"
#include "net/url.h"

namespace mailsync::net {

namespace http = boost::beast::http;

namespace {

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

// False for a target that two readers could take for different things.
bool set_target(ServerRequest& request, std::string_view target) {
  if (const auto scheme = target.find("://"); scheme != std::string_view::npos && !target.starts_with('/')) {
    const auto path = target.find('/', scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  if (!target.starts_with('/')) return false;
  request.target = target;
  const auto question = target.find('?');
  auto path = percent_decode(target.substr(0, question));
  if (!path || path->find('\0') != std::string::npos) return false;
  const std::string bounded = *path + "/";
  if (bounded.find("/../") != std::string::npos) return false;
  request.path = std::move(*path);
  if (question == std::string_view::npos) return true;
  auto query = form_decode(target.substr(question + 1));
  if (!query) return false;
  request.query = std::move(*query);
  return true;
}

}  // namespace

Sessions::Sessions(AsioExecutor& executor, ServerOptions server_options, Handler request_handler)
    : options(std::move(server_options)), handler(std::move(request_handler)), executor_(executor) {}

void Sessions::begin(std::shared_ptr<Stream> stream) {
  const Place place = ++last_;
  auto& session = sessions_[place];
  session.stream = stream;
  session.task = serve(*this, std::move(stream), place);
  session.task.start();
}

void Sessions::end_all() {
  for (auto& [place, session] : sessions_) session.stream->close();
  sessions_.clear();
}

void Sessions::drop_later(Place place) {
  // A coroutine cannot destroy itself: the loop does it in its next step, unless the server ended before
  // that.
  executor_.post([weak = weak_from_this(), place] {
    const auto self = weak.lock();
    if (!self) return;
    const auto found = self->sessions_.find(place);
    if (found == self->sessions_.end()) return;
    found->second.stream->close();
    self->sessions_.erase(found);
  });
}

Task<void> Sessions::serve(Sessions& self, std::shared_ptr<Stream> stream, Place place) {
  bool keep = co_await stream->handshake(self.options.idle_timeout);
  while (keep) {
    std::optional<ServerRequest> request;
    if (!co_await self.read_request(*stream, request, keep)) break;
    if (!co_await self.exchange(*stream, std::move(*request), keep, place)) break;
  }
  self.drop_later(place);
}

Task<bool> Sessions::read_request(Stream& stream, std::optional<ServerRequest>& request, bool& keep) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(static_cast<uint32_t>(options.max_header_bytes));
  parser.body_limit(options.max_body_bytes);
  parser.eager(true);
  bool continued = false;
  boost::system::error_code error;
  while (true) {
    auto& received = stream.received();
    while (!received.empty() && !parser.is_done()) {
      const size_t used = parser.put(boost::asio::buffer(received), error);
      received.erase(0, used);
      if (error == http::error::need_more) error = {};
      if (error || used == 0) break;
    }
    if (error || parser.is_done()) break;
    if (parser.is_header_done() && !continued &&
        parser.get().find(http::field::expect) != parser.get().end()) {
      continued = true;
      if (!co_await stream.write("HTTP/1.1 100 Continue\r\n\r\n", options.idle_timeout)) co_return false;
    }
    if (!co_await stream.read(options.idle_timeout)) co_return false;
  }
  if (error == http::error::header_limit) {
    co_await refuse(
        stream, 431,
        "The request's header is larger than " + std::to_string(options.max_header_bytes) + " bytes.");
  } else if (error == http::error::body_limit) {
    co_await refuse(
        stream, 413,
        "The request's body is larger than " + std::to_string(options.max_body_bytes) + " bytes.");
  } else if (error) {
    co_await refuse(stream, 400, "This is not a request of HTTP/1.1.");
  }
  if (error) co_return false;

  auto& message = parser.get();
  ServerRequest out;
  out.method = std::string(view(message.method_string()));
  out.peer = stream.peer();
  for (const auto& field : message)
    out.headers.add(std::string(view(field.name_string())), std::string(view(field.value())));
  out.body = std::move(message.body());
  keep = message.keep_alive();
  if (!set_target(out, view(message.target()))) {
    co_await refuse(stream, 400, "The request's target is not a plain path.");
    co_return false;
  }
  request = std::move(out);
  co_return true;
}

Task<ServerResponse> Sessions::answer(ServerRequest request) {
  try {
    co_return co_await handler(std::move(request));
  } catch (const std::exception& bug) {
    log::write(log::Level::Error, "http.handler_failed", {{"what", bug.what()}});
  }
  ServerResponse response;
  response.status = 500;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.body = "The server failed at this request; its log says why.\n";
  co_return response;
}

Task<bool> Sessions::exchange(Stream& stream, ServerRequest request, bool& keep, Place place) {
  const bool head_only = request.method == "HEAD";
  ServerResponse response = co_await answer(std::move(request));
  const bool bodiless = response.status == 204 || response.status == 304;
  const bool streamed = response.stream && !head_only && !bodiless;
  if (const auto close = response.headers.find("Connection"); close && *close == "close") keep = false;
  const bool chunked = streamed && keep;  // HTTP/1.0, or asked to close: the body ends with the connection
  auto head =
      response_head(response, streamed ? std::nullopt : std::optional(response.body.size()), keep, chunked);
  if (!head) {
    log::write(log::Level::Error, "http.header_with_line_break", {});
    co_await refuse(stream, 500, "The server failed at this request; its log says why.");
    co_return false;
  }
  if (!streamed) {
    if (!head_only && !bodiless) *head += response.body;
    co_return co_await stream.write(std::move(*head), options.idle_timeout);
  }
  if (!co_await stream.write(std::move(*head), options.idle_timeout)) co_return false;
  // While events are awaited nothing is read, so the end of the connection is looked for aside; the peer of a
  // stream does not send further requests on it.
  stream.watch([this, place] { drop_later(place); });
  co_await pump(stream, *response.stream, chunked);
  keep = false;
  co_return false;
}

Task<bool> Sessions::pump(Stream& stream, BodyStream& body, bool chunked) {
  while (true) {
    auto piece = co_await body.next();
    if (!piece) co_return false;  // the peer sees a broken body, which is the truth
    const bool last = piece->empty();
    if (chunked) {
      char size[20];
      std::snprintf(size, sizeof size, "%zx\r\n", piece->size());
      *piece = size + *piece + "\r\n";
    }
    if (!piece->empty() && !co_await stream.write(std::move(*piece), options.idle_timeout)) co_return false;
    if (last) break;
  }
  co_await stream.finish_writing(options.idle_timeout);
  co_return true;
}

Task<void> Sessions::refuse(Stream& stream, int status, std::string words) {
  ServerResponse response;
  response.status = status;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.body = words + "\n";
  const auto head = response_head(response, response.body.size(), false, false);
  if (!co_await stream.write(*head + response.body, options.idle_timeout)) co_return;
  // Closing while the peer still sends would reset the connection and destroy the answer on its way (RFC 9112
  // section 9.6), so a little more is read and dropped.
  co_await stream.finish_writing(std::chrono::seconds(2));
  for (size_t dropped = 0; dropped < options.max_body_bytes + (1 << 20);) {
    stream.received().clear();
    if (!co_await stream.read(std::chrono::seconds(2))) break;
    dropped += stream.received().size();
  }
}

}  // namespace mailsync::net
