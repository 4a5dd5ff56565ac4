#include "sync/merge.h"

#include <algorithm>
#include <boost/json.hpp>

namespace mailsync::sync {

namespace {

using model::Fields;

// Absent reads as cleared: both hold nothing.
std::string_view value_in(const Fields& fields, std::string_view name) {
  const auto at = fields.find(name);
  return at == fields.end() ? model::kCleared : std::string_view(at->second);
}

std::vector<std::string> list_in(std::string_view json) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(json, failed);
  std::vector<std::string> out;
  if (failed || !value.is_array()) return out;
  for (const auto& entry : value.get_array())
    if (entry.is_string()) out.emplace_back(entry.get_string());
  return out;
}

std::string json_of(const std::vector<std::string>& list) {
  if (list.empty()) return std::string(model::kCleared);
  return boost::json::serialize(boost::json::array(list.begin(), list.end()));
}

bool holds(const std::vector<std::string>& list, const std::string& entry) {
  return std::ranges::find(list, entry) != list.end();
}

// `target` with what changed from `before` to `after` done to it.
std::vector<std::string> with_changes(std::vector<std::string> target, const std::vector<std::string>& before,
                                      const std::vector<std::string>& after) {
  std::erase_if(target,
                [&](const std::string& entry) { return holds(before, entry) && !holds(after, entry); });
  for (const std::string& entry : after)
    if (!holds(before, entry) && !holds(target, entry)) target.push_back(entry);
  return target;
}

void merge_list(Merge& out, const std::string& name, const Base& base, std::string_view mailbox,
                std::string_view crm) {
  const auto mailbox_list = list_in(mailbox), crm_list = list_in(crm);
  const auto mailbox_base = list_in(value_in(base.mailbox, name)),
             crm_base = list_in(value_in(base.crm, name));
  if (auto merged = with_changes(crm_list, mailbox_base, mailbox_list); merged != crm_list)
    out.to_crm.emplace(name, json_of(merged));
  if (auto merged = with_changes(mailbox_list, crm_base, crm_list); merged != mailbox_list)
    out.to_mailbox.emplace(name, json_of(merged));
}

}  // namespace

Merge merge(model::Kind kind, const Base& base, const Fields& mailbox, const Fields& crm,
            const model::FieldNames& names, bool mailbox_wins) {
  Merge out;
  for (const std::string& name : names) {
    const std::string_view in_mailbox = value_in(mailbox, name), in_crm = value_in(crm, name);
    const bool mailbox_changed = mailbox.contains(name) && in_mailbox != value_in(base.mailbox, name);
    const bool crm_changed = crm.contains(name) && in_crm != value_in(base.crm, name);
    out.mailbox_changed |= mailbox_changed;
    out.crm_changed |= crm_changed;
    if (!mailbox_changed && !crm_changed) continue;
    out.moved.insert(name);
    if (model::is_multi_valued(kind, name)) {
      merge_list(out, name, base, in_mailbox, in_crm);
    } else if (in_mailbox == in_crm) {
      continue;  // both were changed to the same
    } else if (!crm_changed) {
      out.to_crm.emplace(name, in_mailbox);
    } else if (!mailbox_changed) {
      out.to_mailbox.emplace(name, in_crm);
    } else {
      (mailbox_wins ? out.to_crm : out.to_mailbox).emplace(name, mailbox_wins ? in_mailbox : in_crm);
      out.conflicts.push_back({.field = name,
                               .kept = std::string(mailbox_wins ? in_mailbox : in_crm),
                               .overruled = std::string(mailbox_wins ? in_crm : in_mailbox),
                               .mailbox_won = mailbox_wins});
    }
  }
  return out;
}

Merge first_match(const Fields& mailbox, const Fields& crm, const model::FieldNames& names) {
  Merge out;
  for (const std::string& name : names) {
    const std::string_view in_mailbox = value_in(mailbox, name), in_crm = value_in(crm, name);
    if (in_mailbox == in_crm) continue;
    if (in_crm == model::kCleared) {
      out.to_crm.emplace(name, in_mailbox);
    } else if (in_mailbox == model::kCleared) {
      out.to_mailbox.emplace(name, in_crm);
    } else {
      out.conflicts.push_back(
          {.field = name, .kept = std::string(in_crm), .overruled = std::string(in_mailbox)});
    }
  }
  return out;
}

}  // namespace mailsync::sync
