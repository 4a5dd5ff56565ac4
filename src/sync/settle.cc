// What a link holds after its plan was carried out.
#include "sync/plan.h"

namespace mailsync::sync {

namespace {

// What the CRM now holds of the record this link points to.
const CrmRecord* record_after(const Link& link, const Situation& s, const CrmRecord* stored) {
  if (stored) return stored;
  if (s.record && s.record->id == link.record) return &*s.record;
  for (const Candidate& candidate : s.candidates)
    if (candidate.record.id == link.record) return &candidate.record;
  return nullptr;
}

void keep_waiting(Fields& base, const Fields& before, const model::FieldNames& waiting) {
  for (const std::string& name : waiting) {
    base.erase(name);
    if (const auto old = before.find(name); old != before.end()) base.emplace(*old);
  }
}

}  // namespace

Link settle(const Plan& plan, const Situation& s, const RemoteItem* stored_item,
            const CrmRecord* stored_record) {
  Link link = *plan.link;
  const Base before = link.base;
  const model::FieldNames names = shared_fields(s.in_mailbox, s.in_crm);
  if (const RemoteItem* item = stored_item ? stored_item : (s.item ? &*s.item : nullptr)) {
    link.remote_id = item->id;
    link.remote_version = item->version;
    if (!item->container.empty()) link.container = item->container;
    if (!item->series_key.empty()) link.series_key = item->series_key;
    if (link.made_by == MadeBy::Crm && link.state == LinkState::Active)
      link.is_organizer = item->is_organizer;
  }
  if (plan.seen_in_mailbox) link.base.mailbox = model::restricted(*plan.seen_in_mailbox, names);
  if (stored_item && plan.remote && plan.remote->op != RemoteWrite::Op::Delete) {
    const bool created = plan.remote->op == RemoteWrite::Op::Create;
    if (created) link.marked = stored_item->marked;
    for (const auto& [name, text] : model::restricted(stored_item->fields, names))
      if (created || plan.remote->fields.contains(name)) link.base.mailbox.insert_or_assign(name, text);
  }
  if (const CrmRecord* record = record_after(link, s, stored_record)) {
    link.record = record->id;
    link.record_version = record->version;
    link.base.crm = model::restricted(record->fields, names);
  }
  keep_waiting(link.base.mailbox, before.mailbox, plan.waiting);
  keep_waiting(link.base.crm, before.crm, plan.waiting);
  if (plan.with_scope) link.base = {};
  link.hash = model::content_hash(s.kind, link.base.mailbox);
  link.synced_at = s.now;
  return link;
}

}  // namespace mailsync::sync
