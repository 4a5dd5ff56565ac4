#include "server/access.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "auth/encoding.h"
#include "auth/sealing.h"

namespace mailsync::server {
namespace {

Result<std::string> read_file(const std::string& path, std::string_view what) {
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.good() && !stream.eof())
    return fail(ErrorKind::LoginNeeded,
                "the " + std::string(what) + " " + path +
                    " cannot be read: check the path in [graph] and the file's owner.");
  if (text.empty())
    return fail(ErrorKind::LoginNeeded,
                "the " + std::string(what) + " " + path + " is empty or cannot be read.");
  return text;
}

// Of what a user's sign-in was given to.
std::string registration_of(const auth::AppRegistration& app, const std::string& graph_url) {
  return auth::base64url(
             auth::sha256(auth::bound_text({app.authority, app.tenant, app.client_id, graph_url})))
      .substr(0, 22);
}

}  // namespace

Result<auth::AppRegistration> app_registration(const Settings& settings) {
  const auto& graph = settings.graph;
  const auto missing = [](const char* key, const char* what) {
    return fail(ErrorKind::LoginNeeded,
                std::string("[graph] ") + key + " is not set: it is " + what +
                    " of the app registration in Microsoft Entra (README, \"Register an application\").");
  };
  if (graph.tenant.empty()) return missing("tenant", "the directory (tenant) id");
  if (graph.client_id.empty()) return missing("client_id", "the application (client) id");
  auth::AppRegistration app{.authority = graph.authority,
                            .tenant = graph.tenant,
                            .client_id = graph.client_id,
                            .redirect_uri = redirect_uri(settings)};
  if (!graph.certificate.empty()) {
    TRY(std::string certificate, read_file(graph.certificate, "certificate file"));
    TRY(std::string key, read_file(graph.key, "key file"));
    app.certificate = auth::ClientCertificate{std::move(certificate), Secret(std::move(key))};
  } else if (!graph.client_secret_file.empty()) {
    TRY(std::string secret, read_file(graph.client_secret_file, "client secret file"));
    while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
    app.client_secret = Secret(std::move(secret));
  } else if (!graph.client_secret.empty()) {
    app.client_secret = graph.client_secret;
  } else {
    return fail(ErrorKind::LoginNeeded,
                "[graph] has no credential: name a certificate and key (better), or a client_secret_file.");
  }
  return app;
}

std::optional<auth::EmailConfiguration> configuration_of(const Settings& settings) {
  const auto& graph = settings.graph;
  if (graph.tenant.empty() && graph.client_id.empty()) return std::nullopt;
  auth::EmailConfiguration out;
  out.method =
      graph.sign_in == GraphSignIn::App ? auth::AccessMethod::GraphAppOnly : auth::AccessMethod::GraphEndUser;
  out.tenant = graph.tenant;
  out.client_id = graph.client_id;
  out.authority = graph.authority;
  out.graph_url = graph.url;
  out.graph_resource = graph.resource;
  return out;
}

std::string redirect_uri(const Settings& settings) {
  return settings.server.public_url.empty() ? "" : settings.server.public_url + "/api/v1/oauth/callback";
}

std::vector<std::string> user_scopes() {
  return {"openid",
          "profile",
          "offline_access",
          "User.Read",
          "Mail.ReadWrite",
          "Mail.Send",
          "Contacts.ReadWrite",
          "Calendars.ReadWrite",
          "Tasks.ReadWrite",
          "MailboxSettings.ReadWrite"};
}

// The address may be given with the version or without.
std::string Access::graph_root() const {
  constexpr const char* kVersion = "/v1.0";
  const std::string& url = configuration.graph_url;
  return url.ends_with(kVersion) ? url : url + kVersion;
}

std::vector<std::string> Access::app_scopes() const {
  return {configuration.graph_resource + "/.default"};
}

auth::Grant Access::grant(const sync::Mailbox& mailbox) const {
  if (mailbox.access_method != "graph_user") return {.id = id, .app = app};
  const std::string row = "mailbox:" + std::to_string(mailbox.id.value);
  return {.id = row + "@" + id,
          .app = app,
          .refresh_token = auth::SecretName{.account = mailbox.account, .row = row, .purpose = kept_as}};
}

Result<std::shared_ptr<const Access>> Accesses::of_settings() {
  const std::lock_guard lock(mutex_);
  if (default_) return default_;
  const auto configuration = configuration_of(settings_);
  if (!configuration)
    return fail(
        ErrorKind::SwitchedOff,
        "It is not set up yet how mailboxes are reached: an administrator chooses an access method under "
        "Start > Configuration > Email Integrations > Mail Sync > Configuration > Email Configuration.");
  TRY(auto app, app_registration(settings_));
  default_ = std::make_shared<const Access>(Access{
      .id = "settings", .configuration = *configuration, .app = std::move(app), .kept_as = "refresh_token"});
  return default_;
}

Result<std::shared_ptr<const Access>> Accesses::load(db::Session& session, AccountId account,
                                                     auth::EmailConfiguration configuration, std::string id) {
  const OrganizationId organization = configuration.organization;
  auth::AppRegistration app{.authority = configuration.authority,
                            .tenant = configuration.tenant,
                            .client_id = configuration.client_id,
                            .redirect_uri = redirect_uri(settings_)};
  const auto secret = [&](auth::EmailSecret which) {
    return auth::email_secret(session, vault_, account, organization, which);
  };
  if (!configuration.certificate.empty()) {
    TRY(auto key, secret(auth::EmailSecret::CertificateKey));
    if (key) app.certificate = auth::ClientCertificate{configuration.certificate, *std::move(key)};
  }
  TRY(auto client_secret, secret(auth::EmailSecret::ClientSecret));
  if (client_secret) app.client_secret = *std::move(client_secret);
  // The settings' application, typed into the page: the sign-ins that users gave it go on.
  std::string kept_as = "refresh_token:" + registration_of(app, configuration.graph_url);
  if (const auto usual = configuration_of(settings_))
    if (usual->authority == configuration.authority && usual->tenant == configuration.tenant &&
        usual->client_id == configuration.client_id && usual->graph_url == configuration.graph_url)
      kept_as = "refresh_token";
  return std::make_shared<const Access>(Access{.id = std::move(id),
                                               .configuration = std::move(configuration),
                                               .app = std::move(app),
                                               .kept_as = std::move(kept_as)});
}

Result<std::shared_ptr<const Access>> Accesses::of_organization(db::Session& session, AccountId account,
                                                                OrganizationId organization) {
  TRY(auto own, auth::email_configuration(session, account, organization));
  if (!own) return of_settings();
  std::string id = "organization:" + std::to_string(organization.value) + ":" + std::to_string(own->version) +
                   ":" + std::to_string(own->changed_at.us);
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(organization);
    if (found != known_.end() && found->second->id == id) return found->second;
  }
  TRY(auto made, load(session, account, *std::move(own), std::move(id)));
  const std::lock_guard lock(mutex_);
  known_[organization] = made;
  return made;
}

Result<std::shared_ptr<const Access>> Accesses::of_user(db::Session& session, AccountId account,
                                                        UserId user) {
  TRY(const db::Rows rows,
      session.query("SELECT organization_id FROM user_account WHERE account_id = $1 AND id = $2",
                    {account, user}));
  if (rows.empty()) return of_settings();
  return of_organization(session, account, rows[0][0].id<OrganizationId>());
}

}  // namespace mailsync::server
