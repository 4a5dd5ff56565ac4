// Passes over mailboxes, newest first, as this process remembers them.
#include "admin/handlers.h"
#include "admin/mailbox_json.h"
#include "crm/builtin/json_text.h"
#include "crm/builtin/lists.h"

namespace mailsync::admin {

Task<Answer> list_runs(Api& api, std::shared_ptr<const Request> request) {
  const auto limit = limit_of(request->http);
  if (!limit) co_return std::unexpected(limit.error());
  const std::string mailbox_id(request->http.query_value("mailbox_id").value_or(""));
  const std::string binding = "runs " + mailbox_id;
  int64_t before_us = std::numeric_limits<int64_t>::max();
  if (const auto cursor = request->http.query_value("cursor")) {
    const auto place = crm::decode_cursor(binding, *cursor);
    if (place.size() != 1)
      co_return std::unexpected(
          Problem(400, "cursor_invalid", "The cursor belongs to another list; start again."));
    before_us = place[0].integer();
  }
  boost::json::array items;
  PageInfo info;
  int64_t last_us = 0;
  for (const Run& run : api.activity.runs(request->viewer.account)) {
    if (!may_see(*request, run.mailbox)) continue;
    if (!mailbox_id.empty() && std::to_string(run.mailbox.id.value) != mailbox_id) continue;
    ++info.total;
    if (run.started_at.us >= before_us) continue;
    if (items.size() == *limit) {
      info.next_cursor = crm::encode_cursor(binding, {last_us});
      continue;
    }
    last_us = run.started_at.us;
    items.push_back(run_json(run));
  }
  co_return Reply{.json = page_of(std::move(items), info)};
}

}  // namespace mailsync::admin
