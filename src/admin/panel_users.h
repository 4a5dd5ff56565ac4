// The users of Mail Sync as the panel lists them: who has a licence, with his mailbox. Filtered and sorted in
// memory, from two light reads of the account.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "admin/api.h"
#include "admin/profile_json.h"
#include "auth/licences.h"
#include "sync/panel_store.h"

namespace mailsync::admin {

struct PanelUser {
  auth::Person person;
  std::optional<sync::RosterRow> mailbox;
  std::string_view status;  // schema PanelStatus
  std::string error;        // of the last pass, when that ended early
  std::string profile;      // its name
  sync::ProfileId profile_id;
};
// His mailbox is meant to sync; greyed in the list when not.
bool is_enabled(const PanelUser& user);
bool needs_attention(const PanelUser& user);

struct PanelFilter {
  std::string words;  // each part of his name, login or address; case and accents count not
  std::string status, access_method;
  std::optional<bool> enabled, with_issues, attention;
  OrganizationId organization;
  std::optional<sync::ProfileId> profile;
  std::string sort = "name";  // with a leading minus: descending
  std::string binding() const;
};

// Takes members by name: from a query, or from the JSON body of an operation on all that match.
using TextOf = std::function<std::optional<std::string>(std::string_view)>;
std::expected<PanelFilter, Problem> panel_filter(const TextOf& text);
std::expected<PanelFilter, Problem> panel_filter(const net::ServerRequest& request);
std::expected<PanelFilter, Problem> panel_filter(const boost::json::object& matching);

// Everybody whom the caller reaches, in no order. Blocks.
std::expected<std::vector<PanelUser>, Problem> panel_users(Api& api, const Request& request,
                                                           const Activity::Standing& standing);
// Those that the filter lets through, sorted.
std::vector<PanelUser> filtered(std::vector<PanelUser> users, const PanelFilter& filter);

}  // namespace mailsync::admin
