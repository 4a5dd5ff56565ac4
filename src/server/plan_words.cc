#include "server/plan_words.h"

#include <fmt/format.h>

#include "server/counts_json.h"

namespace mailsync::server {
namespace {

namespace json = boost::json;

json::value parsed(const std::string& text) {
  boost::system::error_code failed;
  json::value out = json::parse(text, failed);
  return failed ? json::value(json::object()) : out;
}

std::string_view direction_of(const sync::PlanItem& item) {
  return item.side == sync::JournalEntry::Side::Crm ? "to_crm" : "to_mailbox";
}

std::string line_of(const sync::PlanItem& item) {
  const std::string what = item.title.empty() ? std::string(model::name_of(item.kind)) : item.title;
  std::string out =
      fmt::format("  {} {} {} \"{}\": {}", sync::name_of(item.action), model::name_of(item.kind),
                  direction_of(item) == "to_crm" ? "in the CRM" : "in the mailbox", what, item.cause);
  if (!item.note.empty()) out += ". " + item.note;
  return out + "\n";
}

}  // namespace

json::object json_of(const sync::PlanReport& report, const sync::Mailbox& mailbox,
                     const std::vector<sync::PlanItem>& items) {
  json::array list;
  for (const sync::PlanItem& item : items)
    list.push_back(json::object{{"kind", model::name_of(item.kind)},
                                {"direction", direction_of(item)},
                                {"action", sync::name_of(item.action)},
                                {"title", item.title},
                                {"remote_id", item.remote_id.value},
                                {"before", parsed(item.before)},
                                {"after", parsed(item.after)},
                                {"cause", item.cause},
                                {"rule", item.rule},
                                {"note", item.note}});
  return {{"plan", std::to_string(report.id.value)},
          {"address", mailbox.address},
          {"state", sync::name_of(report.state)},
          {"error", report.error.empty() ? json::value() : json::value(report.error)},
          {"counts", json_of(report.counts)},
          {"mails", report.mails},
          {"items_total", report.items},
          {"items", std::move(list)}};
}

std::string words_of(const sync::PlanReport& report, const sync::Mailbox& mailbox,
                     const std::vector<sync::PlanItem>& items) {
  std::string out = fmt::format("{} (plan {})\n", mailbox.address, report.id.value);
  if (!report.error.empty()) return out + "  It could not be planned: " + report.error + "\n";
  out += words_of(report.counts);
  out += fmt::format("Mails to others: {}\n", report.mails);
  for (const sync::PlanItem& item : items) out += line_of(item);
  if (report.items > static_cast<int64_t>(items.size()))
    out +=
        fmt::format("  and {} more (--json lists them)\n", report.items - static_cast<int64_t>(items.size()));
  return out;
}

}  // namespace mailsync::server
