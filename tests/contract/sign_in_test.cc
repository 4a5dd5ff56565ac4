// Our sign-in against the lab's sign-in service, over real HTTP and TLS.
#include <gmock/gmock.h>

#include "auth/code_flow.h"
#include "auth/migrations.h"
#include "auth/sql_vault.h"
#include "auth/token_source.h"
#include "lab/fronts/identity/identity_front.h"
#include "net/certificates.h"
#include "net/curl_client.h"
#include "net/server.h"
#include "net/url.h"
#include "tests/contract/folder.h"

namespace mailsync::auth {
namespace {

using lab::identity::Platform;

constexpr const char* kTenant = "11111111-1111-4111-8111-111111111111";
constexpr const char* kApp = "22222222-2222-4222-8222-222222222222";
constexpr const char* kAnna = "anna@contoso.example";
const std::vector<std::string> kDefault{"https://graph.microsoft.com/.default"};
const std::vector<std::string> kMail{"https://graph.microsoft.com/Mail.ReadWrite"};
const net::Origin kGraph{.scheme = "https", .host = "graph.microsoft.com", .port = 443};

// Making RSA keys is slow under the sanitizers, so all tests share two.
const net::Certificate& certificate(size_t which) {
  static const net::Certificate made[] = {net::self_signed_rsa("mailsync").value(),
                                          net::self_signed_rsa("another").value()};
  return made[which];
}

struct SignInTest : testing::Test {
  net::AsioExecutor executor;
  SystemRandom random;
  net::Folder folder;
  lab::identity::Registry registry;
  lab::TokenTable tokens;
  lab::identity::IdentityFront front{{}, registry, tokens, random};
  std::unique_ptr<net::HttpServer> server;
  std::optional<net::CurlClient> http;
  std::unique_ptr<db::Database> database = db::open("sqlite::memory:").value();
  AppRegistration app;

  SignInTest() {
    const Instant now = executor.clock().now();
    registry.add_tenant(
        {.id = kTenant,
         .name = "Contoso",
         .domains = {"contoso.example"},
         .users = {{.id = "aaaaaaaa-0000-4000-8000-000000000001", .address = kAnna, .name = "Anna"}}});
    registry.add_app({.client_id = kApp,
                      .name = "Mail Sync",
                      .home_tenant = kTenant,
                      .secrets = {{Secret("right"), now + std::chrono::hours(1)},
                                  {Secret("old"), now - std::chrono::hours(1)}},
                      .certificates = {*lab::identity::Certificate::from_pem(certificate(0).certificate_pem)},
                      .redirect_uris = {{"https://sync.example/oauth/callback", Platform::Web}},
                      .roles = {"Mail.ReadWrite"},
                      .scopes = {"Mail.ReadWrite", "User.Read"}});
    registry.consent_as_admin(kTenant, kApp);
    const auto authority = net::PrivateAuthority::create("Test authority").value();
    const auto issued = authority.issue({.common_name = "localhost", .names = {"localhost"}}).value();
    net::ServerOptions options{.address = "127.0.0.1",
                               .port = 0,
                               .certificate_file = folder.write("server.pem", issued.certificate_pem),
                               .key_file = folder.write("key.pem", issued.key_pem)};
    server = net::HttpServer::start(executor, options, [this](net::ServerRequest request) {
               return serve(*this, std::move(request));
             }).value();
    net::CurlOptions client;
    client.ca_file = folder.write("ca.pem", authority.certificate_pem());
    client.addresses.allow_private = true;
    http.emplace(executor, client);
    app.authority = "https://localhost:" + std::to_string(server->port());
    front.set_base_url(app.authority);
    app.tenant = kTenant;
    app.client_id = kApp;
    app.client_secret = Secret("right");
    app.redirect_uri = "https://sync.example/oauth/callback";
    EXPECT_TRUE(migrate(*database, now));
  }

