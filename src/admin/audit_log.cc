// The audit log: who changed what, when, from what to what; filter, export, and the check of its chain.
#include "admin/csv.h"
#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/json.h"
#include "auth/audit.h"
#include "crm/builtin/json_text.h"
#include "crm/builtin/lists.h"

namespace mailsync::admin {
namespace {

constexpr size_t kMostExported = 100'000;  // entries: some 30 MB
constexpr size_t kExportPage = 1000;

boost::json::object entry_json(const auth::AuditEntry& entry) {
  const auth::Deed& deed = entry.deed;
  boost::json::array changes;
  boost::system::error_code failed;
  const auto details = boost::json::parse(deed.details, failed);
  if (!failed && details.is_object())
    for (const auto& member : details.get_object()) {
      const auto* both = member.value().if_object();
      const auto text = [](const boost::json::value& value) {
        return value.is_string() ? value : boost::json::value(boost::json::serialize(value));
      };
      const bool change = both != nullptr && both->contains("from") && both->contains("to");
      changes.push_back({{"member", member.key()},
                         {"from", change ? text(both->at("from")) : boost::json::value()},
                         {"to", text(change ? both->at("to") : member.value())}});
    }
  return {{"number", entry.number},
          {"at", time_text(entry.at)},
          {"actor", deed.actor.name},
          {"via", deed.actor.via},
          {"peer", text_or_null(deed.actor.peer)},
          {"action", deed.action},
          {"subject", deed.subject},
          {"subject_name", deed.subject_name},
          {"changes", std::move(changes)}};
}

// An organization administrator sees what was done within his organizations.
std::expected<auth::AuditFilter, Problem> filter_of(const Request& request) {
  auth::AuditFilter out{.account = request.viewer.account};
  if (request.session.user.role != auth::Role::SystemAdmin) out.within = request.session.administers;
  const auto text = [&](std::string_view name, size_t most) {
    return std::string(request.http.query_value(name).value_or("")).substr(0, most);
  };
  if (const std::string chosen = text("organization_id", 64); !chosen.empty()) {
    const auto id = crm::id_from(chosen);
    if (!id || !request.session.reaches(OrganizationId{*id}))
      return std::unexpected(Problem(400, "filter_invalid", "There is no such organization."));
    out.within = std::vector{OrganizationId{*id}};
  }
  out.action = text("action", 100);
  out.subject = text("subject", 100);
  out.words = text("q", 200);
  for (auto [name, slot] : {std::pair("since", &out.since), std::pair("until", &out.until)}) {
    const std::string typed = text(name, 40);
    if (typed.empty()) continue;
    const auto at = Instant::from_iso(typed);
    if (!at)
      return std::unexpected(Problem(400, "filter_invalid", "A time is written as 2026-11-22T10:00:00Z."));
    *slot = *at;
  }
  return out;
}

std::string binding_of(const auth::AuditFilter& filter) {
  const int64_t organization = filter.within && filter.within->size() == 1 ? filter.within->front().value : 0;
  return "audit " + std::to_string(organization) + " " + filter.action + " " + filter.subject + " " +
         filter.words + " " + std::to_string(filter.since.us) + " " + std::to_string(filter.until.us);
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 0xF];
  }
  return out;
}

std::string line_of(const auth::AuditEntry& entry) {
  const auth::Deed& deed = entry.deed;
  std::string out = std::to_string(entry.number) + "," + csv_cell(entry.at.to_iso());
  for (const std::string& text : {deed.actor.name, deed.actor.via, deed.actor.peer, deed.action, deed.subject,
                                  deed.subject_name, deed.details, hex(entry.hash)})
    out += "," + csv_cell(text);
  return out + "\r\n";
}

}  // namespace

Answer list_audit(Api& api, const Request& request) {
  TRY(const size_t limit, limit_of(request.http));
  TRY(auth::AuditFilter filter, filter_of(request));
  const std::string binding = binding_of(filter);
  if (const auto cursor = request.http.query_value("cursor")) {
    const auto place = crm::decode_cursor(binding, *cursor);
    if (place.size() != 1 || !std::holds_alternative<int64_t>(place[0].variant()))
      return std::unexpected(
          Problem(400, "cursor_invalid", "The cursor belongs to another list; start again."));
    filter.before = place[0].integer();
  }
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(auto entries, auth::audit_entries(session, filter, limit + 1));
    boost::json::value next;
    if (entries.size() > limit) {
      entries.resize(limit);
      next = boost::json::string(crm::encode_cursor(binding, {entries.back().number}));
    }
    boost::json::array items;
    for (const auth::AuditEntry& entry : entries) items.push_back(entry_json(entry));
    return Reply{.json = boost::json::object{{"items", std::move(items)}, {"next_cursor", std::move(next)}}};
  });
}

Answer export_audit(Api& api, const Request& request) {
  TRY(auth::AuditFilter filter, filter_of(request));
  Reply reply;
  reply.bytes = "number,at,actor,via,peer,action,subject,subject_name,details,hash\r\n";
  size_t told = 0;
  const auto read = api.database.read([&](db::Session& session) -> Result<void> {
    while (told < kMostExported) {
      TRY(const auto entries, auth::audit_entries(session, filter, kExportPage));
      for (const auth::AuditEntry& entry : entries) reply.bytes += line_of(entry);
      told += entries.size();
      if (entries.size() < kExportPage) break;
      filter.before = entries.back().number;
    }
    return {};
  });
  if (!read) return std::unexpected(Problem(read.error()));
  reply.headers.set("Content-Type", "text/csv; charset=utf-8");
  reply.headers.set("Content-Disposition", "attachment; filename=\"mailsync-audit-log.csv\"");
  return reply;
}

Answer check_audit_log(Api& api, const Request& request) {
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const auth::AuditCheck check, auth::check_audit(session, request.viewer.account));
    return Reply{.json = boost::json::object{
                     {"intact", check.first_broken == 0},
                     {"entries", check.entries},
                     {"first_broken", check.first_broken == 0 ? boost::json::value()
                                                              : boost::json::value(check.first_broken)},
                     {"hash", hex(check.hash)}}};
  });
}

}  // namespace mailsync::admin
