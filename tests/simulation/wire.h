// The network between the product and the lab, with what goes wrong on it. Faults are armed for a call that
// is still to come; what watches the traffic (secrets, preconditions, bounds) looks at every request here.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lab/in_process_client.h"
#include "net/http.h"

namespace mailsync::sim {

enum class On { Any, Reads, Writes, Feeds };  // which calls a fault waits for

struct Trouble {
  enum class What {
    Script,       // as lab::ScriptedFault says
    DieBefore,    // the process dies with the request unsent
    DieAfter,     // the server acted, the process dies before it reads the answer
    LaggingFeed,  // a delta feed answers from a replica that has not heard of anything yet
    StaleItem,    // an item is answered as it was when it was read last
    Slow,         // the answer takes long
    EvilLink,     // a next link that points to somebody else's server (S24)
    Act,          // something happens elsewhere just before this call
    Freeze,       // the process stands still for long, and the call is lost one way or the other
  };
  std::string name;  // of the fault, for the tally; "" is not counted
  What what = What::Script;
  On on = On::Any;
  uint64_t after = 0;  // calls that fit and still go well before it
  lab::ScriptedFault fault;
  std::function<void()> act;
};

class Wire final : public net::HttpClient {
 public:
  Wire(lab::InProcessClient& inner, Executor& executor) : inner_(inner), executor_(executor) {}

  Task<Result<net::HttpResponse>> open(net::HttpRequest request) override;

  void arm(Trouble trouble) { armed_.push_back(std::move(trouble)); }
  std::vector<Trouble> take_armed() { return std::exchange(armed_, {}); }

  std::function<void(const net::HttpRequest&)> on_request;  // told of every request
  std::function<void()> on_death;                           // the process ends here
  std::function<void(const std::string&)> on_strike;        // a fault did its work
  uint64_t calls = 0;

 private:
  std::optional<Trouble> next(const net::HttpRequest& request);
  Task<Result<net::HttpResponse>> pass_on(net::HttpRequest request);

  lab::InProcessClient& inner_;
  Executor& executor_;
  std::vector<Trouble> armed_;
  std::map<std::string, std::string> last_;  // bodies of items by URL
};

}  // namespace mailsync::sim
