// HttpClient without a network: requests go to handlers by origin, on the executor. It keeps the rules of
// net/http.h (bearer only to its origin, body cap, deadline, one post per answer), and fails by script where
// a network would.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/executor.h"
#include "net/http.h"

namespace mailsync::lab {

struct ScriptedFault {
  enum class What {
    NotSent,     // nothing reached the server
    AnswerLost,  // the server acted; nothing came back
    AnswerCut,   // the status and half of the body came back
    Status,      // the server did not act; `status` came back
    LateStatus,  // the server acted, and `status` came back all the same (F14)
  };
  What what = What::NotSent;
  uint64_t call = 0;  // the n-th open() of this client, from 1; 0 = any
  std::string match;  // must occur in "METHOD url"; empty = any
  int status = 503;
  std::optional<Duration> retry_after;
  std::string body;    // of the status
  uint32_t times = 1;  // how often it still strikes
};

class InProcessClient final : public net::HttpClient {
 public:
  explicit InProcessClient(Executor& executor) : executor_(executor) {}

  // "https://graph.lab": what answers there. Handlers must outlive the client.
  void serve(std::string_view origin, net::Handler handler);

  void script(ScriptedFault fault) { script_.push_back(std::move(fault)); }
  void forget_faults() { script_.clear(); }
  uint64_t calls() const { return calls_; }  // open() so far
  // Told of every request before anything is done with it: for schema checks and transcripts.
  std::function<void(const net::HttpRequest&)> on_request;
  std::function<void(const net::HttpRequest&, const net::ServerResponse&)> on_answer;

  Task<Result<net::HttpResponse>> open(net::HttpRequest request) override;

 private:
  struct Exchange;
  std::optional<ScriptedFault> next_fault(const net::HttpRequest& request);

  Executor& executor_;
  std::map<std::string, net::Handler> handlers_;  // by "scheme://host:port"
  std::vector<ScriptedFault> script_;
  uint64_t calls_ = 0;
};

}  // namespace mailsync::lab
