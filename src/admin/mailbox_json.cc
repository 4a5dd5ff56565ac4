#include "admin/mailbox_json.h"

#include "admin/record_json.h"
#include "crm/builtin/json_text.h"
#include "model/kind.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using sync::MailboxState;

// Whether its user has to sign in at the mail service, or has.
std::string_view sign_in_of(const sync::Mailbox& mailbox) {
  if (mailbox.access_method != "graph_user") return "not_needed";
  if (mailbox.remote_user.empty()) return "first";
  return mailbox.state == MailboxState::NeedsLogin ? "again" : "done";
}

std::string_view state_of(const sync::Mailbox& mailbox, const MailboxActivity& activity) {
  return state_word(mailbox.state, mailbox.last_pass_at != Instant{}, activity.running.has_value(),
                    activity.last && !activity.last->error.empty());
}

std::string_view kind_state_of(const sync::Mailbox& mailbox, sync::Kind kind,
                               const MailboxActivity& activity) {
  const auto directions = mailbox.profile.directions.find(kind);
  if (directions == mailbox.profile.directions.end() ||
      (!directions->second.to_crm && !directions->second.to_mailbox))
    return "off";
  const std::string_view whole = state_of(mailbox, activity);
  if (whole == "first_sync") return activity.running ? "first_sync" : "not_started";
  if (whole == "syncing" || whole == "waiting") return whole;
  return whole == "idle" ? "in_step" : "error";
}

int64_t items(const sync::Counts& counts) {
  int64_t out = counts.to_crm_created + counts.to_crm_updated + counts.to_crm_deleted + counts.to_crm_linked +
                counts.to_mailbox_created + counts.to_mailbox_updated + counts.to_mailbox_deleted +
                counts.parked;
  for (const auto& [reason, count] : counts.skipped) out += count;
  return out;
}

// "mailbox:consent" tells troubles apart; of other keys the rest names the item.
std::string code_of(const sync::Issue& issue) {
  return issue.key.starts_with("mailbox:") ? issue.key : issue.key.substr(0, issue.key.find(':'));
}

}  // namespace

std::string_view state_word(MailboxState state, bool passed, bool running, bool failed) {
  switch (state) {
    case MailboxState::Active:
      break;
    case MailboxState::Paused:
      return "paused";
    case MailboxState::NeedsLogin:
      return "needs_sign_in";
    case MailboxState::SwitchedOff:
      return "disabled";
    case MailboxState::WaitsForStart:
      return "waiting_for_start";
    case MailboxState::Forbidden:
    case MailboxState::Stopped:
    case MailboxState::Held:
      return "stopped";
  }
  if (!passed) return "first_sync";
  if (running) return "syncing";
  return failed ? "waiting" : "idle";
}

std::string_view method_word(std::string_view stored) {
  if (stored == "graph_app") return "graph_app_only";
  if (stored == "graph_user") return "graph_end_user";
  return stored;
}

bool may_see(const Request& request, const sync::Mailbox& mailbox) {
  if (mailbox.account != request.viewer.account) return false;
  return request.session.reaches(mailbox.user);
}

std::expected<sync::Mailbox, Problem> seen_mailbox(Api& api, const Request& request, std::string_view text) {
  const auto id = crm::id_from(text);
  if (!id) return std::unexpected(not_found("mailbox"));
  auto mailbox = api.store.mailbox(MailboxId{*id});
  if (!mailbox && mailbox.error().kind != ErrorKind::Gone) return std::unexpected(Problem(mailbox.error()));
  if (!mailbox || !may_see(request, *mailbox)) return std::unexpected(not_found("mailbox"));
  return *std::move(mailbox);
}

object mailbox_ref(const sync::Mailbox& mailbox) {
  return {{"id", id_text(mailbox.id)}, {"address", mailbox.address}, {"name", nullptr}};
}

object counts_json(const sync::Counts& counts, bool to_crm) {
  object skipped;
  if (to_crm)
    for (const auto& [reason, count] : counts.skipped) skipped[reason] = count;
  if (to_crm)
    return {{"created", counts.to_crm_created},
            {"changed", counts.to_crm_updated + counts.to_crm_linked},
            {"deleted", counts.to_crm_deleted},
            {"skipped", std::move(skipped)}};
  return {{"created", counts.to_mailbox_created},
          {"changed", counts.to_mailbox_updated},
          {"deleted", counts.to_mailbox_deleted},
          {"skipped", std::move(skipped)}};
}

