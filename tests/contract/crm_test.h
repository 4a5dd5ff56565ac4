// A CRM with two users on an empty database of either engine, for the suites about the built-in CRM.
#pragma once

#include <gmock/gmock.h>

#include <map>

#include "base/clock.h"
#include "crm/builtin/local_replica.h"
#include "crm/builtin/schema.h"
#include "crm/builtin/users.h"
#include "model/contact.h"
#include "model/email.h"
#include "model/meeting.h"
#include "model/task.h"
#include "tests/contract/test_database.h"

namespace mailsync::crm {

class SettableClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  void set(std::string_view iso) { now_ = *Instant::from_iso(iso); }

 private:
  Instant now_ = *Instant::from_iso("2026-11-22T10:00:00Z");
};

class CrmTest : public EngineTest {
 protected:
  static constexpr AccountId kAccount{7};

  void SetUp() override {
    const auto migrated = migrate(database(), clock.now());
    ASSERT_TRUE(migrated) << migrated.error().message;
    ann = add({.login = "ann", .name = "Ann Clark", .address = "ann@ours.example"});
    bob = add({.login = "bob", .name = "Bob Stone", .address = "bob@ours.example"});
  }

  sync::Viewer add(const User& user) {
    sync::Viewer viewer{kAccount, {}};
    write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY(viewer.user, add_user(tx, kAccount, user));
      return {};
    });
    return viewer;
  }

  // The error of the work, or nothing.
  std::optional<Error> attempt(const std::function<Result<void>(db::SqlTransaction&)>& work) {
    const auto done = database().write(db::Durability::Normal, work);
    return done ? std::nullopt : std::optional<Error>(done.error());
  }
  void write(const std::function<Result<void>(db::SqlTransaction&)>& work) {
    const auto failed = attempt(work);
    ASSERT_FALSE(failed) << failed->message;
  }
  void read(const std::function<Result<void>(db::Session&)>& work) {
    const auto done = database().read(work);
    ASSERT_TRUE(done) << done.error().message;
  }

  sync::CrmRecord apply(sync::Viewer viewer, const sync::CrmWrite& wanted) {
    sync::CrmRecord out;
    write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY(out, replica.apply(tx, viewer, wanted));
      return {};
    });
    return out;
  }
  std::optional<Error> refused(sync::Viewer viewer, const sync::CrmWrite& wanted) {
    return attempt([&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(replica.apply(tx, viewer, wanted));
      return {};
    });
  }
  sync::CrmRecord create(sync::Viewer viewer, model::Kind kind, const model::Fields& fields,
                         std::string series_key = {}) {
    return apply(viewer, {.op = sync::CrmWrite::Op::Create,
                          .kind = kind,
                          .fields = fields,
                          .series_key = std::move(series_key)});
  }
  sync::CrmRecord update(sync::Viewer viewer, const sync::CrmRecord& record, const model::Fields& fields) {
    return apply(viewer, {.op = sync::CrmWrite::Op::Update,
                          .kind = record.kind,
                          .id = record.id,
                          .base_version = record.version,
                          .fields = fields});
  }

  static model::Fields person(std::string given, std::string family, std::vector<std::string> emails) {
    model::Contact contact;
    contact.given_name = std::move(given);
    contact.family_name = std::move(family);
    contact.emails = std::move(emails);
    return model::fields_of(contact);
  }
  static model::Fields task(std::string subject) {
    model::Task out;
    out.subject = std::move(subject);
    out.status = model::Task::Status::NotStarted;
    return model::fields_of(out);
  }
  static model::Fields meeting(std::string subject, std::string_view start, std::string_view end) {
    model::Meeting out;
    out.subject = std::move(subject);
    out.start = model::When::zoned(*model::WallTime::from_text(start), "Europe/London");
    out.end = model::When::zoned(*model::WallTime::from_text(end), "Europe/London");
    return model::fields_of(out);
  }
  static sync::EmailRecordWrite email(std::string message_id, std::string subject, MailboxId mailbox) {
    sync::EmailRecordWrite out{.mailbox = mailbox};
    model::EmailHead& head = out.email.head;
    head.message_id = std::move(message_id);
    head.subject = std::move(subject);
    head.from = {"carol@else.example", "Carol"};
    head.to = {{"ann@ours.example", "Ann"}};
    head.sent_at = head.received_at = Instant::from_iso("2026-11-20T09:00:00Z");
    head.conversation_id = "conversation of " + head.message_id;
    out.email.text = "Hello";
    out.identity = model::email_identity(head);
    return out;
  }
  std::vector<RecordId> add_emails(sync::Viewer viewer, std::span<const sync::EmailRecordWrite> writes) {
    std::vector<RecordId> out;
    write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY(out, replica.add_emails(tx, viewer, writes));
      return {};
    });
    return out;
  }

  // Everything after the cursor, page by page; the cursor moves on.
  std::vector<sync::CrmRecord> changes(sync::Viewer viewer, model::Kind kind, Cursor& cursor,
                                       size_t limit = 2) {
    std::vector<sync::CrmRecord> out;
    for (int page = 0; page < 1000; ++page) {
      const auto got = replica.changes(viewer, kind, cursor, limit);
      EXPECT_TRUE(got) << (got ? "" : got.error().message);
      if (!got) break;
      EXPECT_LE(got->records.size(), limit);
      out.insert(out.end(), got->records.begin(), got->records.end());
      cursor = got->next;
      if (!got->more) break;
    }
    return out;
  }
  int64_t count(std::string_view sql) {
    int64_t out = -1;
    read([&](db::Session& session) -> Result<void> {
      TRY(const db::Rows rows, session.query(sql));
      out = rows.front()[0].integer();
      return {};
    });
    return out;
  }

  SettableClock clock;
  BuiltinReplica replica{database(), clock};
  BuiltinDirectory directory{database()};
  sync::Viewer ann, bob;
};

inline std::vector<int64_t> ids_of(const std::vector<sync::CrmRecord>& records) {
  std::vector<int64_t> out;
  for (const auto& record : records) out.push_back(record.id.value);
  return out;
}

}  // namespace mailsync::crm