  static Task<net::ServerResponse> serve(SignInTest& self, net::ServerRequest request) {
    auto answer = self.front.serve(request, self.executor.clock().now());
    if (answer) co_return std::move(*answer);
    net::ServerResponse none;
    none.status = 404;
    co_return none;
  }
  OAuthClient oauth() { return {*http, executor.clock(), random}; }
  Result<Tokens> app_token() {
    auto client = oauth();
    return executor.run_task(client.app_token(app, kDefault.front()));
  }
  std::string refusal() {
    const auto answer = app_token();
    return answer ? "granted" : answer.error().vendor_code;
  }
  // What the browser would bring back.
  net::ServerRequest browse(const std::string& url) {
    net::HttpRequest request;
    request.url = url;
    const auto answer = executor.run_task(net::fetch(*http, std::move(request))).value();
    EXPECT_EQ(answer.status, 302) << answer.body;
    const std::string location(answer.headers.find("Location").value_or("?"));
    EXPECT_TRUE(location.starts_with(app.redirect_uri)) << location;
    net::ServerRequest callback;
    callback.query = net::form_decode(location.substr(location.find('?') + 1)).value();
    return callback;
  }
  Tokens sign_in() {
    const Instant now = executor.clock().now();
    const auto start =
        begin_sign_in(app, kMail, "session", random, now, {.login_hint = kAnna, .prompt = "", .claims = ""});
    const auto code = finish_sign_in(app, start.pending, browse(start.url), "session", now);
    EXPECT_TRUE(code) << code.error().message;
    auto client = oauth();
    auto granted =
        executor.run_task(client.redeem_code(app, *code, start.pending.verifier, start.pending.scopes));
    EXPECT_TRUE(granted) << granted.error().message;
    const auto who = read_id_token(app, granted->id_token, start.pending.nonce, now);
    EXPECT_TRUE(who) << who.error().message;
    EXPECT_EQ(who->username, kAnna);
    EXPECT_EQ(who->tenant_id, kTenant);
    return std::move(*granted);
  }
};

TEST_F(SignInTest, TheApplicationProvesItselfBySecret) {
  const auto token = app_token();
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_FALSE(token->access_token.empty());
  EXPECT_TRUE(token->refresh_token.empty());
}

TEST_F(SignInTest, TheApplicationProvesItselfByCertificate) {
  app.client_secret = {};
  app.certificate = ClientCertificate{.certificate_pem = certificate(0).certificate_pem,
                                      .key_pem = Secret(certificate(0).key_pem)};
  const auto token = app_token();
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_TRUE(app_token());  // each assertion is a new one
}

TEST_F(SignInTest, EveryMistakeIsNamed) {
  app.client_secret = Secret("wrong");
  EXPECT_EQ(refusal(), "AADSTS7000215");
  app.client_secret = Secret("old");
  EXPECT_EQ(refusal(), "AADSTS7000222");
  app.client_secret = {};
  EXPECT_EQ(refusal(), "AADSTS7000218");
  app.certificate = ClientCertificate{.certificate_pem = certificate(1).certificate_pem,
                                      .key_pem = Secret(certificate(1).key_pem)};
  EXPECT_EQ(refusal(), "AADSTS700027");
  app.certificate->key_pem = Secret(certificate(0).key_pem);
  EXPECT_THAT(app_token().error().message, testing::HasSubstr("does not belong to its certificate"));
  app.certificate.reset();
  app.client_secret = Secret("right");
  app.tenant = "nowhere.example";
  EXPECT_EQ(refusal(), "AADSTS90002");
  app.tenant = kTenant;
  app.client_id = "33333333-3333-4333-8333-333333333333";
  EXPECT_EQ(refusal(), "AADSTS700016");
  app.client_id = kApp;
  app.tenant = "common";
  EXPECT_THAT(app_token().error().message, testing::HasSubstr("tenant id"));
}

TEST_F(SignInTest, EveryErrorThatTheServiceKnowsIsClassified) {
  for (const int number : lab::identity::known_errors()) {
    front.switches().planned = {
        {.number = number, .grant_type = "", .client_id = "", .user = "", .times = 1}};
    const auto answer = app_token();
    ASSERT_FALSE(answer) << number;
    EXPECT_EQ(answer.error().vendor_code, "AADSTS" + std::to_string(number));
    EXPECT_FALSE(answer.error().message.empty());
    EXPECT_EQ(answer.error().message.find("right"), std::string::npos) << "holds the secret";
  }
}

TEST_F(SignInTest, APersonSignsInAndTheGrantIsRefreshedAndRotated) {
  const auto first = sign_in();
  ASSERT_FALSE(first.refresh_token.empty());
  auto client = oauth();
  SqlVault vault(executor, *database, random,
                 MasterKeys{.current = "k", .keys = {{"k", Secret(std::string(32, 'k'))}}});
  const SecretName name{.account = AccountId{1}, .row = "mailbox:1", .purpose = "refresh_token"};
  ASSERT_TRUE(executor.run_task(vault.put(name, first.refresh_token)));
  const Grant grant{.id = "mailbox:1", .app = app, .refresh_token = name};
  for (int i = 0; i < 3; ++i) {
    TokenSource source(executor, client, vault);
    const auto bearer = executor.run_task(source.bearer(grant, kGraph, kMail));
    ASSERT_TRUE(bearer) << bearer.error().message;
    const auto stored = executor.run_task(vault.read(name)).value();
    EXPECT_FALSE(stored->value.equals(first.refresh_token.reveal()));
  }
  front.change_password(kAnna, executor.clock().now() + std::chrono::seconds(5));
  TokenSource source(executor, client, vault);
  const auto dead = executor.run_task(source.bearer(grant, kGraph, kMail));
  ASSERT_FALSE(dead);
  EXPECT_EQ(dead.error().kind, ErrorKind::LoginNeeded);
  EXPECT_EQ(dead.error().vendor_code, "AADSTS50173");
  EXPECT_TRUE(executor.run_task(vault.read(name)).value().has_value());
}

TEST_F(SignInTest, ACodeIsGoodForItsOwnVerifierAlone) {
  const Instant now = executor.clock().now();
  const auto start =
      begin_sign_in(app, kMail, "session", random, now, {.login_hint = kAnna, .prompt = "", .claims = ""});
  const auto code = finish_sign_in(app, start.pending, browse(start.url), "session", now).value();
  auto client = oauth();
  const auto stolen = executor.run_task(client.redeem_code(app, code, Secret(random.token(48)), kMail));
  ASSERT_FALSE(stolen);
  EXPECT_EQ(stolen.error().vendor_code, "AADSTS501481");
}

TEST_F(SignInTest, AServiceThatIsNotThereIsTransient) {
  app.authority = "https://localhost:1";
  EXPECT_EQ(app_token().error().kind, ErrorKind::Transient);
}

}  // namespace
}  // namespace mailsync::auth
