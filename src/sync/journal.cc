#include "sync/journal.h"

#include <type_traits>

#include "sync/undo_plan.h"

namespace mailsync::sync {

namespace {

JournalEntry entry_for(const Context& context, const Planned& planned) {
  const Situation& s = planned.situation;
  JournalEntry entry{.mailbox = context.mailbox(),
                     .run = context.run,
                     .kind = s.kind,
                     .before = "{}",
                     .after = "{}",
                     .cause = planned.plan.cause,
                     .rule = planned.plan.rule,
                     .at = context.now()};
  if (s.link) {
    entry.link = s.link->id;
    entry.remote_id = s.link->remote_id;
    entry.record = s.link->record;
  }
  if (s.item) entry.remote_id = s.item->id;
  if (s.record) entry.record = s.record->id;
  return entry;
}

// What a side holds of it now: a server and the CRM may rewrite what they are given (F5).
template <typename Write, typename Stored>
Fields stored_of(const Write& write, const Stored& stored) {
  if (write.op == Write::Op::Create) return stored.fields;
  if (write.op == Write::Op::Delete) return {};
  if constexpr (std::is_same_v<Write, CrmWrite>)
    if (write.op == Write::Op::Restore) return stored.fields;
  return held_of(write.fields, stored.fields);
}

std::string action_of(CrmWrite::Op op) {
  switch (op) {
    case CrmWrite::Op::Create:
      return "create";
    case CrmWrite::Op::Update:
      return "update";
    case CrmWrite::Op::Delete:
      return "delete";
    case CrmWrite::Op::Restore:
      return "create";
  }
  std::unreachable();
}

// The record that a write changes: the pair's, or of an item that is just being linked, the one that it is.
const CrmRecord* written_record(const Situation& s, RecordId id) {
  if (s.record && s.record->id == id) return &*s.record;
  for (const Candidate& candidate : s.candidates)
    if (candidate.record.id == id) return &candidate.record;
  return nullptr;
}

std::string action_of(LinkState state) {
  switch (state) {
    case LinkState::Active:
      return "resume";
    case LinkState::Frozen:
      return "freeze";
    case LinkState::Dismissed:
      return "dismiss";
    case LinkState::Tombstone:
      return "end";
  }
  std::unreachable();
}

}  // namespace

Fields held_of(const Fields& written, const Fields& side) {
  Fields out;
  for (const auto& [name, text] : written) {
    const auto at = side.find(name);
    out.emplace(name, at == side.end() ? std::string(model::kCleared) : at->second);
  }
  return out;
}

std::string action_of(RemoteWrite::Op op) {
  switch (op) {
    case RemoteWrite::Op::Create:
      return "create";
    case RemoteWrite::Op::Update:
      return "update";
    case RemoteWrite::Op::Delete:
      return "delete";
  }
  std::unreachable();
}

JournalEntry intention_of(const Context& context, const Planned& planned) {
  const RemoteWrite& write = *planned.plan.remote;
  JournalEntry entry = entry_for(context, planned);
  entry.side = JournalEntry::Side::Mailbox;
  entry.state = JournalEntry::State::Intended;
  entry.action = action_of(write.op);
  entry.operation = write.operation;
  entry.after = model::to_json(write.fields);
  const Situation& s = planned.situation;
  if (write.op == RemoteWrite::Op::Delete)
    entry.before = model::to_json(s.item ? s.item->fields : (s.link ? s.link->base.mailbox : Fields{}));
  else if (write.op == RemoteWrite::Op::Update)
    entry.before = model::to_json(held_of(write.fields, s.item ? s.item->fields : s.link->base.mailbox));
  return entry;
}

JournalEntry outcome_of(const Context& context, const Planned& planned, JournalEntry::State state,
                        std::string words) {
  JournalEntry entry = entry_for(context, planned);
  entry.id = planned.intention;
  entry.state = state;
  entry.outcome = std::move(words);
  if (planned.stored_item && planned.stored_item->id) entry.remote_id = planned.stored_item->id;
  if (!planned.plan.remote) return entry;
  const RemoteWrite& write = *planned.plan.remote;
  const bool stored = planned.stored_item && write.op != RemoteWrite::Op::Delete;
  entry.after = model::to_json(stored ? stored_of(write, *planned.stored_item) : write.fields);
  return entry;
}

void name_links(const std::vector<Link>& links, std::vector<JournalEntry>& entries) {
  std::map<std::pair<Kind, std::string>, LinkId> by_item;
  for (const Link& link : links) by_item[{link.kind, link.remote_id.value}] = link.id;
  for (JournalEntry& entry : entries) {
    if (entry.link) continue;
    const auto at = by_item.find({entry.kind, entry.remote_id.value});
    if (at != by_item.end()) entry.link = at->second;
  }
}

std::vector<JournalEntry> entries_of(const Context& context, const Planned& planned, const Link& link,
                                     const CrmRecord* stored_record) {
  std::vector<JournalEntry> out;
  const Situation& s = planned.situation;
  const auto add = [&](JournalEntry::Side side, std::string action) -> JournalEntry& {
    JournalEntry entry = entry_for(context, planned);
    entry.side = side;
    entry.state = JournalEntry::State::Done;
    entry.action = std::move(action);
    entry.link = link.id;
    entry.remote_id = link.remote_id;
    entry.record = link.record;
    out.push_back(std::move(entry));
    return out.back();
  };
  if (planned.plan.crm) {
    const CrmWrite& write = *planned.plan.crm;
    JournalEntry& entry = add(JournalEntry::Side::Crm, action_of(write.op));
    if (stored_record) entry.record = stored_record->id;
    entry.after = model::to_json(stored_record ? stored_of(write, *stored_record) : write.fields);
    const CrmRecord* was = written_record(s, write.id);
    if (was && write.op == CrmWrite::Op::Update)
      entry.before = model::to_json(held_of(write.fields, was->fields));
    if (was && write.op == CrmWrite::Op::Delete) entry.before = model::to_json(was->fields);
  }
  for (const Conflict& conflict : planned.plan.conflicts) {
    JournalEntry& entry =
        add(conflict.mailbox_won ? JournalEntry::Side::Crm : JournalEntry::Side::Mailbox, "overrule");
    entry.before = model::to_json({{conflict.field, conflict.overruled}});
    entry.after = model::to_json({{conflict.field, conflict.kept}});
  }
  const bool linked_now = !s.link && !planned.plan.crm && !planned.plan.remote;
  if (linked_now) add(JournalEntry::Side::Crm, "link");
  if (s.link && planned.plan.link && planned.plan.link->state != s.link->state)
    add(JournalEntry::Side::Crm, action_of(planned.plan.link->state)).payload = link_was(s.link->state);
  return out;
}

void count(Counts& counts, const Planned& planned) {
  const Plan& plan = planned.plan;
  if (planned.failed) {
    ++counts.parked;
    return;
  }
  if (plan.crm) {
    switch (plan.crm->op) {
      case CrmWrite::Op::Create:
      case CrmWrite::Op::Restore:
        ++counts.to_crm_created;
        break;
      case CrmWrite::Op::Update:
        ++counts.to_crm_updated;
        break;
      case CrmWrite::Op::Delete:
        ++counts.to_crm_deleted;
        break;
    }
  } else if (plan.link && !planned.situation.link && planned.situation.item) {
    ++counts.to_crm_linked;
  }
  if (plan.remote) {
    switch (plan.remote->op) {
      case RemoteWrite::Op::Create:
        ++counts.to_mailbox_created;
        break;
      case RemoteWrite::Op::Update:
        ++counts.to_mailbox_updated;
        break;
      case RemoteWrite::Op::Delete:
        ++counts.to_mailbox_deleted;
        break;
    }
  }
  if (!plan.skipped.empty() && plan.skipped != "unchanged") ++counts.skipped[plan.skipped];
}

}  // namespace mailsync::sync
