#include "server/counts_json.h"

#include "server/output.h"

namespace mailsync::server {

namespace json = boost::json;

json::object json_of(const std::map<model::Kind, sync::Counts>& counts) {
  json::object all;
  for (const model::Kind kind : kKinds) {
    const auto found = counts.find(kind);
    const sync::Counts counted = found == counts.end() ? sync::Counts{} : found->second;
    json::object skipped;
    for (const auto& [reason, number] : counted.skipped) skipped[reason] = number;
    all[model::name_of(kind)] = json::object{{"to_crm",
                                              {{"created", counted.to_crm_created},
                                               {"updated", counted.to_crm_updated},
                                               {"deleted", counted.to_crm_deleted},
                                               {"linked", counted.to_crm_linked}}},
                                             {"to_mailbox",
                                              {{"created", counted.to_mailbox_created},
                                               {"updated", counted.to_mailbox_updated},
                                               {"deleted", counted.to_mailbox_deleted}}},
                                             {"skipped", std::move(skipped)},
                                             {"parked", counted.parked}};
  }
  return all;
}

std::string words_of(const std::map<model::Kind, sync::Counts>& counts) {
  const auto text = [](int64_t number) { return number == 0 ? std::string("-") : std::to_string(number); };
  std::vector<std::vector<std::string>> rows{
      {"KIND", "DIRECTION", "CREATED", "UPDATED", "DELETED", "LINKED", "SKIPPED"}};
  for (const model::Kind kind : kKinds) {
    const auto found = counts.find(kind);
    if (found == counts.end() || found->second.empty()) continue;
    const sync::Counts& counted = found->second;
    std::string why;
    for (const auto& [reason, number] : counted.skipped)
      why += (why.empty() ? "" : ", ") + std::to_string(number) + " " + reason;
    if (counted.parked > 0)
      why += (why.empty() ? "" : ", ") + std::to_string(counted.parked) + " parked with an issue";
    rows.push_back({std::string(model::name_of(kind)), "to the CRM", text(counted.to_crm_created),
                    text(counted.to_crm_updated), text(counted.to_crm_deleted), text(counted.to_crm_linked),
                    why});
    if (kind != model::Kind::Email)
      rows.push_back({std::string(model::name_of(kind)), "to the mailbox", text(counted.to_mailbox_created),
                      text(counted.to_mailbox_updated), text(counted.to_mailbox_deleted), "-", ""});
  }
  return rows.size() == 1 ? "Nothing had changed.\n" : table(rows);
}

}  // namespace mailsync::server
