#include "server/connections.h"

#include <algorithm>
#include <utility>

#include "auth/licences.h"
#include "base/log.h"
#include "server/permissions.h"
#include "sync/profile_json.h"

namespace mailsync::server {
namespace {

// What undo may reach back to (30 days), and some more; of a busy mailbox fewer.
constexpr Duration kRunsKept = std::chrono::hours(24 * 35);
constexpr size_t kMostRuns = 5000;

// Tells also whether anything was committed. `did_something` outlives the pass.
sync::Progress noting(sync::Progress progress, bool& did_something) {
  return [progress = std::move(progress), &did_something](model::Kind kind, const std::string& collection,
                                                          const sync::Counts& turn) {
    if (!turn.empty()) did_something = true;
    if (progress) progress(kind, collection, turn);
  };
}

std::string domain_of(std::string_view address) {
  const size_t at = address.rfind('@');
  return at == std::string_view::npos ? "" : std::string(address.substr(at + 1));
}

}  // namespace

Result<auth::MasterKeys> master_keys(const Settings& settings) {
  if (!settings.vault.master_key.empty()) return auth::parse_master_keys(settings.vault.master_key.reveal());
  return auth::load_master_keys(settings.vault.master_key_file);
}

net::CurlOptions curl_options(const Settings& settings) {
  return {.ca_file = settings.network.ca_file,
          .addresses = {.allow_private = settings.network.allow_private,
                        .allowed_hosts = settings.network.allowed_hosts}};
}

// Hands tokens to a mailbox's client, and remembers the last one, to say which was refused.
struct Connections::Bearers {
  auth::TokenSource& tokens;
  auth::Grant grant;
  net::Origin origin;
  std::vector<std::string> scopes;
  std::optional<net::Bearer> last;

