// Whoever hosts the lab (its own program over real HTTP, a simulation over in-process clients) does it
// through this: it lets the fronts count what is in flight, makes the calls they ask for first, and delivers
// due notifications.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/executor.h"
#include "lab/front.h"
#include "net/http.h"

namespace mailsync::lab {

// Notifications that are due, oldest first, and what became of them.
class NotificationQueue {
 public:
  virtual ~NotificationQueue() = default;
  virtual std::vector<OutgoingPost> take_due_notifications(Instant now) = 0;
  // status 0: nobody answered. Anything but 2xx is tried again later, for at most four hours.
  virtual void delivered(const OutgoingPost& post, int status, Instant now) = 0;
};

class Host {
 public:
  // `outgoing` reaches notification URLs; it may be null, and then nobody ever answers. Fronts are asked in
  // order.
  Host(Executor& executor, std::vector<Front*> fronts, NotificationQueue& notifications,
       net::HttpClient* outgoing);

  // 404 when no front knows the path.
  Task<net::ServerResponse> serve(net::ServerRequest request);
  // Delivers what is due now; call it every second or so, or after each step of a simulation.
  Task<void> deliver_notifications();

  // How long every answer takes, for clients that overlap requests.
  Duration latency{0};

 private:
  Task<int> call(OutgoingPost post, std::string* body);

  Executor& executor_;
  std::vector<Front*> fronts_;
  NotificationQueue& notifications_;
  net::HttpClient* outgoing_;
};

}  // namespace mailsync::lab
