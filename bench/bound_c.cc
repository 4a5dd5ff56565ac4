// Bound C of P2 and P3: what one core can do at the Node script's schema, without HTTP, with nothing of the
// program's own duties. Pages of messages from files, simdjson, SQLite's C API, 64 MB of page cache, one
// transaction for 1,000 messages. bound_c DATABASE PAGE.json… → {"emails":…,"cpu_us":…}
#include <simdjson.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr const char* kSchema =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA "
    "wal_autocheckpoint = "
    "8000;"
    "CREATE TABLE message (id TEXT PRIMARY KEY, conversation_id TEXT, internet_message_id TEXT, subject "
    "TEXT, sent "
    "TEXT, received TEXT, from_address TEXT, from_name TEXT, preview TEXT, has_attachments INTEGER, "
    "categories TEXT, "
    "body TEXT);"
    "CREATE INDEX message_conversation ON message (conversation_id);"
    "CREATE INDEX message_internet_id ON message (internet_message_id);"
    "CREATE TABLE recipient (message TEXT, kind TEXT, address TEXT, name TEXT);"
    "CREATE INDEX recipient_address ON recipient (address);"
    "CREATE TABLE state (folder TEXT PRIMARY KEY, link TEXT);";

void check(int code, sqlite3* db, const char* what) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  std::fprintf(stderr, "bound_c: %s: %s\n", what, sqlite3_errmsg(db));
  std::exit(1);
}

class Statement {
 public:
  Statement(sqlite3* db, const char* sql) : db_(db) {
    check(sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr), db, sql);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& text(std::string_view words) {
    sqlite3_bind_text(statement_, ++at_, words.data(), static_cast<int>(words.size()), SQLITE_STATIC);
    return *this;
  }
  Statement& number(int value) {
    sqlite3_bind_int(statement_, ++at_, value);
    return *this;
  }
  void run() {
    check(sqlite3_step(statement_), db_, "writing a row");
    sqlite3_reset(statement_);
    at_ = 0;
  }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
  int at_ = 0;
};

using Element = simdjson::dom::element;

std::string_view text(const Element& from, const char* pointer) {
  std::string_view words;
  if (from.at_pointer(pointer).get(words) != simdjson::SUCCESS) return {};
  return words;
}

struct Store {
  sqlite3* db;
  Statement message{db, "INSERT OR REPLACE INTO message VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"};
  Statement recipient{db, "INSERT INTO recipient VALUES (?,?,?,?)"};
  Statement state{db, "INSERT OR REPLACE INTO state VALUES (?,?)"};

  void add(const Element& from) {
    bool attached = false;
    if (from["hasAttachments"].get(attached) != simdjson::SUCCESS) attached = false;
    Element categories;
    const bool has_categories = from["categories"].get(categories) == simdjson::SUCCESS;
    const std::string shown = has_categories ? std::string(simdjson::minify(categories)) : "[]";
    const std::string_view id = text(from, "/id");
    message.text(id).text(text(from, "/conversationId")).text(text(from, "/internetMessageId"));
    message.text(text(from, "/subject"))
        .text(text(from, "/sentDateTime"))
        .text(text(from, "/receivedDateTime"));
    message.text(text(from, "/from/emailAddress/address")).text(text(from, "/from/emailAddress/name"));
    message.text(text(from, "/bodyPreview")).number(attached ? 1 : 0).text(shown);
    message.text(text(from, "/body/content")).run();
    for (const auto& [kind, list] :
         {std::pair{"to", "toRecipients"}, {"cc", "ccRecipients"}, {"bcc", "bccRecipients"}})
      add_recipients(id, kind, from[list]);
  }

  void add_recipients(std::string_view id, const char* kind, simdjson::simdjson_result<Element> list) {
    simdjson::dom::array people;
    if (list.get(people) != simdjson::SUCCESS) return;
    for (const Element& one : people)
      recipient.text(id)
          .text(kind)
          .text(text(one, "/emailAddress/address"))
          .text(text(one, "/emailAddress/name"))
          .run();
  }
};

int take(sqlite3* db, int pages, char** files) {
  constexpr int kPerTransaction = 1000;
  Store store{db};
  int emails = 0, in_transaction = 0;
  simdjson::dom::parser parser;
  check(sqlite3_exec(db, "BEGIN", nullptr, nullptr, nullptr), db, "BEGIN");
  for (int i = 0; i < pages; ++i) {
    Element page;
    simdjson::dom::array items;
    if (parser.load(files[i]).get(page) != simdjson::SUCCESS ||
        page["value"].get(items) != simdjson::SUCCESS) {
      std::fprintf(stderr, "bound_c: %s is not a page of messages\n", files[i]);
      std::exit(1);
    }
    for (const Element& item : items) {
      Element removed;
      if (item["@removed"].get(removed) == simdjson::SUCCESS) continue;
      store.add(item);
      ++emails, ++in_transaction;
    }
    const std::string_view next = text(page, "/@odata.nextLink");
    store.state.text("folder").text(next.empty() ? text(page, "/@odata.deltaLink") : next).run();
    if (in_transaction < kPerTransaction && i + 1 < pages) continue;
    check(sqlite3_exec(db, "COMMIT; BEGIN", nullptr, nullptr, nullptr), db, "COMMIT");
    in_transaction = 0;
  }
  check(sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr), db, "COMMIT");
  return emails;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: bound_c DATABASE PAGE.json…\n");
    return 2;
  }
  sqlite3* db = nullptr;
  check(sqlite3_open(argv[1], &db), db, "opening the database");
  check(sqlite3_exec(db, kSchema, nullptr, nullptr, nullptr), db, "making the tables");
  const int emails = take(db, argc - 2, argv + 2);
  sqlite3_close(db);
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto us = [](const timeval& t) { return static_cast<long long>(t.tv_sec) * 1'000'000 + t.tv_usec; };
  std::printf("{\"emails\":%d,\"cpu_us\":%lld}\n", emails, us(used.ru_utime) + us(used.ru_stime));
  return 0;
}
