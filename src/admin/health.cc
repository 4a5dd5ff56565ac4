// For load balancers and monitoring.
#include "admin/data.h"
#include "admin/handlers.h"

namespace mailsync::admin {

Answer get_health(Api&, const Request&) {
  return Reply{.json = boost::json::object{{"status", "ok"}}};
}

Answer get_readiness(Api& api, const Request&) {
  const auto read = api.database.read([](db::Session& session) -> Result<void> {
    TRY_VOID(session.query("SELECT COUNT(*) FROM crm_account"));
    return {};
  });
  std::vector<HealthCheck> checks{
      {"database", read.has_value(), read ? "" : "not reachable, or not migrated"}};
  if (api.health)
    for (HealthCheck& each : api.health()) checks.push_back(std::move(each));
  bool ok = true;
  boost::json::array list;
  for (const HealthCheck& each : checks) {
    ok = ok && each.ok;
    list.push_back({{"name", each.name}, {"ok", each.ok}, {"detail", each.detail}});
  }
  return Reply{.status = ok ? 200 : 503,
               .json = boost::json::object{{"status", ok ? "ok" : "failing"}, {"checks", std::move(list)}}};
}

Answer get_metrics(Api& api, const Request&) {
  Reply reply;
  reply.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  reply.bytes = api.metrics ? api.metrics() : "";
  if (reply.bytes.empty()) reply.bytes = "# nothing is measured yet\n";
  return reply;
}

}  // namespace mailsync::admin
