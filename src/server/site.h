// Every request that reaches the program: which part answers it, and what every answer carries.
#pragma once

#include <functional>
#include <optional>

#include "base/executor.h"
#include "db/database.h"
#include "net/http.h"
#include "server/metrics.h"
#include "server/web_files.h"

namespace mailsync::server {

class Site {
 public:
  struct Parts {
    net::Handler api;      // everything under /api/
    net::Handler notices;  // POST /notifications/graph; may be empty
    std::optional<WebFiles> web;
    const schedule::Scheduler* scheduler = nullptr;
    bool https = false;  // as browsers see us
  };
  // All outlive it.
  Site(Executor& executor, db::Database& database, Metrics& metrics, Parts parts)
      : executor_(executor), database_(database), metrics_(metrics), parts_(std::move(parts)) {}

  net::Handler handler();
  // From now on /readyz says that we are going.
  void begin_stopping() { stopping_ = true; }

 private:
  static Task<net::ServerResponse> answer(Site& self, net::ServerRequest request);
  Task<net::ServerResponse> dispatch(net::ServerRequest request, std::string_view& area);
  Task<net::ServerResponse> readiness();

  Executor& executor_;
  db::Database& database_;
  Metrics& metrics_;
  Parts parts_;
  bool stopping_ = false;
};

}  // namespace mailsync::server
