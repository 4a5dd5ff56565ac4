// One connection of the server from handshake to close: read a request, ask the handler, write its answer,
// again.
#pragma once

#include <map>
#include <memory>

#include "net/server.h"
#include "net/stream.h"

namespace mailsync::net {

// The running connections. Owns their coroutines, so that ending the server ends them and every handler they
// run.
class Sessions : public std::enable_shared_from_this<Sessions> {
 public:
  Sessions(AsioExecutor& executor, ServerOptions server_options, Handler request_handler);
  void begin(std::shared_ptr<Stream> stream);
  // Not to be called from inside a handler.
  void end_all();

  const ServerOptions options;
  const Handler handler;

 private:
  struct Session {
    std::shared_ptr<Stream> stream;
    Task<void> task;
  };
  using Place = uint64_t;

  static Task<void> serve(Sessions& self, std::shared_ptr<Stream> stream, Place place);
  Task<bool> read_request(Stream& stream, std::optional<ServerRequest>& request, bool& keep);
  Task<bool> exchange(Stream& stream, ServerRequest request, bool& keep, Place place);
  Task<ServerResponse> answer(ServerRequest request);
  Task<void> refuse(Stream& stream, int status, std::string words);
  Task<bool> pump(Stream& stream, BodyStream& body, bool chunked);
  void drop_later(Place place);

  AsioExecutor& executor_;
  std::map<Place, Session> sessions_;
  Place last_ = 0;
};

// "HTTP/1.1 200 OK" … blank line. `length` nullopt = chunked (or until close, for HTTP/1.0).
// nullopt when a field of the handler's holds a line break.
std::optional<std::string> response_head(const ServerResponse& response, std::optional<size_t> length,
                                         bool keep, bool chunked);
std::string_view reason_of(int status);

}  // namespace mailsync::net
