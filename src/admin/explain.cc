// What happened to an item, and why: asked of each mailbox that the user may see and that is meant.
#include "sync/explain.h"

#include "admin/handlers.h"
#include "admin/plan_json.h"
#include "crm/builtin/json_text.h"
#include "sync/undo_plan.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

value ref_of(RecordId id, const RefsById& refs) {
  const auto at = refs.find(id.value);
  return at == refs.end() ? value() : value(at->second);
}

object explanation_json(const sync::Explanation& e, const sync::Mailbox& mailbox, const RefsById& refs) {
  array steps, issues;
  for (const sync::ExplainStep& step : e.steps)
    steps.push_back(
        object{{"at", time_or_null(step.at)},
               {"words", step.words},
               {"change", step.change ? value(change_json(*step.change, mailbox, refs)) : value()}});
  for (const sync::Issue& issue : e.issues)
    issues.push_back(issue_json(issue, mailbox, ref_of(issue.record, refs)));
  return {{"mailbox", mailbox_ref(mailbox)},
          {"kind", model::name_of(e.kind)},
          {"title", text_or_null(e.title)},
          {"record", ref_of(e.record, refs)},
          {"remote_id", text_or_null(e.remote_id.value)},
          {"link_state", e.link_state ? value(sync::name_of(*e.link_state)) : value()},
          {"shared", e.shared},
          {"rule", e.rule},
          {"verdict", e.verdict},
          {"steps", std::move(steps)},
          {"issues", std::move(issues)},
          {"waits_for", text_or_null(e.waits_for)},
          {"text", sync::text_of(e, true)},
          {"text_without_content", sync::text_of(e, false)}};
}

struct Asked {
  sync::ExplainQuery query;
  std::vector<sync::Mailbox> mailboxes;
};

std::expected<Asked, Problem> asked(Api& api, const Request& request) {
  const auto text = [&](std::string_view name) {
    return std::string(request.http.query_value(name).value_or(""));
  };
  Asked out{.query = {.words = text("q"), .remote_id = RemoteId{text("remote_id")}}};
  if (const std::string record = text("record_id"); !record.empty()) {
    const auto id = record_id(record);
    if (!id) return std::unexpected(not_found("record"));
    out.query.record = *id;
  }
  if (out.query.words.empty() && !out.query.record && !out.query.remote_id)
    return std::unexpected(Problem(400, "invalid", "Say what to explain: q, record_id or remote_id."));
  if (const std::string id = text("mailbox_id"); !id.empty()) {
    TRY(out.mailboxes.emplace_back(), seen_mailbox(api, request, id));
    return out;
  }
  TRY(const auto all, api.store.mailboxes(request.viewer.account));
  for (const sync::Mailbox& mailbox : all)
    if (may_see(request, mailbox)) out.mailboxes.push_back(mailbox);
  return out;
}

Result<array> shown(Api& api, const Request& request, const sync::Mailbox& mailbox,
                    const std::vector<sync::Explanation>& explained) {
  std::vector<int64_t> ids;
  for (const sync::Explanation& each : explained) {
    ids.push_back(each.record.value);
    for (const sync::ExplainStep& step : each.steps)
      if (step.change) ids.push_back(step.change->record.value);
  }
  TRY(const RefsById refs, refs_by_id(api, request, ids));
  array out;
  for (const sync::Explanation& each : explained) out.push_back(explanation_json(each, mailbox, refs));
  return out;
}

}  // namespace

Task<Answer> explain_items(Api& api, std::shared_ptr<const Request> request) {
  auto wanted = co_await api.executor.blocking([&] { return asked(api, *request); });
  if (!wanted) co_return std::unexpected(std::move(wanted).error());
  array items;
  for (const sync::Mailbox& mailbox : wanted->mailboxes) {
    if (!api.workbench || !api.plans || items.size() >= sync::kExplained) break;
    auto bench = co_await api.workbench(mailbox);
    if (!bench) co_return std::unexpected(Problem(bench.error()));
    auto explained = co_await sync::explain(*std::move(bench), wanted->query);
    // One mailbox that cannot be reached does not hide what the others know.
    if (!explained && wanted->mailboxes.size() == 1) co_return std::unexpected(Problem(explained.error()));
    if (!explained) continue;
    auto each = co_await api.executor.blocking([&] { return shown(api, *request, mailbox, *explained); });
    if (!each) co_return std::unexpected(Problem(each.error()));
    for (value& one : *each) items.push_back(std::move(one));
  }
  co_return Reply{.json = object{{"items", std::move(items)}}};
}

}  // namespace mailsync::admin
