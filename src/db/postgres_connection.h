// One libpq connection with its prepared statements. Used by one thread at a time.
#pragma once

#include <libpq-fe.h>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "db/database.h"
#include "db/sqlite_connection.h"

namespace mailsync::db {

class PostgresConnection {
 public:
  static Result<std::unique_ptr<PostgresConnection>> open(const std::string& uri);

  // False once the server or the way to it is gone: throw the connection away.
  bool alive() const { return PQstatus(handle_.get()) == CONNECTION_OK; }
  // No transaction is open and nothing is under way.
  bool idle() const { return PQtransactionStatus(handle_.get()) == PQTRANS_IDLE; }

  // Statements without parameters and rows: BEGIN, COMMIT. Fails when COMMIT turned into a rollback.
  Result<void> run(const char* sql);

  // Sends all sets of parameters in one pipeline and calls answer for the result of each, in order.
  Result<void> each(std::string_view sql, std::span<const std::span<const Value>> sets,
                    const std::function<Result<void>(const PGresult*)>& answer);

 private:
  struct Close {
    void operator()(PGconn* handle) const { PQfinish(handle); }
  };
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using Answer = std::unique_ptr<PGresult, Clear>;
  struct Statement {
    std::string name;
    size_t params = 0;
  };

  Result<void> check_server();
  Result<const Statement*> prepared(std::string_view sql, std::span<const Value> first);
  Result<std::vector<Oid>> described(const std::string& name);
  Result<void> one(const Statement& statement, std::string_view sql, std::span<const Value> params,
                   const std::function<Result<void>(const PGresult*)>& answer);
  Result<void> pipeline(const Statement& statement, std::string_view sql,
                        std::span<const std::span<const Value>> sets,
                        const std::function<Result<void>(const PGresult*)>& answer);
  Result<void> take_answers(std::string_view sql, size_t expected,
                            const std::function<Result<void>(const PGresult*)>& answer);
  std::unexpected<Error> error(const PGresult* result, std::string_view what) const;

  std::unique_ptr<PGconn, Close> handle_;
  std::unordered_map<std::string, Statement, StringHash, std::equal_to<>> statements_;
  int64_t named_ = 0;
};

}  // namespace mailsync::db
