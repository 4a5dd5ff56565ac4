#include "auth/email_configurations.h"

#include <algorithm>
#include <boost/json.hpp>

#include "auth/client_assertion.h"
#include "auth/organizations.h"

namespace mailsync::auth {
namespace {

constexpr std::string_view kAny = "any";

std::string joined(const std::vector<AccessMethod>& methods) {
  std::string out;
  for (const AccessMethod each : methods) out += (out.empty() ? "" : ",") + std::string(name_of(each));
  return out;
}

std::vector<AccessMethod> split(std::string_view text) {
  std::vector<AccessMethod> out;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(','));
    if (const auto method = access_method_of(word)) out.push_back(*method);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return out;
}

std::string method_text(const EmailConfiguration& configuration) {
  return std::string(configuration.method ? name_of(*configuration.method) : kAny);
}

EmailConfiguration configuration_from(const db::Row& row) {
  EmailConfiguration out;
  out.organization = row[0].id<OrganizationId>();
  out.method = access_method_of(row[1].text());
  out.allowed = split(row[2].text());
  size_t column = 3;
  for (std::string* text :
       {&out.tenant, &out.client_id, &out.authority, &out.graph_url, &out.graph_resource, &out.ews_url,
        &out.certificate, &out.exchange_url, &out.exchange_user, &out.exchange_sign_in, &out.google_client_id,
        &out.google_account, &out.google_authority, &out.google_url, &out.changed_by})
    *text = row[column++].text();
  out.exchange_autodiscover = row[column++].boolean();
  out.version = row[column++].integer();
  out.changed_at = row[column].instant();
  return out;
}

std::string row_name(OrganizationId organization) {
  return "organization:" + std::to_string(organization.value);
}

// What a reader of the audit log learns: texts as they are, of a certificate its thumbprint.
boost::json::object shown(const EmailConfiguration& c) {
  std::string thumbprint;
  if (!c.certificate.empty()) thumbprint = certificate_thumbprint(c.certificate).value_or("");
  return {{"method", c.version == 0 ? std::string() : method_text(c)},
          {"allowed", joined(c.allowed)},
          {"tenant", c.tenant},
          {"client_id", c.client_id},
          {"authority", c.authority},
          {"graph_url", c.graph_url},
          {"graph_resource", c.graph_resource},
          {"ews_url", c.ews_url},
          {"certificate", thumbprint},
          {"exchange_autodiscover", c.exchange_autodiscover ? "on" : "off"},
          {"exchange_url", c.exchange_url},
          {"exchange_user", c.exchange_user},
          {"exchange_sign_in", c.exchange_sign_in},
          {"google_client_id", c.google_client_id},
          {"google_account", c.google_account},
          {"google_authority", c.google_authority},
          {"google_url", c.google_url}};
}

boost::json::object difference(const EmailConfiguration& before, EmailConfiguration after) {
  after.version = 1;
  const boost::json::object from = shown(before), to = shown(after);
  boost::json::object out;
  for (const auto& [member, value] : to)
    if (from.at(member) != value) out[member] = boost::json::object{{"from", from.at(member)}, {"to", value}};
  return out;
}

Result<void> write_row(db::SqlTransaction& tx, AccountId account, const EmailConfiguration& c) {
  TRY_VOID(tx.execute(
      "INSERT INTO email_configuration (account_id, organization_id, method, allowed, tenant, client_id, "
      "authority, "
      "graph_url, graph_resource, ews_url, certificate, exchange_url, exchange_user, exchange_sign_in, "
      "google_client_id, google_account, google_authority, google_url, changed_by, exchange_autodiscover, "
      "version, "
      "changed_at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, "
      "$18, $19, "
      "$20, $21, $22) ON CONFLICT (account_id, organization_id) DO UPDATE SET method = excluded.method, "
      "allowed = "
      "excluded.allowed, tenant = excluded.tenant, client_id = excluded.client_id, authority = "
      "excluded.authority, "
      "graph_url = excluded.graph_url, graph_resource = excluded.graph_resource, ews_url = excluded.ews_url, "
      "certificate = excluded.certificate, exchange_url = excluded.exchange_url, exchange_user = "
      "excluded.exchange_user, exchange_sign_in = excluded.exchange_sign_in, google_client_id = "
      "excluded.google_client_id, google_account = excluded.google_account, google_authority = "
      "excluded.google_authority, google_url = excluded.google_url, changed_by = excluded.changed_by, "
      "exchange_autodiscover = excluded.exchange_autodiscover, version = excluded.version, changed_at_us = "
      "excluded.changed_at_us",
      {account,          c.organization,     method_text(c),  joined(c.allowed),  c.tenant,
       c.client_id,      c.authority,        c.graph_url,     c.graph_resource,   c.ews_url,
       c.certificate,    c.exchange_url,     c.exchange_user, c.exchange_sign_in, c.google_client_id,
       c.google_account, c.google_authority, c.google_url,    c.changed_by,       c.exchange_autodiscover,
       c.version,        c.changed_at}));
  return {};
}

Result<void> write_secret(db::SqlTransaction& tx, SqlVault& vault, AccountId account,
                          const EmailConfiguration& configuration, EmailSecret which,
                          const std::optional<Secret>& value) {
  const SecretName name = email_secret_name(account, configuration.organization, which);
  if (!value) {
    TRY_VOID(vault.remove_within(tx, name));
    TRY_VOID(tx.execute(
        "DELETE FROM email_secret_mark WHERE account_id = $1 AND organization_id = $2 AND secret = $3",
        {account, configuration.organization, name_of(which)}));
    return {};
  }
  TRY_VOID(vault.put_within(tx, name, *value));
  TRY_VOID(
      tx.execute("INSERT INTO email_secret_mark (account_id, organization_id, secret, set_at_us, set_by) "
                 "VALUES ($1, $2, $3, "
                 "$4, $5) ON CONFLICT (account_id, organization_id, secret) DO UPDATE SET set_at_us = "
                 "excluded.set_at_us, "
                 "set_by = excluded.set_by",
                 {account, configuration.organization, name_of(which), configuration.changed_at,
                  configuration.changed_by}));
  return {};
}

Deed deed_about(const Organization& organization, const Actor& actor, std::string action) {
  return {.account = organization.account,
          .actor = actor,
          .action = std::move(action),
          .subject = row_name(organization.id),
          .subject_name = organization.name,
          .organization = organization.id};
}

}  // namespace

