// Mailboxes, runs and issues as openapi.yaml spells them.
#pragma once

#include <boost/json.hpp>

#include "admin/activity.h"
#include "admin/api.h"
#include "admin/json.h"

namespace mailsync::admin {

// A system administrator sees every mailbox of his account, an organization administrator those of his
// organizations' users, a user his own.
bool may_see(const Request& request, const sync::Mailbox& mailbox);

// The mailbox of that id, when there is one that the user may see. Blocks.
std::expected<sync::Mailbox, Problem> seen_mailbox(Api& api, const Request& request, std::string_view id);
inline std::expected<sync::Mailbox, Problem> wanted_mailbox(Api& api, const Request& request) {
  return seen_mailbox(api, request, request.path.at("id"));
}

// What a mailbox is about, for people: its state, and what its passes say (schema MailboxState).
std::string_view state_word(sync::MailboxState state, bool passed, bool running, bool failed);
std::string_view method_word(std::string_view stored);  // of an access method

boost::json::object mailbox_ref(const sync::Mailbox& mailbox);
boost::json::object counts_json(const sync::Counts& counts, bool to_crm);
boost::json::object run_json(const Run& run);
Run run_of(const sync::RunRow& row, const sync::Mailbox& mailbox);
boost::json::object issue_json(const sync::Issue& issue, const sync::Mailbox& mailbox,
                               const boost::json::value& record);

// What the store knows of one mailbox.
struct MailboxFacts {
  sync::Mailbox mailbox;
  std::map<sync::Kind, sync::Counts> totals;
  std::map<sync::Kind, int64_t> issues;
  int64_t open_issues = 0;
  std::optional<Run> last_run;  // that did something
  boost::json::value user;      // UserRef or null
};
// Blocks.
Result<MailboxFacts> facts_of(Api& api, const sync::Mailbox& mailbox);
// With what the passes of this process are doing; on the loop.
boost::json::object mailbox_json(const Api& api, const MailboxFacts& facts);

}  // namespace mailsync::admin