  static Task<Result<net::Bearer>> next(std::shared_ptr<Bearers> self, std::optional<std::string> claims) {
    if (claims) self->reject("Bearer claims=\"" + *claims + "\"");
    auto bearer = co_await self->tokens.bearer(self->grant, self->origin, self->scopes);
    if (bearer) self->last = *bearer;
    co_return bearer;
  }
  void reject(std::string_view challenge) {
    if (last) tokens.reject(grant, *std::exchange(last, std::nullopt), scopes, challenge);
  }
};

Connections::Connections(const Settings& settings, net::AsioExecutor& executor, Random& random, Data& data,
                         auth::MasterKeys keys)
    : settings_(settings),
      executor_(executor),
      random_(random),
      data_(data),
      http_(executor, curl_options(settings)),
      oauth_(http_, executor.clock(), random),
      vault_(executor, *data.database, random, std::move(keys),
             [&settings] { return master_keys(settings); }),
      accesses_(settings, vault_),
      tokens_(executor, oauth_, vault_) {}

sync::People Connections::people_of(const sync::Mailbox& mailbox) const {
  sync::People people;
  people.own_addresses.insert(mailbox.address);
  people.internal_domains.insert(settings_.internal_domains.begin(), settings_.internal_domains.end());
  if (people.internal_domains.empty()) people.internal_domains.insert(domain_of(mailbox.address));
  people.blocked.insert(settings_.blocked.begin(), settings_.blocked.end());
  return people;
}

Result<std::shared_ptr<Connections::Link>> Connections::link_for(sync::Mailbox mailbox,
                                                                 const Access& access) {
  const std::string method = auth::method_for_mailbox(access.configuration, mailbox.access_method);
  if (method.empty()) return fail(ErrorKind::SwitchedOff, auth::why_not_available(access.configuration));
  const bool as_user = method == "graph_user";
  mailbox.access_method = method;
  if (!as_user && mailbox.remote_user.empty()) mailbox.remote_user = mailbox.address;
  const std::string way = access.id + "\n" + method;
  const std::string made_for = way + "\n" + mailbox.remote_user + "\n" + sync::to_json(mailbox.profile);
  auto& place = links_[mailbox.id];
  if (place && place->made_for == made_for) return place;
  TRY(const net::Origin origin, net::Origin::of(access.configuration.graph_url));
  if (place && place->way != way) tokens_.forget(place->bearers->grant.id);
  auto link = std::make_shared<Link>();
  link->made_for = made_for;
  link->way = way;
  link->limit = std::make_unique<net::RateLimit>(executor_, net::RateLimits{});
  link->bearers = std::make_shared<Bearers>(Bearers{.tokens = tokens_,
                                                    .grant = access.grant(mailbox),
                                                    .origin = origin,
                                                    .scopes = as_user ? user_scopes() : access.app_scopes(),
                                                    .last = std::nullopt});
  link->client = std::make_shared<graph::Client>(
      http_,
      [bearers = link->bearers](std::optional<std::string> claims) {
        return Bearers::next(bearers, std::move(claims));
      },
      executor_, random_, *link->limit,
      graph::ClientOptions{
          .base_url = access.graph_root(), .user = as_user ? "" : mailbox.remote_user, .mark = data_.mark});
  link->replica =
      std::make_shared<graph::Replica>(link->client, graph::ReplicaOptions{.profile = mailbox.profile});
  link->sender = std::make_shared<graph::Sender>(link->client);
  place = std::move(link);
  return place;
}

Task<Result<std::shared_ptr<const Access>>> Connections::access_to(sync::Mailbox mailbox) {
  CO_TRY(Standing now,
         co_await executor_.blocking([this, mailbox = std::move(mailbox)] { return standing(mailbox); }));
  co_return std::move(now.access);
}

Task<Result<std::shared_ptr<const Access>>> Connections::access_of(AccountId account,
                                                                   OrganizationId organization) {
  using Out = Result<std::shared_ptr<const Access>>;
  co_return co_await executor_.blocking([this, account, organization]() -> Out {
    std::shared_ptr<const Access> out;
    TRY_VOID(data_.database->read([&](db::Session& session) -> Result<void> {
      TRY(out, accesses_.of_organization(session, account, organization));
      return {};
    }));
    return out;
  });
}

Task<Result<std::shared_ptr<Connections::Link>>> Connections::find_link(sync::Mailbox mailbox) {
  CO_TRY(const auto access, co_await access_to(mailbox));
  co_return link_for(std::move(mailbox), *access);
}

Task<Result<std::shared_ptr<sync::Replica>>> Connections::replica(sync::Mailbox mailbox) {
  CO_TRY(const std::shared_ptr<Link> link, co_await find_link(std::move(mailbox)));
  // Shares the link's life: the client inside uses its limit and its tokens.
  co_return std::shared_ptr<sync::Replica>(link, link->replica.get());
}

std::string Connections::way_of(MailboxId mailbox) const {
  const auto found = links_.find(mailbox);
  return found != links_.end() && found->second ? found->second->way : "";
}

Result<std::shared_ptr<sync::Push>> Connections::push(const sync::Mailbox& mailbox, const std::string& url) {
  const auto found = links_.find(mailbox.id);
  if (found == links_.end() || !found->second)
    return fail(ErrorKind::Transient, "the mailbox " + mailbox.address + " has had no pass yet");
  const std::shared_ptr<Link> link = found->second;
  struct Kept {
    std::shared_ptr<Link> link;
    graph::Push push;
  };
  auto kept = std::make_shared<Kept>(Kept{
      link,
      graph::Push(link->client, {.mailbox = mailbox.id, .notification_url = url, .lifecycle_url = url})});
  return std::shared_ptr<sync::Push>(kept, &kept->push);
}

void Connections::forget_token(MailboxId mailbox) {
  if (const auto found = links_.find(mailbox); found != links_.end() && found->second)
    found->second->bearers->reject("");
}

// Not when nothing happened, nor each time again while the same thing is wrong: an outage of a day is one
// line.
Task<void> Connections::note_run(sync::RunRow run, bool did_something) {
  std::string& last_error = last_errors_[run.mailbox];
  const bool news = run.error != last_error && !run.error.empty();
  last_error = run.error;
  if (!did_something && !news) co_return;
  const auto noted =
      co_await executor_.blocking([this, &run] { return data_.runs->save(run, kRunsKept, kMostRuns); });
  if (!noted) log::error("run_not_noted", noted.error(), {{"mailbox", run.mailbox}});
}

sync::Engine Connections::engine() {
  return {.executor = executor_,
          .random = random_,
          .store = *data_.store,
          .crm = *data_.crm,
          .directory = *data_.directory,
          .outbox = data_.outbox.get(),
          .plans = data_.plans.get()};
}

Task<Result<sync::Workbench>> Connections::workbench(sync::Mailbox mailbox) {
  CO_TRY(const std::shared_ptr<Link> link, co_await find_link(mailbox));
  struct Kept {
    Kept(std::shared_ptr<Link> to, const sync::Profile& profile)
        : link(std::move(to)), replica(link->client, graph::ReplicaOptions{.profile = profile}) {}
    std::shared_ptr<Link> link;
    graph::Replica replica;
  };
  auto kept = std::make_shared<Kept>(link, mailbox.profile);
  co_return sync::Workbench{.engine = engine(),
                            .plans = *data_.plans,
                            .mailbox = mailbox,
                            .replica = std::shared_ptr<sync::Replica>(kept, &kept->replica),
                            .people = people_of(mailbox),
                            .sender = std::shared_ptr<sync::Sender>(link, link->sender.get())};
}

// Without consent an application still gets tokens, but they carry no permission: that is how a withdrawn
// consent shows.
bool Connections::may_do_nothing(const Link& link) {
  if (!link.bearers->last || link.bearers->grant.refresh_token) return false;
  const auto roles = roles_in(link.bearers->last->token.reveal());
  return roles && std::ranges::none_of(kAppPermissions, [&](const Permission& permission) {
           return std::ranges::find(*roles, permission.name) != roles->end();
         });
}

Result<Connections::Standing> Connections::standing(const sync::Mailbox& mailbox) {
  Standing out;
  TRY_VOID(data_.database->read([&](db::Session& session) -> Result<void> {
    TRY(out.why_not_licensed, auth::why_not_licensed(session, mailbox.account, mailbox.user));
    out.access = accesses_.of_user(session, mailbox.account, mailbox.user);
    return {};
  }));
  return out;
}

Task<Result<sync::PassReport>> Connections::run(Connections& self, schedule::PassRequest request) {
  CO_TRY(const Standing standing,
         co_await self.executor_.blocking([&self, &request] { return self.standing(request.mailbox); }));
  // Parked, and looked at again by itself; the web application also wakes it.
  if (standing.why_not_licensed) co_return fail(ErrorKind::SwitchedOff, *standing.why_not_licensed);
  CO_TRY(const std::shared_ptr<const Access> access, standing.access);
  CO_TRY(const std::shared_ptr<Link> link, self.link_for(request.mailbox, *access));
  const MailboxId id = request.mailbox.id;
  sync::RunRow row{.id = request.run,
                   .mailbox = id,
                   .started_at = self.executor_.clock().now(),
                   .trigger = std::string(schedule::name_of(request.trigger))};
  bool did_something = request.trigger == schedule::Trigger::FirstSync;
  const int64_t asked_before = link->client->requests();
  int64_t* const counted = request.requests;
  const sync::Mailbox mailbox = request.mailbox;
  const sync::People people = self.people_of(mailbox);
  auto report = co_await sync::run_pass(self.engine(), *link->replica,
                                        {.mailbox = std::move(request.mailbox),
                                         .people = people,
                                         .lease = request.lease,
                                         .sender = link->sender.get(),
                                         .progress = noting(std::move(request.progress), did_something),
                                         .run = request.run});
  row.ended_at = self.executor_.clock().now();
  row.requests = link->client->requests() - asked_before;
  if (counted) *counted = row.requests;
  if (!report) row.error = report.error().message;
  co_await self.note_run(std::move(row), did_something);
  if (report) co_return report;
  // What was refused to the way of before says nothing about the one of now.
  if (const auto now = co_await self.access_to(mailbox); now && (*now)->id != access->id)
    co_return fail(ErrorKind::Cancelled, "the access method was changed during the pass: it begins anew");
  Error error = std::move(report).error();
  if (error.kind == ErrorKind::Forbidden && error.trouble == Trouble::None && may_do_nothing(*link))
    error.trouble = Trouble::Consent;
  // A token may have been refused before its time, or not know yet what was granted since; the next pass asks
  // for another.
  if (error.kind == ErrorKind::LoginNeeded || error.kind == ErrorKind::Forbidden) self.forget_token(id);
  co_return fail(std::move(error));
}

schedule::RunPass Connections::run_pass() {
  return [this](schedule::PassRequest request) { return run(*this, std::move(request)); };
}

}  // namespace mailsync::server