object run_json(const Run& run) {
  array kinds;
  int64_t writes = 0;
  for (const auto& [kind, counts] : run.counts) {
    kinds.push_back({{"kind", model::name_of(kind)},
                     {"to_crm", counts_json(counts, true)},
                     {"to_mailbox", counts_json(counts, false)}});
    writes += counts.to_crm_created + counts.to_crm_updated + counts.to_crm_deleted + counts.to_crm_linked +
              counts.to_mailbox_created + counts.to_mailbox_updated + counts.to_mailbox_deleted;
  }
  // A run that has not ended, or never got as far as having an id, is named by its mailbox and its start.
  std::string id = run.id.value;
  if (id.empty()) {
    char text[37];
    std::snprintf(text, sizeof text, "00000000-0000-%04x-8000-%012llx",
                  static_cast<unsigned>(run.mailbox.id.value & 0xffff),
                  static_cast<unsigned long long>(run.started_at.us / 1000) & 0xffffffffffffULL);
    id = text;
  }
  // What has an id and no end was broken off with its process.
  const std::string_view unfinished = run.id.value.empty() ? "running" : "cancelled";
  const std::string_view state = !run.finished_at ? unfinished : run.error.empty() ? "finished" : "failed";
  return {{"id", id},
          {"mailbox", mailbox_ref(run.mailbox)},
          {"trigger", run.trigger},
          {"state", state},
          {"error", text_or_null(run.error)},
          {"started_at", time_text(run.started_at)},
          {"finished_at", run.finished_at ? value(time_text(*run.finished_at)) : value()},
          {"kinds", std::move(kinds)},
          {"requests", run.requests},
          {"writes", writes}};
}

Run run_of(const sync::RunRow& row, const sync::Mailbox& mailbox) {
  return {.id = row.id,
          .mailbox = mailbox,
          .started_at = row.started_at,
          .finished_at = row.ended_at,
          .counts = row.counts,
          .error = row.error,
          .trigger = row.trigger.empty() ? "poll" : row.trigger,
          .requests = row.requests};
}

object issue_json(const sync::Issue& issue, const sync::Mailbox& mailbox, const value& record) {
  return {{"id", id_text(issue.id)},
          {"severity", issue.severity == "info" ? "information" : std::string_view(issue.severity)},
          {"code", code_of(issue)},
          {"title", issue.title},
          {"cause", issue.cause},
          {"effect", issue.effect},
          {"detail", issue.remedy},
          {"state", "open"},
          {"opened_at", time_text(issue.opened_at)},
          {"solved_at", nullptr},
          {"mailbox", mailbox_ref(mailbox)},
          {"kind", issue.kind ? value(model::name_of(*issue.kind)) : value()},
          {"record", record}};
}

Result<MailboxFacts> facts_of(Api& api, const sync::Mailbox& mailbox) {
  MailboxFacts out{.mailbox = mailbox};
  TRY(out.totals, api.store.totals(mailbox.id));
  if (api.runs) {
    TRY(const auto runs, api.runs->runs(std::span(&mailbox.id, 1), std::nullopt, 1));
    if (!runs.empty()) out.last_run = run_of(runs.front(), mailbox);
  }
  TRY(const auto issues, api.store.open_issues(mailbox.id));
  out.open_issues = static_cast<int64_t>(issues.size());
  for (const sync::Issue& issue : issues)
    if (issue.kind) ++out.issues[*issue.kind];
  TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
    TRY(const UsersById users, users_of(session, mailbox.account, std::span(&mailbox.user.value, 1)));
    out.user = user_ref(users, mailbox.user);
    return {};
  }));
  return out;
}

object mailbox_json(const Api& api, const MailboxFacts& facts) {
  const sync::Mailbox& mailbox = facts.mailbox;
  const MailboxActivity activity = api.activity.of(mailbox.id);
  const std::string error = activity.last ? activity.last->error : std::string();
  array kinds;
  for (sync::Kind kind : model::kKinds) {
    const auto totals = facts.totals.find(kind);
    const sync::Counts counts = totals == facts.totals.end() ? sync::Counts() : totals->second;
    const auto issues = facts.issues.find(kind);
    value progress;
    if (activity.running) {
      const auto done = activity.running->counts.find(kind);
      progress = object{{"done", done == activity.running->counts.end() ? 0 : items(done->second)},
                        {"total", nullptr}};
    }
    kinds.push_back({{"kind", model::name_of(kind)},
                     {"state", kind_state_of(mailbox, kind, activity)},
                     {"progress", std::move(progress)},
                     {"to_crm", counts_json(counts, true)},
                     {"to_mailbox", counts_json(counts, false)},
                     {"last_pass_at", time_or_null(mailbox.last_pass_at)},
                     {"open_issues", issues == facts.issues.end() ? 0 : issues->second},
                     {"detail", nullptr}});
  }
  const auto next = api.scheduler ? api.scheduler->next_due(mailbox.id) : std::nullopt;
  const bool push = api.push_active && api.push_active(mailbox.id);
  object out = mailbox_ref(mailbox);
  out["user"] = facts.user;
  out["access_method"] = method_word(mailbox.access_method);
  out["sign_in"] = sign_in_of(mailbox);
  out["state"] = state_of(mailbox, activity);
  out["state_detail"] = text_or_null(mailbox.state_text.empty() ? error : mailbox.state_text);
  out["kinds"] = std::move(kinds);
  // After a start of the process: what the last one before it did.
  const std::optional<Run>& last = activity.last ? activity.last : facts.last_run;
  out["last_pass"] = last ? value(run_json(*last)) : value();
  out["next_pass_at"] = next ? time_or_null(*next) : value();
  out["push"] = push ? "active" : "polling";
  out["open_issues"] = facts.open_issues;
  return out;
}

}  // namespace mailsync::admin
