// Profiles of the Customizations page: created, changed, deleted, and applied to an organization. To single
// users they are given by an operation (panel_operations.cc).
#include <algorithm>

#include "admin/account_json.h"
#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/json.h"
#include "admin/profile_json.h"
#include "auth/audit.h"
#include "crm/builtin/json_text.h"
#include "sync/profile_store.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;

constexpr size_t kLongestName = 200;
constexpr size_t kChunk = 500;  // mailboxes given a changed profile in one transaction

std::expected<std::string, Problem> name_in(const object& body) {
  TRY(std::string name, text_in(body, "name"));
  const auto first = name.find_first_not_of(' ');
  if (first == std::string::npos) return std::unexpected(invalid("name", "Give the profile a name."));
  name = name.substr(first, name.find_last_not_of(' ') - first + 1);
  if (name.size() > kLongestName)
    return std::unexpected(invalid("name", "The name is too long: 200 letters at most."));
  if (std::ranges::any_of(name, [](unsigned char c) { return c < ' ' || c == 0x7f; }))
    return std::unexpected(invalid("name", "The name holds a character that cannot be shown."));
  if (crm::id_from(name) || name == kSettingsProfile)
    return std::unexpected(invalid("name", "Choose another name: this one stands for something else."));
  return name;
}

object profile_json(const sync::NamedProfile& profile, const OrganizationNames& names) {
  object out = profile_ref(profile.id, profile.name);
  array organizations;
  for (const OrganizationId id : profile.organizations) {
    const auto name = names.find(id);
    if (name != names.end()) organizations.push_back({{"id", id_text(id)}, {"name", name->second}});
  }
  out["editable"] = bool(profile.id);
  out["settings"] = settings_json(profile.settings);
  out["modes"] = modes_json(profile.forced);
  out["version"] = profile.version;
  out["changed_at"] = time_or_null(profile.changed_at);
  out["users"] = profile.mailboxes;
  out["organizations"] = std::move(organizations);
  return out;
}

// Of the settings file: everything in it is allowed to be narrowed by nobody but its administrator.
Result<sync::NamedProfile> of_settings(Api& api, AccountId account) {
  sync::NamedProfile out;
  out.account = account;
  out.name = kSettingsProfile;
  out.settings = api.new_mailboxes.profile;
  TRY(const auto roster, api.panel.roster(account));
  TRY(const auto assigned, api.profiles.assigned(account));
  out.mailboxes = static_cast<int64_t>(roster.size() - std::min(roster.size(), assigned.size()));
  return out;
}

auth::Deed deed_of(const Request& request, std::string action, const sync::NamedProfile& profile) {
  return {.account = request.viewer.account,
          .actor = auth::actor_of(request.session.user, request.http.peer),
          .action = std::move(action),
          .subject = "profile:" + std::to_string(profile.id.value),
          .subject_name = profile.name,
          .organization = {}};
}

// {"category":{"from":"CRM","to":"Shared"},…}: what became different.
std::string details_of(const sync::NamedProfile& before, const sync::NamedProfile& after) {
  object told;
  const auto compare = [&told](const object& from, const object& to, std::string_view ending) {
    for (const auto& member : to)
      if (from.at(member.key()) != member.value())
        told[std::string(member.key()) + std::string(ending)] = {{"from", from.at(member.key())},
                                                                 {"to", member.value()}};
  };
  if (before.name != after.name) told["name"] = {{"from", before.name}, {"to", after.name}};
  compare(settings_json(before.settings), settings_json(after.settings), "");
  compare(modes_json(before.forced), modes_json(after.forced), " (allow or force)");
  return boost::json::serialize(told);
}

std::expected<sync::NamedProfile, Problem> wanted(Api& api, const Request& request) {
  const auto id = crm::id_from(request.path.at("id"));
  if (!id) return std::unexpected(not_found("profile"));
  auto found = api.profiles.profile(request.viewer.account, sync::ProfileId{*id});
  if (!found && found.error().kind == ErrorKind::Gone) return std::unexpected(not_found("profile"));
  if (!found) return std::unexpected(Problem(found.error()));
  return *std::move(found);
}

std::expected<sync::NamedProfile, Problem> profile_in(const object& body, sync::NamedProfile before) {
  if (body.contains("name") || !before.id) {
    TRY(before.name, name_in(body));
  }
  for (const std::string_view part : {"settings", "modes"}) {
    const auto* found = body.if_contains(part);
    if (found && !found->is_object())
      return std::unexpected(invalid(std::string(part), "This is not a list of settings."));
  }
  if (const auto* settings = body.if_contains("settings")) {
    TRY(before.settings, settings_in(settings->get_object(), before.settings));
  }
  if (const auto* modes = body.if_contains("modes")) {
    TRY(before.forced, modes_in(modes->get_object(), before.forced));
  }
  return before;
}

Answer shown(Api& api, const Request& request, sync::ProfileId id, int status) {
  TRY(const sync::NamedProfile profile, api.profiles.profile(request.viewer.account, id));
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const auto names, organization_names(session, request.viewer.account));
    return Reply{.status = status, .json = profile_json(profile, names)};
  });
}

