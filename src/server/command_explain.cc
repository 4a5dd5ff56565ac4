// mailsync explain: why an item is in the CRM, or not.
#include "server/commands.h"
#include "server/workplace.h"
#include "sync/explain.h"

namespace mailsync::server {

namespace json = boost::json;

Exit explain(const Settings& settings, Output& output, const ExplainWish& wish) {
  auto place = open_workplace(settings);
  if (!place) return output.failed(place.error());
  std::vector<std::string> addresses;
  if (!wish.address.empty()) addresses.push_back(wish.address);
  const auto mailboxes = chosen_mailboxes((*place)->data, addresses);
  if (!mailboxes) return output.failed(mailboxes.error());
  json::array items;
  std::string words;
  for (const sync::Mailbox& mailbox : *mailboxes) {
    auto bench = (*place)->executor.run_task((*place)->connections->workbench(mailbox));
    if (!bench) return output.failed(bench.error());
    auto explained = (*place)->executor.run_task(sync::explain(*std::move(bench), {.words = wish.words}));
    if (!explained) return output.failed(explained.error());
    for (const sync::Explanation& each : *explained) {
      const std::string text = sync::text_of(each, !wish.without_content);
      words += (wish.without_content ? std::string() : mailbox.address + ": ") + text + "\n";
      items.push_back(json::object{{"address", mailbox.address},
                                   {"kind", model::name_of(each.kind)},
                                   {"shared", each.shared},
                                   {"rule", each.rule},
                                   {"verdict", each.verdict},
                                   {"text", text}});
    }
  }
  if (items.empty())
    return output.failed({.kind = ErrorKind::Gone,
                          .message = "nothing was found for \"" + wish.words +
                                     "\": give part of the subject or name, an address, or an id"});
  return output.done(json::object{{"items", std::move(items)}}, words);
}

}  // namespace mailsync::server
