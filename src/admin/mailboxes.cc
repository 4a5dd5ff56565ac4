// Mailboxes and their sync: state, force, pause, resume.
#include <algorithm>

#include "admin/handlers.h"
#include "admin/mailbox_json.h"
#include "auth/audit.h"
#include "auth/user_admin.h"
#include "crm/builtin/fold.h"
#include "crm/builtin/json_text.h"
#include "crm/builtin/lists.h"

namespace mailsync::admin {
namespace {

using Facts = std::expected<MailboxFacts, Problem>;

Facts load(Api& api, const Request& request) {
  TRY(const sync::Mailbox mailbox, wanted_mailbox(api, request));
  TRY(MailboxFacts facts, facts_of(api, mailbox));
  return facts;
}

Task<Facts> load_later(Api& api, std::shared_ptr<const Request> request) {
  co_return co_await api.executor.blocking([&api, request] { return load(api, *request); });
}

// Of a mailbox whose user is not known to auth: belongs to no organization.
Result<auth::UserRow> owner_of(Api& api, const sync::Mailbox& mailbox) {
  auth::UserRow out;
  TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
    if (auto row = auth::user_row(session, mailbox.account, mailbox.user)) out = *std::move(row);
    return {};
  }));
  return out;
}

// Sets the state and answers with the mailbox as it is then.
Facts change_state(Api& api, const Request& request, sync::MailboxState state, std::string_view words) {
  TRY(sync::Mailbox mailbox, wanted_mailbox(api, request));
  const bool pausing = state == sync::MailboxState::Paused;
  const bool possible = pausing ? mailbox.state == sync::MailboxState::Active
                                : mailbox.state == sync::MailboxState::Paused ||
                                      mailbox.state == sync::MailboxState::WaitsForStart ||
                                      mailbox.state == sync::MailboxState::Stopped ||
                                      mailbox.state == sync::MailboxState::NeedsLogin ||
                                      mailbox.state == sync::MailboxState::Forbidden;
  if (mailbox.state != state && !possible)
    return std::unexpected(Problem(409, "state",
                                   "The mailbox is " + std::string(sync::name_of(mailbox.state)) +
                                       "; this cannot be done to it now. See what it says about itself."));
  mailbox.state = state;
  mailbox.state_text = words;
  TRY(const auth::UserRow owner, owner_of(api, mailbox));
  auth::Deed deed{.account = mailbox.account,
                  .actor = auth::actor_of(request.session.user, request.http.peer),
                  .action = pausing ? "mailbox.paused" : "mailbox.resumed",
                  .subject = "mailbox:" + std::to_string(mailbox.id.value),
                  .subject_name = mailbox.address,
                  .organization = owner.user.organization};
  TRY_VOID(api.store.transact(sync::Durable::Yes, [&](Transaction& tx) -> Result<void> {
    TRY_VOID(api.store.save_mailbox(tx, mailbox));
    return auth::note(db::SqlTransaction::of(tx), api.now(), deed);
  }));
  TRY(MailboxFacts facts, facts_of(api, mailbox));
  return facts;
}

struct ListedMailboxes {
  std::vector<MailboxFacts> facts;
  int64_t total = 0;
  std::string next_cursor;
};

