#include "admin/user_changes.h"

#include <algorithm>
#include <set>

#include "admin/licence_state.h"
#include "admin/profile_json.h"
#include "auth/audit.h"
#include "auth/email_configurations.h"
#include "auth/licences.h"
#include "auth/users.h"
#include "sync/panel_store.h"
#include "sync/profile_store.h"

namespace mailsync::admin {
namespace {

using sync::MailboxState;

constexpr std::string_view kHeldWords =
    "A run is held until a person decides about it: approve or reject it on the page of the mailbox first.";

// What the functions below work with; each does one action to one user.
struct Chunk {
  Api& api;
  const Request& request;
  const Wanted& wanted;
  db::SqlTransaction& tx;
  auth::Licences licences = {};
  std::multimap<UserId, sync::RosterRow> mailboxes = {};
  std::set<std::string> taken = {};
  ChunkDone done = {};

  void refuse(const auth::Person& person, std::string_view reason) {
    done.refusals.push_back({person.id, person.name, std::string(reason)});
  }
  Result<void> note(const auth::Person& person, std::string action, std::string details = "{}") {
    ++done.changed;
    return auth::note(tx, api.now(),
                      {.account = request.viewer.account,
                       .actor = auth::actor_of(request.session.user, request.http.peer),
                       .action = std::move(action),
                       .subject = "user:" + std::to_string(person.id.value),
                       .subject_name = person.login,
                       .organization = person.organization,
                       .details = std::move(details)});
  }
  Result<void> move(const sync::RosterRow& row, MailboxState state, std::string_view words) {
    (sync::is_runnable(state) && state != MailboxState::SwitchedOff ? done.awake : done.let_go)
        .push_back(row.mailbox);
    return api.panel.set_state(tx, row.mailbox, state, words);
  }
  std::string by() const { return request.session.user.display_name; }
};

Result<sync::NamedProfile> profile_for(Chunk& chunk, OrganizationId organization) {
  sync::NamedProfile out{.id = {},
                         .account = chunk.request.viewer.account,
                         .name = std::string(kSettingsProfile),
                         .settings = chunk.api.new_mailboxes.profile,
                         .forced = {},
                         .changed_at = {},
                         .organizations = {}};
  TRY(const auto found, chunk.api.profiles.profile_in(chunk.tx, out.account, organization));
  return found.value_or(std::move(out));
}

// As the Email Configuration of his organization says, else the settings.
Result<std::string> method_for(Chunk& chunk, UserId user) {
  TRY(const auth::EmailConfiguration own,
      auth::email_configuration_of(chunk.tx, chunk.request.viewer.account, user));
  const std::string chosen = own.version == 0 ? "" : auth::method_for_mailbox(own, "");
  return chosen.empty() ? chunk.api.new_mailboxes.access_method : chosen;
}

// True when the mailbox was made.
Result<bool> make_mailbox(Chunk& chunk, const auth::Person& person) {
  if (!chunk.taken.insert(person.login).second) {
    chunk.refuse(person, "Another user's mailbox has the address " + person.login +
                             ": an address syncs once. Remove that one, or change the user's address.");
    return false;
  }
  TRY(const sync::NamedProfile profile, profile_for(chunk, person.organization));
  const NewMailboxes& how = chunk.api.new_mailboxes;
  TRY(const std::string method, method_for(chunk, person.id));
  const std::string_view why = auth::why_not(chunk.licences, true);
  sync::Mailbox mailbox{.account = chunk.request.viewer.account,
                        .user = person.id,
                        .address = person.login,
                        .remote_user = method == "graph_app" ? person.login : "",
                        .access_method = method,
                        .state = how.wait_for_start ? MailboxState::WaitsForStart
                                 : why.empty()      ? MailboxState::Active
                                                    : MailboxState::SwitchedOff,
                        .state_text = how.wait_for_start ? "" : std::string(why),
                        .profile = profile.settings};
  TRY(mailbox.id, chunk.api.store.save_mailbox(chunk.tx, mailbox));
  const std::vector<MailboxId> ids{mailbox.id};
  TRY(const int64_t same, chunk.api.profiles.give(chunk.tx, mailbox.account, ids, profile, true));
  static_cast<void>(same);
  if (mailbox.state == MailboxState::Active) chunk.done.awake.push_back(mailbox.id);
  return true;
}

Result<void> add(Chunk& chunk, const auth::Person& person) {
  if (person.disabled) {
    chunk.refuse(person,
                 "He is disabled and cannot sign in: enable him under Account Settings > Users first.");
    return {};
  }
  const std::vector<UserId> one{person.id};
  TRY_VOID(auth::give_licences(chunk.tx, chunk.request.viewer.account, one,
                               auth::actor_of(chunk.request.session.user, chunk.request.http.peer),
                               chunk.api.now()));
  const auto [begin, end] = chunk.mailboxes.equal_range(person.id);
  bool changed = !person.licensed;
  for (auto at = begin; at != end; ++at) {
    const std::string_view why = auth::why_not(chunk.licences, true);
    const auto next = state_with_licence(at->second.state, at->second.state_text, why);
    if (next) TRY_VOID(chunk.move(at->second, *next, why));
  }
  if (begin == end) {
    TRY(const bool made, make_mailbox(chunk, person));
    changed = changed || made;
  }
  return changed ? chunk.note(person, "mailbox.added") : Result<void>();
}

Result<void> remove(Chunk& chunk, const auth::Person& person) {
  if (!person.licensed) return {};
  const std::vector<UserId> one{person.id};
  TRY_VOID(auth::take_licences(chunk.tx, chunk.request.viewer.account, one,
                               auth::actor_of(chunk.request.session.user, chunk.request.http.peer),
                               chunk.api.now()));
  const auto [begin, end] = chunk.mailboxes.equal_range(person.id);
  const std::string_view why = auth::why_not(chunk.licences, false);
  for (auto at = begin; at != end; ++at)
    if (const auto next = state_with_licence(at->second.state, at->second.state_text, why))
      TRY_VOID(chunk.move(at->second, *next, why));
  return chunk.note(person, "mailbox.removed");
}

Result<void> enable(Chunk& chunk, const auth::Person& person) {
  const auto [begin, end] = chunk.mailboxes.equal_range(person.id);
  const std::string_view why = auth::why_not(chunk.licences, person.licensed);
  bool changed = false;
  for (auto at = begin; at != end; ++at) {
    const MailboxState state = at->second.state;
    if (state == MailboxState::Active || state == MailboxState::SwitchedOff) continue;
    if (state == MailboxState::Held) {
      chunk.refuse(person, kHeldWords);
      continue;
    }
    changed = true;
    TRY_VOID(chunk.move(at->second, why.empty() ? MailboxState::Active : MailboxState::SwitchedOff, why));
  }
  if (begin == end) {
    TRY(changed, make_mailbox(chunk, person));
  }
  return changed ? chunk.note(person, "mailbox.enabled") : Result<void>();
}

Result<void> disable(Chunk& chunk, const auth::Person& person) {
  const auto [begin, end] = chunk.mailboxes.equal_range(person.id);
  bool changed = false;
  for (auto at = begin; at != end; ++at) {
    if (at->second.state == MailboxState::Paused) continue;
    if (at->second.state == MailboxState::Held) {
      chunk.refuse(person, kHeldWords);
      continue;
    }
    changed = true;
    TRY_VOID(chunk.move(at->second, MailboxState::Paused, "Switched off by " + chunk.by() + "."));
  }
  return changed ? chunk.note(person, "mailbox.disabled") : Result<void>();
}

Result<void> reset(Chunk& chunk, const auth::Person& person) {
  const auto [begin, end] = chunk.mailboxes.equal_range(person.id);
  for (auto at = begin; at != end; ++at) {
    if (at->second.state == MailboxState::Held) {
      chunk.refuse(person, kHeldWords);
      return {};
    }
    TRY(const sync::NamedProfile profile,
        chunk.api.profiles.profile_of_mailbox(chunk.tx, chunk.request.viewer.account, at->second.mailbox,
                                              chunk.api.new_mailboxes.profile));
    const std::vector<MailboxId> one{at->second.mailbox};
    TRY(const int64_t same,
        chunk.api.profiles.give(chunk.tx, chunk.request.viewer.account, one, profile, true));
    static_cast<void>(same);
    TRY_VOID(
        chunk.move(at->second, MailboxState::Paused, "Reset by " + chunk.by() + ": switch it on again."));
  }
  return begin == end ? Result<void>() : chunk.note(person, "mailbox.reset");
}

Result<void> list_again(Chunk& chunk, const auth::Person& person) {
  const auto [begin, end] = chunk.mailboxes.equal_range(person.id);
  for (auto at = begin; at != end; ++at) {
    TRY_VOID(chunk.api.panel.list_again(chunk.tx, at->second.mailbox));
    chunk.done.let_go.push_back(at->second.mailbox);
    if (sync::is_runnable(at->second.state)) chunk.done.awake.push_back(at->second.mailbox);
  }
  return begin == end ? Result<void>() : chunk.note(person, "mailbox.listed_again");
}

Result<void> force(Chunk& chunk, const auth::Person& person) {
  const auto [begin, end] = chunk.mailboxes.equal_range(person.id);
  bool asked = false;
  for (auto at = begin; at != end; ++at) {
    if (!sync::is_runnable(at->second.state)) {
      chunk.refuse(person, "His mailbox does not sync now: enable it first.");
      continue;
    }
    asked = true;
    chunk.done.awake.push_back(at->second.mailbox);
  }
  return asked ? chunk.note(person, "mailbox.forced") : Result<void>();
}

Result<void> change_profile(Chunk& chunk, const auth::Person& person) {
  const auto [begin, end] = chunk.mailboxes.equal_range(person.id);
  for (auto at = begin; at != end; ++at) {
    TRY(const sync::NamedProfile before,
        chunk.api.profiles.profile_of_mailbox(chunk.tx, chunk.request.viewer.account, at->second.mailbox,
                                              chunk.api.new_mailboxes.profile));
    const std::vector<MailboxId> one{at->second.mailbox};
    TRY(const int64_t different,
        chunk.api.profiles.give(chunk.tx, chunk.request.viewer.account, one, chunk.wanted.profile, false));
    if (before.id == chunk.wanted.profile.id && different == 0) continue;
    if (sync::is_runnable(at->second.state)) chunk.done.awake.push_back(at->second.mailbox);
    const auto name = [](const sync::NamedProfile& p) {
      return p.id ? p.name : std::string(kSettingsProfile);
    };
    TRY_VOID(chunk.note(person, "mailbox.profile_changed",
                        boost::json::serialize(boost::json::object{
                            {"profile", {{"from", name(before)}, {"to", name(chunk.wanted.profile)}}}})));
  }
  return {};
}

Result<void> change_one(Chunk& chunk, const auth::Person& person) {
  switch (chunk.wanted.action) {
    case UserAction::Add:
      return add(chunk, person);
    case UserAction::Remove:
      return remove(chunk, person);
    case UserAction::Enable:
      return enable(chunk, person);
    case UserAction::Disable:
      return disable(chunk, person);
    case UserAction::Reset:
      return reset(chunk, person);
    case UserAction::Reinitialize:
      return list_again(chunk, person);
    case UserAction::ForceSync:
      return force(chunk, person);
    case UserAction::ChangeProfile:
      return change_profile(chunk, person);
    case UserAction::DryRun:
      return {};  // writes nothing: dry_runs.cc
  }
  std::unreachable();
}

}  // namespace

Result<ChunkDone> change_users(Api& api, const Request& request, const Wanted& wanted,
                               std::span<const UserId> users, db::SqlTransaction& tx) {
  const AccountId account = request.viewer.account;
  Chunk chunk{.api = api, .request = request, .wanted = wanted, .tx = tx};
  TRY(chunk.licences, auth::licences(tx, account));
  TRY(const auto people, auth::people(tx, account, users));
  TRY(const auto rows, api.panel.roster_of(tx, account, users));
  for (const sync::RosterRow& row : rows) chunk.mailboxes.emplace(row.user, row);
  std::vector<std::string> addresses;
  for (const auth::Person& person : people)
    if (!chunk.mailboxes.contains(person.id)) addresses.push_back(person.login);
  TRY(const auto taken, api.panel.taken(tx, account, addresses));
  chunk.taken.insert(taken.begin(), taken.end());
  for (const auth::Person& person : people)
    if (request.session.reaches(person.organization)) TRY_VOID(change_one(chunk, person));
  return std::move(chunk.done);
}

}  // namespace mailsync::admin
