#include "sync/sweep.h"

#include <boost/json.hpp>

namespace mailsync::sync {

namespace {

namespace json = boost::json;

std::string wanted_from_mailbox(const Profile& p, Kind kind) {
  const auto at = p.directions.find(kind);
  const bool on = at == p.directions.end() || at->second.to_crm;
  json::array out{on, p.category};
  if (kind == Kind::Email)
    out.insert(out.end(),
               {static_cast<int>(p.capture_emails), p.share_whole_conversation, p.history.count()});
  if (kind == Kind::Meeting) out.insert(out.end(), {static_cast<int>(p.capture_meetings), p.history.count()});
  return json::serialize(out);
}

std::string wanted_from_crm(const Profile& p, Kind kind) {
  const auto at = p.directions.find(kind);
  json::array out{at == p.directions.end() || at->second.to_mailbox};
  if (kind == Kind::Task) out.emplace_back(p.completed_task_days);
  if (kind == Kind::Meeting) out.insert(out.end(), {p.meeting_days_back, p.meeting_months_ahead});
  return json::serialize(out);
}

json::object json_of(const std::map<Kind, std::string>& texts) {
  json::object out;
  for (const auto& [kind, text] : texts) out[model::name_of(kind)] = text;
  return out;
}

std::map<Kind, std::string> texts_in(const json::object& from, std::string_view name) {
  std::map<Kind, std::string> out;
  const auto* found = from.if_contains(name);
  if (!found || !found->is_object()) return out;
  for (const auto& member : found->get_object())
    if (const auto kind = model::kind_named(member.key()); kind && member.value().is_string())
      out.emplace(*kind, std::string(member.value().get_string()));
  return out;
}

std::map<Kind, std::set<std::string>> ids_in(const json::object& from, std::string_view name) {
  std::map<Kind, std::set<std::string>> out;
  const auto* found = from.if_contains(name);
  if (!found || !found->is_object()) return out;
  for (const auto& member : found->get_object()) {
    const auto kind = model::kind_named(member.key());
    if (!kind || !member.value().is_array()) continue;
    for (const auto& entry : member.value().get_array())
      if (entry.is_string()) out[*kind].emplace(entry.get_string());
  }
  return out;
}

}  // namespace

Applied applied_of(const Profile& profile, const std::vector<Collection>& followed) {
  Applied out;
  for (const Collection& collection : followed) out.followed[collection.kind].insert(collection.id);
  for (const auto& [kind, ids] : out.followed) {
    out.from_mailbox.emplace(kind, wanted_from_mailbox(profile, kind));
    if (kind != Kind::Email) out.from_crm.emplace(kind, wanted_from_crm(profile, kind));
  }
  return out;
}

std::string to_json(const Applied& applied) {
  json::object followed;
  for (const auto& [kind, ids] : applied.followed)
    followed[model::name_of(kind)] = json::array(ids.begin(), ids.end());
  json::array sweeping;
  for (const Kind kind : applied.sweeping) sweeping.push_back(json::string(model::name_of(kind)));
  return json::serialize(json::object{{"from_mailbox", json_of(applied.from_mailbox)},
                                      {"from_crm", json_of(applied.from_crm)},
                                      {"followed", std::move(followed)},
                                      {"sweeping", std::move(sweeping)}});
}

Result<Applied> applied_from_json(std::string_view text) {
  boost::system::error_code failed;
  const json::value value = json::parse(text, failed);
  const auto* members = failed ? nullptr : value.if_object();
  if (!members) return fail(ErrorKind::Corrupt, "the settings that were applied last cannot be read");
  Applied out{.from_mailbox = texts_in(*members, "from_mailbox"),
              .from_crm = texts_in(*members, "from_crm"),
              .followed = ids_in(*members, "followed")};
  if (const auto* list = members->if_contains("sweeping"); list && list->is_array())
    for (const auto& entry : list->get_array())
      if (entry.is_string())
        if (const auto kind = model::kind_named(entry.get_string())) out.sweeping.insert(*kind);
  return out;
}

Result<std::optional<Applied>> load_applied(StateStore& store, MailboxId mailbox) {
  TRY(const auto state, store.cursor(mailbox, kSettingsPlace));
  if (!state) return std::nullopt;
  TRY(Applied applied, applied_from_json(state->cursor.value));
  return applied;
}

Result<void> save_applied(StateStore& store, Transaction& transaction, MailboxId mailbox,
                          const Applied& applied, Instant now) {
  return store.save_cursor(transaction, mailbox, kSettingsPlace,
                           {.cursor = {to_json(applied)}, .enumerated = true, .saved_at = now});
}

}  // namespace mailsync::sync