// By address; the cursor is the last address.
std::expected<ListedMailboxes, Problem> list(Api& api, const Request& request) {
  TRY(const size_t limit, limit_of(request.http));
  TRY(auto all, api.store.mailboxes(request.viewer.account));
  const std::string words = crm::fold(request.http.query_value("q").value_or(""));
  std::erase_if(all, [&](const sync::Mailbox& mailbox) {
    return !may_see(request, mailbox) || mailbox.address.find(words) == std::string::npos;
  });
  std::ranges::sort(all, {}, &sync::Mailbox::address);
  ListedMailboxes out{.total = static_cast<int64_t>(all.size())};
  std::string after;
  if (const auto cursor = request.http.query_value("cursor")) {
    const auto place = crm::decode_cursor("mailboxes" + words, *cursor);
    if (place.size() != 1 || !std::holds_alternative<std::string>(place[0].variant()))
      return std::unexpected(
          Problem(400, "cursor_invalid", "The cursor belongs to another list; start again."));
    after = place[0].text();
  }
  for (const sync::Mailbox& mailbox : all) {
    if (!after.empty() && mailbox.address <= after) continue;
    if (out.facts.size() == limit) {
      out.next_cursor = crm::encode_cursor("mailboxes" + words, {out.facts.back().mailbox.address});
      break;
    }
    TRY(MailboxFacts facts, facts_of(api, mailbox));
    out.facts.push_back(std::move(facts));
  }
  return out;
}

Answer shown(const Api& api, Facts facts, int status) {
  if (!facts) return std::unexpected(std::move(facts).error());
  return Reply{.status = status, .json = mailbox_json(api, *facts)};
}

}  // namespace

Task<Answer> list_mailboxes(Api& api, std::shared_ptr<const Request> request) {
  auto listed = co_await api.executor.blocking([&api, request] { return list(api, *request); });
  if (!listed) co_return std::unexpected(std::move(listed).error());
  const std::string state(request->http.query_value("state").value_or(""));
  boost::json::array items;
  for (const MailboxFacts& facts : listed->facts) {
    boost::json::object each = mailbox_json(api, facts);
    if (state.empty() || each["state"] == boost::json::value(state)) items.push_back(std::move(each));
  }
  co_return Reply{.json = page_of(std::move(items), {listed->next_cursor, listed->total, !state.empty()})};
}

Task<Answer> get_mailbox(Api& api, std::shared_ptr<const Request> request) {
  co_return shown(api, co_await load_later(api, request), 200);
}

Task<Answer> sync_mailbox(Api& api, std::shared_ptr<const Request> request) {
  Facts facts = co_await load_later(api, request);
  if (!facts) co_return std::unexpected(std::move(facts).error());
  // Whoever has just put right what stood in the way need not wait for the next look.
  if (!sync::is_runnable(facts->mailbox.state))
    co_return std::unexpected(Problem(409, "state", "The mailbox does not sync now: resume it first."));
  if (!api.scheduler)
    co_return std::unexpected(Problem(503, "unavailable", "Nothing syncs in this process."));
  if (const auto forced = api.scheduler->force(request->viewer.user, facts->mailbox.id); !forced)
    co_return std::unexpected(Problem(forced.error()));
  co_return shown(api, std::move(facts), 202);
}

Task<Answer> pause_mailbox(Api& api, std::shared_ptr<const Request> request) {
  Facts facts = co_await api.executor.blocking([&api, request] {
    return change_state(api, *request, sync::MailboxState::Paused,
                        "Paused by " + request->session.user.display_name + ".");
  });
  if (facts) api.activity.touch(facts->mailbox.id);
  if (facts && api.scheduler) api.scheduler->let_go(facts->mailbox.id);
  co_return shown(api, std::move(facts), 200);
}

Task<Answer> start_mailbox(Api& api, std::shared_ptr<const Request> request) {
  Facts facts = co_await load_later(api, request);
  if (facts && facts->mailbox.state != sync::MailboxState::WaitsForStart)
    co_return std::unexpected(
        Problem(409, "state", "The mailbox does not wait for a start: its sync has begun already."));
  co_return co_await resume_mailbox(api, request);
}

Task<Answer> resume_mailbox(Api& api, std::shared_ptr<const Request> request) {
  Facts facts = co_await api.executor.blocking(
      [&api, request] { return change_state(api, *request, sync::MailboxState::Active, ""); });
  if (facts) api.activity.touch(facts->mailbox.id);
  if (facts && api.scheduler) api.scheduler->look_again(facts->mailbox.id);
  co_return shown(api, std::move(facts), 200);
}

}  // namespace mailsync::admin