Result<std::optional<EmailConfiguration>> email_configuration(db::Session& session, AccountId account,
                                                              OrganizationId organization) {
  TRY(const db::Rows rows,
      session.query(
          "SELECT organization_id, method, allowed, tenant, client_id, authority, graph_url, graph_resource, "
          "ews_url, "
          "certificate, exchange_url, exchange_user, exchange_sign_in, google_client_id, google_account, "
          "google_authority, google_url, changed_by, exchange_autodiscover, version, changed_at_us FROM "
          "email_configuration WHERE account_id = $1 AND organization_id = $2",
          {account, organization}));
  if (rows.empty()) return std::optional<EmailConfiguration>();
  return std::optional(configuration_from(rows[0]));
}

Result<EmailConfiguration> email_configuration_of(db::Session& session, AccountId account, UserId user) {
  TRY(const db::Rows rows,
      session.query("SELECT organization_id FROM user_account WHERE account_id = $1 AND id = $2",
                    {account, user}));
  EmailConfiguration none;
  if (rows.empty()) return none;
  none.organization = rows[0][0].id<OrganizationId>();
  TRY(auto found, email_configuration(session, account, none.organization));
  return found ? *std::move(found) : none;
}

Result<SecretMarks> email_secret_marks(db::Session& session, AccountId account, OrganizationId organization) {
  TRY(const db::Rows rows, session.query("SELECT secret, set_at_us, set_by FROM email_secret_mark WHERE "
                                         "account_id = $1 AND organization_id = $2",
                                         {account, organization}));
  SecretMarks out;
  for (const EmailSecret each : kEmailSecrets)
    for (const db::Row& row : rows)
      if (row[0].text() == name_of(each)) out[each] = {.set_at = row[1].instant(), .set_by = row[2].text()};
  return out;
}

