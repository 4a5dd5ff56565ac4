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

TEST(ManyRows, KnowsAnAnswerOfOneColumn) {
  const auto found = returned_column(
      "INSERT INTO link (account_id, kind) VALUES ((SELECT a FROM mailbox WHERE id = ?1), ?2) RETURNING id");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->table, "link");
  EXPECT_EQ(found->column, "id");
  EXPECT_EQ(found->statement_ends, 86u);
  for (const char* sql :
       {"INSERT INTO t (a) VALUES (?1)", "INSERT INTO t (a) VALUES (?1) RETURNING a, b",
        "INSERT INTO t (id) VALUES (?1) RETURNING id", "INSERT INTO t VALUES (?1) RETURNING id",
        "INSERT INTO t (a) VALUES (?1) RETURNING id + 1",
        "INSERT INTO t (a) VALUES (?1) ON CONFLICT (a) DO NOTHING RETURNING id",
        "UPDATE t SET a = ?1 RETURNING id", "INSERT INTO t SELECT ?1 RETURNING id"})
    EXPECT_FALSE(returned_column(sql)) << sql;
}

}  // namespace
}  // namespace mailsync::db
