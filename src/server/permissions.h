// What the app registration needs (README, "Register an application"), and what a token says it has.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailsync::server {

struct Permission {
  std::string_view name;
  bool required;
  std::string_view without;  // what does not work without it
};

inline constexpr std::array kAppPermissions{
    Permission{"Mail.ReadWrite", true, "emails cannot be read"},
    Permission{"Contacts.ReadWrite", true, "contacts cannot be synced"},
    Permission{"Calendars.ReadWrite", true, "meetings cannot be synced"},
    Permission{"Tasks.ReadWrite.All", false, "tasks cannot be synced"},
    Permission{"Mail.Send", false, "nothing can be sent from the CRM"},
    Permission{"MailboxSettings.ReadWrite", false, "the category cannot be added to the mailboxes' lists"},
    Permission{"User.Read.All", false, "users cannot be looked up in the directory"},
};

// Of Exchange Web Services: everything in every mailbox. Never asked for (S10).
inline constexpr std::string_view kFullAccess = "full_access_as_app";

// The "roles" of an application's access token (a JWT; read for showing only, it is not ours to verify).
// nullopt when it is opaque.
std::optional<std::vector<std::string>> roles_in(std::string_view access_token);

// Whose tenant's token it is (claim "tid"); "" when it is opaque.
std::string tenant_in(std::string_view access_token);

}  // namespace mailsync::server