// Who has it gets it as it is now, some at a time; a running server follows at each one's next pass.
std::expected<std::vector<MailboxId>, Problem> spread(Api& api, const sync::NamedProfile& profile) {
  std::vector<MailboxId> given;
  for (MailboxId after{};;) {
    TRY(const auto ids, api.profiles.holders(profile.account, profile.id, after, kChunk));
    if (ids.empty()) return given;
    const Answer written = writing(api, [&](db::SqlTransaction& tx) -> Answer {
      TRY(const int64_t changed, api.profiles.give(tx, profile.account, ids, profile, false));
      static_cast<void>(changed);
      return Reply{};
    });
    if (!written) return std::unexpected(written.error());
    given.insert(given.end(), ids.begin(), ids.end());
    after = ids.back();
  }
}

}  // namespace

Answer list_profiles(Api& api, const Request& request) {
  TRY(auto all, api.profiles.profiles(request.viewer.account));
  TRY(sync::NamedProfile settings, of_settings(api, request.viewer.account));
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const auto names, organization_names(session, request.viewer.account));
    OrganizationNames reached;
    for (const auto& [id, name] : names)
      if (request.session.reaches(id)) reached[id] = name;
    array items;
    items.push_back(profile_json(settings, reached));
    for (const sync::NamedProfile& each : all) items.push_back(profile_json(each, reached));
    return Reply{.json = object{{"items", std::move(items)}}};
  });
}

Answer create_profile(Api& api, const Request& request) {
  TRY_VOID(only_members(request.body, {"name", "settings", "modes"}));
  sync::NamedProfile fresh;
  fresh.settings = api.new_mailboxes.profile;
  TRY(sync::NamedProfile profile, profile_in(request.body, std::move(fresh)));
  profile.account = request.viewer.account;
  profile.changed_at = api.now();
  const Answer written = writing(api, [&](db::SqlTransaction& tx) -> Answer {
    profile.id = {};
    TRY(profile.id, api.profiles.save(tx, profile));
    TRY_VOID(auth::note(tx, api.now(), deed_of(request, "profile.created", profile)));
    return Reply{};
  });
  if (!written) return std::unexpected(written.error());
  return shown(api, request, profile.id, 201);
}

Task<Answer> change_profile(Api& api, std::shared_ptr<const Request> request) {
  std::vector<MailboxId> given;
  Answer answer = co_await api.executor.blocking([&api, request, &given]() -> Answer {
    TRY_VOID(only_members(request->body, {"name", "settings", "modes", "version"}));
    TRY(const sync::NamedProfile before, wanted(api, *request));
    TRY(sync::NamedProfile profile, profile_in(request->body, before));
    TRY(profile.version, version_in(request->body));
    profile.changed_at = api.now();
    const Answer written = writing(api, [&](db::SqlTransaction& tx) -> Answer {
      TRY(profile.id, api.profiles.save(tx, profile));
      auth::Deed deed = deed_of(*request, "profile.changed", profile);
      deed.details = details_of(before, profile);
      TRY_VOID(auth::note(tx, api.now(), deed));
      return Reply{};
    });
    if (!written) return std::unexpected(written.error());
    TRY(given, spread(api, profile));
    return shown(api, *request, profile.id, 200);
  });
  for (const MailboxId id : given) {
    api.activity.touch(id);
    if (!api.scheduler) continue;
    api.scheduler->let_go(id);  // its lease was taken with the change
    api.scheduler->look_again(id);
  }
  co_return answer;
}

Answer delete_profile(Api& api, const Request& request) {
  TRY(const sync::NamedProfile profile, wanted(api, request));
  return writing(api, [&](db::SqlTransaction& tx) -> Answer {
    TRY_VOID(api.profiles.remove(tx, request.viewer.account, profile.id));
    TRY_VOID(auth::note(tx, api.now(), deed_of(request, "profile.deleted", profile)));
    return Reply{.status = 204};
  });
}

// For the organization's users to come; those of now get it by an operation on all that match.
Answer set_organization_profile(Api& api, const Request& request) {
  TRY_VOID(only_members(request.body, {"profile_id"}));
  const auto organization = crm::id_from(request.path.at("id"));
  if (!organization || !request.session.reaches(OrganizationId{*organization}))
    return std::unexpected(not_found("organization"));
  TRY(const std::string text, text_in(request.body, "profile_id"));
  sync::NamedProfile profile;
  profile.name = kSettingsProfile;
  if (text != kSettingsProfileId) {
    const auto id = crm::id_from(text);
    auto found = api.profiles.profile(request.viewer.account, sync::ProfileId{id.value_or(0)});
    if (!found)
      return std::unexpected(invalid("profile_id", "There is no such profile: choose another one."));
    profile = *std::move(found);
  }
  return writing(api, [&](db::SqlTransaction& tx) -> Answer {
    const auto there = auth::organization(tx, request.viewer.account, {*organization});
    if (!there) return std::unexpected(not_found("organization"));
    TRY(const auto before, api.profiles.profile_in(tx, request.viewer.account, there->id));
    TRY_VOID(api.profiles.set_profile_of(tx, request.viewer.account, there->id, profile.id));
    auth::Deed deed = deed_of(request, "organization.profile", profile);
    deed.subject = "organization:" + std::to_string(there->id.value);
    deed.subject_name = there->name;
    deed.organization = there->id;
    deed.details = boost::json::serialize(
        object{{"profile",
                {{"from", before ? before->name : std::string(kSettingsProfile)}, {"to", profile.name}}}});
    TRY_VOID(auth::note(tx, api.now(), deed));
    return Reply{.json = object{{"organization", {{"id", id_text(there->id)}, {"name", there->name}}},
                                {"profile", profile_ref(profile.id, profile.name)}}};
  });
}

}  // namespace mailsync::admin
