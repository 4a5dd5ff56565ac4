#include "db/many_rows.h"

#include <gtest/gtest.h>

namespace mailsync::db {
namespace {

TEST(ManyRows, RepeatsTheValues) {
  EXPECT_EQ(for_many_rows("INSERT INTO t (a, b) VALUES (?1, ?2)", 2, 3),
            "INSERT INTO t (a, b) VALUES (?1, ?2), (?3, ?4), (?5, ?6)");
  EXPECT_EQ(
      for_many_rows("insert into t (a) values ((SELECT x FROM values_of WHERE y = ?1 AND z = '?1)'), ?2, ?1) "
                    "ON CONFLICT (a) DO UPDATE SET b = t.b + excluded.b RETURNING id",
                    2, 2),
      "insert into t (a) values ((SELECT x FROM values_of WHERE y = ?1 AND z = '?1)'), ?2, ?1), "
      "((SELECT x FROM values_of WHERE y = ?3 AND z = '?1)'), ?4, ?3) "
      "ON CONFLICT (a) DO UPDATE SET b = t.b + excluded.b RETURNING id");
  EXPECT_EQ(for_many_rows("INSERT INTO t VALUES (?12)", 12, 2), "INSERT INTO t VALUES (?12), (?24)");
}

TEST(ManyRows, LeavesWhatItCannotRepeat) {
  for (const char* sql :
       {"UPDATE t SET a = ?1", "INSERT INTO t SELECT ?1", "INSERT INTO t VALUES (?1), (?2)",
        "INSERT INTO t (a) VALUES (?1) ON CONFLICT DO UPDATE SET a = ?2",
        "INSERT INTO t SELECT * FROM (VALUES (?1))", "INSERT INTO t VALUES (?1", "INSERT", ""})
    EXPECT_EQ(for_many_rows(sql, 2, 2), std::nullopt) << sql;
}

}  // namespace
}  // namespace mailsync::db
