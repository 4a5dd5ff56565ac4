// Passes over mailboxes, newest first: those that run now, then those that did something.
#include <algorithm>

#include "admin/handlers.h"
#include "admin/mailbox_json.h"
#include "crm/builtin/json_text.h"
#include "crm/builtin/lists.h"

namespace mailsync::admin {
namespace {

struct Asked {
  size_t limit = 0;
  std::string mailbox_id;
  std::optional<sync::RunPlace> before;
  std::string binding() const { return "runs " + mailbox_id; }
};

struct Listed {
  std::vector<Run> runs;
  PageInfo info;
};

std::expected<Asked, Problem> asked_in(const Request& request) {
  Asked out;
  TRY(out.limit, limit_of(request.http));
  out.mailbox_id = request.http.query_value("mailbox_id").value_or("");
  const auto cursor = request.http.query_value("cursor");
  if (!cursor) return out;
  const auto place = crm::decode_cursor(out.binding(), *cursor);
  if (place.size() != 2 || !std::holds_alternative<std::string>(place[1].variant()))
    return std::unexpected(
        Problem(400, "cursor_invalid", "The cursor belongs to another list; start again."));
  out.before = sync::RunPlace{Instant{place[0].integer()}, RunId{place[1].text()}};
  return out;
}

std::expected<Listed, Problem> stored(Api& api, const Request& request, const Asked& asked) {
  Listed out;
  if (!api.runs) return out;
  TRY(auto mailboxes, api.store.mailboxes(request.viewer.account));
  std::erase_if(mailboxes, [&](const sync::Mailbox& each) {
    return !may_see(request, each) ||
           (!asked.mailbox_id.empty() && std::to_string(each.id.value) != asked.mailbox_id);
  });
  std::vector<MailboxId> ids;
  for (const sync::Mailbox& mailbox : mailboxes) ids.push_back(mailbox.id);
  TRY(auto rows, api.runs->runs(ids, asked.before, asked.limit + 1));
  if (rows.size() > asked.limit) {
    rows.pop_back();
    out.info.next_cursor =
        crm::encode_cursor(asked.binding(), {rows.back().started_at, rows.back().id.value});
  }
  for (const sync::RunRow& row : rows)
    out.runs.push_back(run_of(row, *std::ranges::find(mailboxes, row.mailbox, &sync::Mailbox::id)));
  TRY(out.info.total, api.runs->count(ids));
  return out;
}

}  // namespace

Task<Answer> list_runs(Api& api, std::shared_ptr<const Request> request) {
  const auto asked = asked_in(*request);
  if (!asked) co_return std::unexpected(asked.error());
  // First what runs now, so that a run that ends meanwhile is told twice rather than not at all.
  std::vector<Run> running = api.activity.running(request->viewer.account);
  auto listed =
      co_await api.executor.blocking([&api, request, asked] { return stored(api, *request, *asked); });
  if (!listed) co_return std::unexpected(std::move(listed).error());
  boost::json::array items;
  for (const Run& run : running) {
    if (asked->before || !may_see(*request, run.mailbox)) continue;
    if (!asked->mailbox_id.empty() && std::to_string(run.mailbox.id.value) != asked->mailbox_id) continue;
    items.push_back(run_json(run));
    ++listed->info.total;
  }
  for (const Run& run : listed->runs) {
    // The one that runs has a row of its own as soon as it has committed something.
    const bool runs_now = !run.finished_at && std::ranges::any_of(running, [&](const Run& each) {
      return each.mailbox.id == run.mailbox.id && each.started_at <= run.started_at + std::chrono::seconds(1);
    });
    if (!runs_now) items.push_back(run_json(run));
  }
  co_return Reply{.json = page_of(std::move(items), listed->info)};
}

}  // namespace mailsync::admin
