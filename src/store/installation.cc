#include "store/installation.h"

namespace mailsync::store {

Result<std::string> installation_mark(db::Database& database, Random& random) {
  const std::string drawn = random.token(9);
  std::string mark;
  TRY_VOID(database.write(db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(
        tx.query("INSERT INTO installation (id, mark) VALUES (1, $1) ON CONFLICT (id) DO NOTHING", {drawn}));
    TRY(const db::Rows rows, tx.query("SELECT mark FROM installation WHERE id = 1"));
    mark = rows.at(0).at(0).text();
    return {};
  }));
  return mark;
}

}  // namespace mailsync::store
