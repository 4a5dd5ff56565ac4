#include "admin/plan_json.h"

#include "admin/record_json.h"
#include "sync/dry_notes.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

object side_json(int64_t created, int64_t changed, int64_t merged, int64_t deleted) {
  return {{"created", created}, {"changed", changed}, {"merged", merged}, {"deleted", deleted}};
}

value parsed(const std::string& json) {
  boost::system::error_code failed;
  value out = boost::json::parse(json, failed);
  return failed ? value(json) : out;
}

value ref_of(RecordId id, const RefsById& refs) {
  const auto at = refs.find(id.value);
  return at == refs.end() ? value() : value(at->second);
}

value target_json(const sync::PlanReport& report) {
  if (report.purpose != sync::PlanPurpose::Undo) return nullptr;
  const sync::UndoTarget& target = report.target;
  return object{{"change_id", target.change ? value(id_text(target.change)) : value()},
                {"run_id", text_or_null(target.run.value)},
                {"since", time_or_null(target.since)}};
}

std::string_view name_of_side(sync::JournalEntry::Side side) {
  return side == sync::JournalEntry::Side::Crm ? "crm" : "mailbox";
}

std::string_view name_of_state(sync::JournalEntry::State state) {
  switch (state) {
    case sync::JournalEntry::State::Intended:
      return "intended";
    case sync::JournalEntry::State::Done:
      return "done";
    case sync::JournalEntry::State::Refused:
      return "refused";
    case sync::JournalEntry::State::Failed:
      return "failed";
  }
  std::unreachable();
}

}  // namespace

object plan_json(const sync::PlanReport& report, const sync::Mailbox& mailbox) {
  array kinds;
  for (const sync::Kind kind : model::kKinds) {
    const auto at = report.counts.find(kind);
    const sync::Counts counts = at == report.counts.end() ? sync::Counts() : at->second;
    object skipped;
    for (const auto& [reason, number] : counts.skipped) skipped[reason] = number;
    kinds.push_back({{"kind", model::name_of(kind)},
                     {"to_crm", side_json(counts.to_crm_created, counts.to_crm_updated, counts.to_crm_linked,
                                          counts.to_crm_deleted)},
                     {"to_mailbox", side_json(counts.to_mailbox_created, counts.to_mailbox_updated, 0,
                                              counts.to_mailbox_deleted)},
                     {"parked", counts.parked},
                     {"skipped", std::move(skipped)}});
  }
  return {{"id", id_text(report.id)},
          {"purpose", sync::name_of(report.purpose)},
          {"mailbox", mailbox_ref(mailbox)},
          {"state", sync::name_of(report.state)},
          {"title", report.title},
          {"error", text_or_null(report.error)},
          {"created_at", time_text(report.created_at)},
          {"finished_at", time_or_null(report.finished_at)},
          {"kinds", std::move(kinds)},
          {"mails", report.mails},
          {"items_total", report.items},
          {"shortened", report.shortened},
          {"target", target_json(report)},
          {"run_id", text_or_null(report.run.value)}};
}

array field_changes(const std::string& before, const std::string& after) {
  const auto was = model::fields_from_json(before), is = model::fields_from_json(after);
  array out;
  if (!was || !is) return out;
  sync::Fields all = *was;
  all.insert(is->begin(), is->end());
  for (const auto& [name, text] : all) {
    const auto old = was->find(name), now = is->find(name);
    value from = old == was->end() ? value() : parsed(old->second);
    value to = now == is->end() ? value() : parsed(now->second);
    if (from == to) continue;
    out.push_back(object{{"name", name}, {"before", std::move(from)}, {"after", std::move(to)}});
  }
  return out;
}

object plan_item_json(const sync::PlanItem& item, const RefsById& refs) {
  const bool to_crm = item.side == sync::JournalEntry::Side::Crm;
  const bool made_up = item.remote_id.value.starts_with("dry:");
  return {{"id", std::to_string(item.number)},
          {"kind", model::name_of(item.kind)},
          {"direction", to_crm ? "to_crm" : "to_mailbox"},
          {"action", sync::name_of(item.action)},
          {"title", text_or_null(item.title)},
          {"record", ref_of(item.record, refs)},
          {"remote_id", text_or_null(made_up ? std::string_view() : item.remote_id.value)},
          {"fields", field_changes(item.before, item.after)},
          {"cause", item.cause},
          {"rule", item.rule},
          {"note", text_or_null(item.note)}};
}

object change_json(const sync::JournalEntry& entry, const sync::Mailbox& mailbox, const RefsById& refs) {
  return {{"id", id_text(entry.id)},
          {"run_id", entry.run.value},
          {"mailbox", mailbox_ref(mailbox)},
          {"kind", model::name_of(entry.kind)},
          {"side", name_of_side(entry.side)},
          {"action", entry.action},
          {"state", name_of_state(entry.state)},
          {"record", ref_of(entry.record, refs)},
          {"remote_id", text_or_null(entry.remote_id.value)},
          {"fields", field_changes(entry.before.empty() ? "{}" : entry.before,
                                   entry.after.empty() ? "{}" : entry.after)},
          {"cause", entry.cause},
          {"rule", entry.rule},
          {"outcome", text_or_null(entry.outcome)},
          {"at", time_text(entry.at)}};
}

Result<RefsById> refs_by_id(Api& api, const Request& request, std::span<const int64_t> ids) {
  std::vector<int64_t> real;
  for (const int64_t id : ids)
    if (id != 0 && !sync::is_made_up(RecordId{id})) real.push_back(id);
  RefsById out;
  TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
    TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
    TRY(out, refs_of(session, request.viewer.account, rights, real));
    return {};
  }));
  return out;
}

}  // namespace mailsync::admin
