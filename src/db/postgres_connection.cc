#include "db/postgres_connection.h"

#include <algorithm>

#include "db/dialect.h"
#include "db/postgres_error.h"
#include "db/postgres_wire.h"
#include "db/text.h"

namespace mailsync::db {
namespace {

constexpr size_t kMaxStatements = 512;
// The answers to one pipeline must fit the socket's buffers while we still send: some 30 bytes each.
constexpr size_t kPipelineRows = 500;
constexpr int kOldestVersion = 150'000;
constexpr int kBinary = 1;

std::string_view shortened(std::string_view sql) {
  return sql.substr(0, 120);
}

bool succeeded(const PGresult* result) {
  auto status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

}  // namespace

std::unexpected<Error> PostgresConnection::error(const PGresult* result, std::string_view what) const {
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  std::string text = message == nullptr ? "connection lost" : message;
  if (result != nullptr) {
    if (const char* name = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME)) text.append(" ").append(name);
  }
  return fail(classify_postgres(state == nullptr ? "" : state, text, what));
}

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(const std::string& uri) {
  // The first entries are defaults that the URI may change; the last are ours.
  const char* keys[] = {"connect_timeout", "tcp_user_timeout", "dbname",
                        "client_encoding", "application_name", nullptr};
  const char* values[] = {"10", "30000", uri.c_str(), "UTF8", "mailsync", nullptr};
  auto connection = std::make_unique<PostgresConnection>();
  connection->handle_.reset(PQconnectdbParams(keys, values, 1));
  PGconn* handle = connection->handle_.get();
  if (PQstatus(handle) != CONNECTION_OK) {
    // libpq has no SQLSTATE here. Its text names host and user, never the password.
    std::string_view text = PQerrorMessage(handle);
    while (text.ends_with('\n')) text.remove_suffix(1);
    bool refused = text.contains("authentication failed") || text.contains("no password supplied");
    bool missing = text.contains("does not exist");
    return fail(classify_postgres(refused   ? "28P01"
                                  : missing ? "3D000"
                                            : "",
                                  text, "connecting to the database"));
  }
  PQsetNoticeReceiver(handle, [](void*, const PGresult*) {}, nullptr);
  TRY_VOID(connection->check_server());
  return connection;
}

Result<void> PostgresConnection::check_server() {
  if (PQserverVersion(handle_.get()) < kOldestVersion)
    return fail(ErrorKind::Corrupt, "the database server is older than PostgreSQL 15: install a newer one");
  const char* encoding = PQparameterStatus(handle_.get(), "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8")
    return fail(ErrorKind::Corrupt, "the database is not in UTF-8: create it with ENCODING 'UTF8'");
  return {};
}

Result<void> PostgresConnection::run(const char* sql) {
  Answer answer(PQexec(handle_.get(), sql));
  if (!succeeded(answer.get())) return error(answer.get(), sql);
  if (std::string_view(sql) == "COMMIT" && std::string_view(PQcmdStatus(answer.get())) == "ROLLBACK")
    return fail(ErrorKind::Corrupt, "a transaction was to commit although a statement in it had failed");
  return {};
}

Result<std::vector<Oid>> PostgresConnection::described(const std::string& name) {
  Answer answer(PQdescribePrepared(handle_.get(), name.c_str()));
  if (!succeeded(answer.get())) return error(answer.get(), "preparing a statement");
  std::vector<Oid> types;
  for (int i = 0; i < PQnparams(answer.get()); ++i) types.push_back(PQparamtype(answer.get(), i));
  return types;
}

// The server infers each parameter's type from where it stands. It would infer 32 bits beside a small literal
// and text where nothing is said, so there the type of the first value is declared.
Result<const PostgresConnection::Statement*> PostgresConnection::prepared(std::string_view sql,
                                                                          std::span<const Value> first) {
  if (auto found = statements_.find(sql); found != statements_.end()) return &found->second;
  TRY(std::string text, translate(Engine::Postgres, sql));
  if (statements_.size() >= kMaxStatements) {
    TRY_VOID(run("DEALLOCATE ALL"));
    statements_.clear();
  }
  std::string name = "s" + std::to_string(++named_);
  Answer answer(PQprepare(handle_.get(), name.c_str(), text.c_str(), 0, nullptr));
  if (!succeeded(answer.get())) return error(answer.get(), shortened(sql));
  TRY(std::vector<Oid> types, described(name));
  std::vector<Oid> declared(types.size(), 0);
  for (size_t i = 0; i < std::min(types.size(), first.size()); ++i) {
    const bool integer = std::holds_alternative<int64_t>(first[i].variant());
    const bool real = std::holds_alternative<double>(first[i].variant());
    if (types[i] == kInt4 || types[i] == kInt2 || (types[i] == kText && integer)) declared[i] = kInt8;
    if (types[i] == kText && real) declared[i] = kFloat8;
  }
  if (std::any_of(declared.begin(), declared.end(), [](Oid type) { return type != 0; })) {
    name = "s" + std::to_string(++named_);
    answer.reset(PQprepare(handle_.get(), name.c_str(), text.c_str(), static_cast<int>(declared.size()),
                           declared.data()));
    if (!succeeded(answer.get())) return error(answer.get(), shortened(sql));
  }
  return &statements_.emplace(sql, Statement{std::move(name), types.size()}).first->second;
}

Result<void> PostgresConnection::each(std::string_view sql, std::span<const std::span<const Value>> sets,
                                      const std::function<Result<void>(const PGresult*)>& answer) {
  if (sets.empty()) return {};
  TRY(const Statement* statement, prepared(sql, sets.front()));
  for (std::span<const Value> params : sets) {
    TRY_VOID(check_texts(params));
    if (params.size() != statement->params)
      return fail(ErrorKind::Corrupt, "wrong number of parameters for: " + std::string(shortened(sql)));
  }
  if (sets.size() == 1) return one(*statement, sql, sets.front(), answer);
  for (size_t at = 0; at < sets.size(); at += kPipelineRows)
    TRY_VOID(pipeline(*statement, sql, sets.subspan(at, std::min(kPipelineRows, sets.size() - at)), answer));
  return {};
}

Result<void> PostgresConnection::one(const Statement& statement, std::string_view sql,
                                     std::span<const Value> params,
                                     const std::function<Result<void>(const PGresult*)>& answer) {
  WireParams wire(params);
  Answer result(PQexecPrepared(handle_.get(), statement.name.c_str(), wire.size(), wire.pointers(),
                               wire.lengths(), wire.formats(), kBinary));
  if (!succeeded(result.get())) return error(result.get(), shortened(sql));
  return answer(result.get());
}

Result<void> PostgresConnection::pipeline(const Statement& statement, std::string_view sql,
                                          std::span<const std::span<const Value>> sets,
                                          const std::function<Result<void>(const PGresult*)>& answer) {
  PGconn* handle = handle_.get();
  if (PQenterPipelineMode(handle) != 1) return error(nullptr, shortened(sql));
  bool sent = true;
  for (std::span<const Value> params : sets) {
    WireParams wire(params);
    sent = sent && PQsendQueryPrepared(handle, statement.name.c_str(), wire.size(), wire.pointers(),
                                       wire.lengths(), wire.formats(), kBinary) == 1;
  }
  sent = sent && PQpipelineSync(handle) == 1;
  if (!sent) return error(nullptr, shortened(sql));
  auto taken = take_answers(sql, sets.size(), answer);
  PQexitPipelineMode(handle);
  return taken;
}

Result<void> PostgresConnection::take_answers(std::string_view sql, size_t expected,
                                              const std::function<Result<void>(const PGresult*)>& answer) {
  Result<void> outcome;
  // Everything is read, also after a failure: the connection is used again.
  for (size_t i = 0; i < expected; ++i) {
    while (Answer result{PQgetResult(handle_.get())}) {
      const auto status = PQresultStatus(result.get());
      if (!outcome || status == PGRES_PIPELINE_ABORTED) continue;
      outcome = succeeded(result.get()) ? answer(result.get()) : error(result.get(), shortened(sql));
    }
    if (!alive()) return outcome ? error(nullptr, shortened(sql)) : outcome;
  }
  Answer sync(PQgetResult(handle_.get()));
  if (PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC && outcome) return error(sync.get(), shortened(sql));
  return outcome;
}

}  // namespace mailsync::db
