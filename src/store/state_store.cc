#include "store/state_store.h"

namespace mailsync::store {

Result<void> StateStore::transact(sync::Durable durable,
                                  const std::function<Result<void>(Transaction&)>& work) {
  return database_.write(durable == sync::Durable::Yes ? db::Durability::Durable : db::Durability::Normal,
                         [&](db::SqlTransaction& tx) { return work(tx); });
}

Result<db::Rows> StateStore::query(std::string_view sql, std::initializer_list<db::Value> params) {
  db::Rows rows;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(rows, session.query(sql, params));
    return {};
  }));
  return rows;
}

}  // namespace mailsync::store