SecretName email_secret_name(AccountId account, OrganizationId organization, EmailSecret secret) {
  return {.account = account, .row = row_name(organization), .purpose = std::string(name_of(secret))};
}

Result<std::optional<Secret>> email_secret(db::Session& session, const SqlVault& vault, AccountId account,
                                           OrganizationId organization, EmailSecret secret) {
  TRY(auto stored, vault.read_within(session, email_secret_name(account, organization, secret)));
  if (!stored) return std::optional<Secret>();
  return std::optional(std::move(stored->value));
}

Result<EmailConfiguration> save_email_configuration(db::SqlTransaction& tx, SqlVault& vault,
                                                    AccountId account, EmailConfiguration wanted,
                                                    const TypedSecrets& secrets, const Actor& actor,
                                                    Instant now) {
  TRY(const Organization organization, auth::organization(tx, account, wanted.organization));
  TRY(auto stored, email_configuration(tx, account, wanted.organization));
  const EmailConfiguration before = stored.value_or(EmailConfiguration{});
  if (before.version != wanted.version)
    return fail(
        ErrorKind::VersionStale,
        "Somebody else changed this Email Configuration meanwhile: load the page again, then repeat what you "
        "changed.");
  TRY(const SecretMarks marks, email_secret_marks(tx, account, wanted.organization));
  Deed deed = deed_about(organization, actor, "email_configuration.changed");
  boost::json::object details = difference(before, wanted);
  for (const auto& [which, value] : secrets)
    if (value || marks.contains(which))
      details[name_of(which)] =
          boost::json::object{{"from", marks.contains(which) ? "set" : ""},
                              {"to", value ? (marks.contains(which) ? "replaced" : "set") : ""}};
  if (details.empty() && stored) return *std::move(stored);
  wanted.version = before.version + 1;
  wanted.changed_at = now;
  wanted.changed_by = actor.name;
  TRY_VOID(write_row(tx, account, wanted));
  for (const auto& [which, value] : secrets) TRY_VOID(write_secret(tx, vault, account, wanted, which, value));
  deed.details = boost::json::serialize(details);
  TRY_VOID(note(tx, now, deed));
  return wanted;
}

Result<void> remove_email_configuration(db::SqlTransaction& tx, AccountId account,
                                        OrganizationId organization, const Actor& actor, Instant now) {
  TRY(const Organization about, auth::organization(tx, account, organization));
  TRY(const auto stored, email_configuration(tx, account, organization));
  if (!stored) return fail(ErrorKind::Gone, "this organization has no Email Configuration of its own");
  TRY_VOID(forget_email_configuration(tx, account, organization));
  return note(tx, now, deed_about(about, actor, "email_configuration.removed"));
}

Result<void> forget_email_configuration(db::SqlTransaction& tx, AccountId account,
                                        OrganizationId organization) {
  TRY_VOID(tx.execute("DELETE FROM email_configuration WHERE account_id = $1 AND organization_id = $2",
                      {account, organization}));
  TRY_VOID(tx.execute("DELETE FROM email_secret_mark WHERE account_id = $1 AND organization_id = $2",
                      {account, organization}));
  TRY_VOID(tx.execute("DELETE FROM email_reach WHERE account_id = $1 AND organization_id = $2",
                      {account, organization}));
  TRY_VOID(tx.execute("DELETE FROM auth_secret WHERE account_id = $1 AND row_name = $2",
                      {account, row_name(organization)}));
  return {};
}

}  // namespace mailsync::auth
