#include "tests/admin/installation.h"

#include <algorithm>

namespace mailsync::admin {
namespace {

std::string text_of(const db::Value& value) {
  if (value.is_null()) return "-";
  if (const auto* number = std::get_if<int64_t>(&value.variant())) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value.variant())) return *text;
  if (const auto* blob = std::get_if<db::Blob>(&value.variant()))
    return std::to_string(std::hash<std::string>()(blob->bytes));
  return "?";
}

bool is_bookkeeping(const std::string& table) {
  return table.starts_with("web_session") || table.starts_with("sign_in_failure") ||
         table.starts_with("audit_") || table.starts_with("sqlite_") || table.ends_with("_config") ||
         table.ends_with("_data") || table.ends_with("_idx") || table.ends_with("_docsize") ||
         table.ends_with("_content");
}

}  // namespace

void Installation::SetUp() {
  ASSERT_TRUE(auth::migrate(*database, clock.now()));
  ASSERT_TRUE(crm::migrate(*database, clock.now()));
  ASSERT_TRUE(store::migrate(*database, clock.now()));
  write([&](db::SqlTransaction& tx) -> Result<void> {
    for (const AccountId account : {kAccount, kForeign}) {
      TRY_VOID(crm::ensure_account(tx, account, "Account"));
      TRY_VOID(auth::ensure_organization(tx, account, clock.now()));
    }
    return {};
  });
}

void Installation::write(const std::function<Result<void>(db::SqlTransaction&)>& work) {
  const auto done = database->write(db::Durability::Normal, work);
  ASSERT_TRUE(done) << done.error().message;
}

void Installation::number_from(int64_t first) {
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(tx.execute("DELETE FROM sqlite_sequence"));
    TRY_VOID(
        tx.execute("INSERT INTO sqlite_sequence (name, seq) SELECT name, $1 FROM sqlite_master WHERE type = "
                   "'table' AND sql LIKE '%AUTOINCREMENT%'",
                   {first}));
    return {};
  });
}

OrganizationId Installation::organization_of(AccountId account, const std::string& name) {
  OrganizationId id;
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(id, auth::add_organization(tx, account, name, auth::Actor::system(), clock.now()));
    return {};
  });
  return id;
}

UserId Installation::add(const Person& person) {
  const std::string hash = *auth::hash_password(Secret("a long password " + person.login));
  UserId id;
  write([&](db::SqlTransaction& tx) -> Result<void> {
    OrganizationId organization = person.organization;
    if (!organization) {
      TRY(const auto all, auth::organizations(tx, person.account));
      organization = all.front().id;
    }
    TRY(const auth::UserRow row,
        auth::invite(
            tx,
            {.account = person.account,
             .login = person.login,
             .name = person.name.empty() ? person.login.substr(0, person.login.find('@')) : person.name,
             .role = person.role,
             .organization = organization,
             .administers = person.administers,
             .password_hash = hash},
            auth::Actor::system(), clock.now()));
    id = row.user.id;
    const auto role = person.role == auth::Role::SystemAdmin ? crm::Role::SystemAdministrator
                      : person.role == auth::Role::OrgAdmin  ? crm::Role::OrganizationAdministrator
                                                             : crm::Role::User;
    TRY(const UserId same, crm::add_user(tx, person.account,
                                         {.id = id,
                                          .login = person.login,
                                          .name = row.user.display_name,
                                          .address = person.login,
                                          .role = role}));
    static_cast<void>(same);
    return {};
  });
  return id;
}

MailboxId Installation::mailbox_of(AccountId account, UserId user, const std::string& address) {
  MailboxId id;
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(id, store.save_mailbox(tx, {.account = account,
                                    .user = user,
                                    .address = address,
                                    .remote_user = address,
                                    .access_method = "graph_app"}));
    return {};
  });
  return id;
}

