#include "auth/access_method.h"

#include <utility>

namespace mailsync::auth {

std::string_view name_of(AccessMethod method) {
  switch (method) {
    case AccessMethod::GraphEndUser:
      return "graph_end_user";
    case AccessMethod::GraphAppOnly:
      return "graph_app_only";
    case AccessMethod::EwsEndUser:
      return "ews_end_user";
    case AccessMethod::EwsAppOnly:
      return "ews_app_only";
    case AccessMethod::ExchangeEndUser:
      return "exchange_end_user";
    case AccessMethod::ExchangeImpersonation:
      return "exchange_impersonation";
    case AccessMethod::GoogleDirect:
      return "google_direct";
    case AccessMethod::GoogleServiceAccount:
      return "google_service_account";
  }
  std::unreachable();
}

std::optional<AccessMethod> access_method_of(std::string_view name) {
  for (const AccessMethod method : kAccessMethods)
    if (name_of(method) == name) return method;
  return std::nullopt;
}

std::string_view title_of(AccessMethod method) {
  switch (method) {
    case AccessMethod::GraphEndUser:
      return "Microsoft 365 OAuth (Graph API) – End User logon";
    case AccessMethod::GraphAppOnly:
      return "Microsoft 365 OAuth (Graph API) – App-only logon";
    case AccessMethod::EwsEndUser:
      return "Microsoft 365 OAuth (EWS API) – End User logon";
    case AccessMethod::EwsAppOnly:
      return "Microsoft 365 OAuth (EWS API) – App-only logon";
    case AccessMethod::ExchangeEndUser:
      return "Microsoft Exchange – End User logon";
    case AccessMethod::ExchangeImpersonation:
      return "Microsoft Exchange – Impersonation";
    case AccessMethod::GoogleDirect:
      return "Google – Direct logon";
    case AccessMethod::GoogleServiceAccount:
      return "Google – Service account";
  }
  std::unreachable();
}

bool is_available(AccessMethod method) {
  return !mailbox_method(method).empty();
}

bool is_microsoft(AccessMethod method) {
  return method == AccessMethod::GraphEndUser || method == AccessMethod::GraphAppOnly ||
         method == AccessMethod::EwsEndUser || method == AccessMethod::EwsAppOnly;
}

bool is_exchange(AccessMethod method) {
  return method == AccessMethod::ExchangeEndUser || method == AccessMethod::ExchangeImpersonation;
}

bool is_google(AccessMethod method) {
  return method == AccessMethod::GoogleDirect || method == AccessMethod::GoogleServiceAccount;
}

bool is_shared(AccessMethod method) {
  return method == AccessMethod::GraphAppOnly || method == AccessMethod::EwsAppOnly ||
         method == AccessMethod::ExchangeImpersonation || method == AccessMethod::GoogleServiceAccount;
}

std::string_view mailbox_method(AccessMethod method) {
  switch (method) {
    case AccessMethod::GraphEndUser:
      return "graph_user";
    case AccessMethod::GraphAppOnly:
      return "graph_app";
    case AccessMethod::EwsEndUser:
    case AccessMethod::EwsAppOnly:
    case AccessMethod::ExchangeEndUser:
    case AccessMethod::ExchangeImpersonation:
    case AccessMethod::GoogleDirect:
    case AccessMethod::GoogleServiceAccount:
      return "";
  }
  std::unreachable();
}

std::optional<AccessMethod> method_of_mailbox(std::string_view mailbox_method_name) {
  if (mailbox_method_name.empty()) return std::nullopt;
  for (const AccessMethod method : kAccessMethods)
    if (mailbox_method(method) == mailbox_method_name) return method;
  return std::nullopt;
}

}  // namespace mailsync::auth
