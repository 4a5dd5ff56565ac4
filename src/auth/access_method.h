// How a mailbox is reached: the rows of the choice "access method" in an organization's Email Configuration.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace mailsync::auth {

// Closed list: switches over it have no default.
enum class AccessMethod {
  GraphEndUser,           // Microsoft 365, each user signs in for his own mailbox
  GraphAppOnly,           // Microsoft 365, the application for every mailbox
  EwsEndUser,             // the same two over Exchange Web Services
  EwsAppOnly,             //
  ExchangeEndUser,        // a server on premises, each user with his own password
  ExchangeImpersonation,  // a server on premises, one user for every mailbox
  GoogleDirect,           // each user signs in for his own mailbox
  GoogleServiceAccount,   // one key for every mailbox (domain-wide delegation)
};

inline constexpr std::array kAccessMethods{AccessMethod::GraphEndUser,    AccessMethod::GraphAppOnly,
                                           AccessMethod::EwsEndUser,      AccessMethod::EwsAppOnly,
                                           AccessMethod::ExchangeEndUser, AccessMethod::ExchangeImpersonation,
                                           AccessMethod::GoogleDirect,    AccessMethod::GoogleServiceAccount};

std::string_view name_of(AccessMethod method);  // "graph_end_user", as openapi.yaml spells it
std::optional<AccessMethod> access_method_of(std::string_view name);
// As the web application shows it: "Microsoft 365 OAuth (Graph API) – App-only logon".
std::string_view title_of(AccessMethod method);

// This version of the program has a provider for it. The others can be set up, and sync nothing yet.
bool is_available(AccessMethod method);

bool is_microsoft(AccessMethod method);  // an app registration in Microsoft Entra
bool is_exchange(AccessMethod method);   // a server on premises
bool is_google(AccessMethod method);
// One credential of the organization's opens every mailbox: nobody signs in for his own.
bool is_shared(AccessMethod method);

// How the row of a mailbox names it: "graph_user", "graph_app"; empty where there is no provider yet.
std::string_view mailbox_method(AccessMethod method);
std::optional<AccessMethod> method_of_mailbox(std::string_view mailbox_method);

}  // namespace mailsync::auth
