#include "admin/account_json.h"

namespace mailsync::admin {
namespace {

boost::json::object organization_ref(OrganizationId id, const OrganizationNames& names) {
  const auto found = names.find(id);
  return {{"id", id_text(id)}, {"name", found == names.end() ? std::string() : found->second}};
}

}  // namespace

std::string_view spelled(auth::Role role) {
  switch (role) {
    case auth::Role::SystemAdmin:
      return "system_administrator";
    case auth::Role::OrgAdmin:
      return "organization_administrator";
    case auth::Role::User:
      return "user";
  }
  std::unreachable();
}

std::optional<auth::Role> role_spelled(std::string_view text) {
  for (const auto role : {auth::Role::SystemAdmin, auth::Role::OrgAdmin, auth::Role::User})
    if (spelled(role) == text) return role;
  return std::nullopt;
}

crm::Role crm_role(auth::Role role) {
  switch (role) {
    case auth::Role::SystemAdmin:
      return crm::Role::SystemAdministrator;
    case auth::Role::OrgAdmin:
      return crm::Role::OrganizationAdministrator;
    case auth::Role::User:
      return crm::Role::User;
  }
  std::unreachable();
}

Result<OrganizationNames> organization_names(db::Session& session, AccountId account) {
  OrganizationNames out;
  TRY(const auto all, auth::organizations(session, account));
  for (const auth::Organization& each : all) out[each.id] = each.name;
  return out;
}

boost::json::object account_user_json(const auth::UserRow& row, const OrganizationNames& names) {
  boost::json::array administers;
  for (const OrganizationId each : row.administers) administers.push_back(organization_ref(each, names));
  return {{"id", id_text(row.user.id)},
          {"login", row.user.login},
          {"name", row.user.display_name},
          {"role", spelled(row.user.role)},
          {"organization", organization_ref(row.user.organization, names)},
          {"administers", std::move(administers)},
          {"state", auth::name_of(row.state)},
          {"licensed", row.licensed},
          {"second_factor", row.user.second_factor},
          {"created_at", time_text(row.created_at)},
          {"signed_in_at", time_or_null(row.signed_in_at)}};
}

boost::json::object link_json(const auth::UserRow& row, const OrganizationNames& names, const Secret& token,
                              Instant expires) {
  return {
      {"user", account_user_json(row, names)}, {"token", token.reveal()}, {"expires_at", time_text(expires)}};
}

}  // namespace mailsync::admin