std::vector<int64_t> Installation::add_objects_of(AccountId account, UserId user) {
  std::vector<int64_t> ids;
  const MailboxId mailbox = mailbox_of(account, user, "box@foreign.example");
  ids.push_back(mailbox.value);
  write([&](db::SqlTransaction& tx) {
    return store.open_issue(tx, {.mailbox = mailbox,
                                 .key = "test",
                                 .severity = "warning",
                                 .title = "About foreign.example",
                                 .opened_at = clock.now()});
  });
  const auto issues = store.open_issues(mailbox);
  for (const auto& issue : *issues) ids.push_back(issue.id.value);
  // As its own user would.
  const std::string login = "user@foreign.example";
  sign_in(login);
  const std::vector<std::pair<std::string, boost::json::object>> records{
      {"people", {{"given_name", "foreign.example"}}}, {"organisations", {{"name", "foreign.example"}}},
      {"leads", {{"given_name", "foreign.example"}}},  {"opportunities", {{"name", "foreign.example"}}},
      {"cases", {{"subject", "foreign.example"}}},     {"tasks", {{"subject", "foreign.example"}}}};
  for (const auto& [resource, body] : records) {
    const Got got = call("POST", "/api/v1/" + resource, body);
    EXPECT_EQ(got.status, 201) << resource << " " << got.body;
    if (got.status == 201) ids.push_back(std::stoll(got.text("id")));
  }
  return ids;
}

std::string Installation::contents() {
  return contents_of({});
}

std::string Installation::contents_of(AccountId account) {
  std::string out;
  const auto done = database->read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows tables,
        session.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"));
    for (const db::Row& each : tables) {
      const std::string table = each[0].text();
      if (is_bookkeeping(table)) continue;
      TRY(const db::Rows columns, session.query("SELECT name FROM pragma_table_info('" + table + "')"));
      const bool kept_apart =
          std::ranges::any_of(columns, [](const db::Row& row) { return row[0].text() == "account_id"; });
      if (account && !kept_apart) continue;
      TRY(const db::Rows rows,
          session.query("SELECT * FROM " + table +
                        (account ? " WHERE account_id = " + std::to_string(account.value) : "")));
      for (const db::Row& row : rows) {
        out += table;
        for (const db::Value& value : row) out += "|" + text_of(value);
        out += "\n";
      }
    }
    return {};
  });
  EXPECT_TRUE(done) << done.error().message;
  return out;
}

void Installation::sign_in(const std::string& login) {
  auth::Users users(executor, *database);
  const auto found = run(users.find(login));
  ASSERT_TRUE(found && *found) << login;
  const auto begun = run(sessions.begin((*found)->id));
  ASSERT_TRUE(begun);
  const std::string cookie = auth::session_cookie(begun->token, false);
  cookie_ = cookie.substr(0, cookie.find(';'));
  csrf_ = begun->csrf;
}

Got Installation::call(const std::string& method, const std::string& target, const boost::json::value& body) {
  net::ServerRequest request{.method = method, .target = target, .peer = "127.0.0.1"};
  const size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  for (size_t at = mark; at != std::string::npos;) {
    const size_t end = target.find('&', at + 1);
    const std::string pair = target.substr(at + 1, end == std::string::npos ? end : end - at - 1);
    request.query.emplace_back(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
    at = end;
  }
  request.headers = {{"Host", "localhost"}, {"Cookie", cookie_}, {"X-CSRF-Token", csrf_}};
  for (const auto& [name, text] : more_headers_) request.headers.set(name, text);
  if (!body.is_null()) {
    request.headers.set("Content-Type", "application/json");
    request.body = boost::json::serialize(body);
  }
  auto response = run(router.handle(std::move(request)));
  Got got{.status = response.status, .json = {}, .body = response.body, .headers = response.headers};
  stream_ = std::move(response.stream);
  boost::system::error_code failed;
  const boost::json::value parsed = boost::json::parse(got.body, failed);
  if (!failed && parsed.is_object()) got.json = parsed.get_object();
  const char* directory = std::getenv("MAILSYNC_TRANSCRIPTS");
  if (directory != nullptr && !got.json.empty())
    std::ofstream(std::string(directory) + "/api-answers.jsonl", std::ios::app)
        << boost::json::serialize(boost::json::object{{"method", method},
                                                      {"path", target.substr(0, mark)},
                                                      {"status", got.status},
                                                      {"body", got.json}})
        << "\n";
  return got;
}

auth::AuditEntry Installation::newest_deed(AccountId account) {
  auth::AuditEntry out;
  const auto done = database->read([&](db::Session& session) -> Result<void> {
    TRY(auto entries, auth::audit_entries(session, {.account = account}, 1));
    if (!entries.empty()) out = std::move(entries.front());
    return {};
  });
  EXPECT_TRUE(done);
  return out;
}

}  // namespace mailsync::admin
