// The contract of sync/crm.h as the built-in CRM keeps it, over both engines.
#include "tests/contract/crm_test.h"

#include <atomic>
#include <thread>

#include "crm/builtin/blobs.h"
#include "crm/builtin/records.h"
#include "crm/builtin/views.h"

namespace mailsync::crm {
namespace {

using model::Kind;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Op = sync::CrmWrite::Op;

class CrmReplicaTest : public CrmTest {};
MAILSYNC_BOTH_ENGINES(CrmReplicaTest);

TEST_P(CrmReplicaTest, CreateUpdateFetch) {
  const auto made = create(ann, Kind::Contact, person("Émile", "Zola", {"emile@else.example"}));
  EXPECT_EQ(made.version, 1);
  EXPECT_TRUE(made.in_scope);
  const auto changed = update(ann, made, {{"company", "\"Acme\""}, {"given_name", "null"}});
  EXPECT_EQ(changed.version, 2);
  EXPECT_EQ(changed.fields.at("company"), "\"Acme\"");
  EXPECT_EQ(changed.fields.at("given_name"), "null");
  EXPECT_EQ(changed.fields.at("family_name"), "\"Zola\"");

  const std::vector ids{RecordId{made.id.value + 1000}, made.id};
  const auto fetched = replica.fetch(ann, Kind::Contact, ids);
  ASSERT_EQ(fetched.size(), 2U);
  ASSERT_FALSE(fetched[0]);
  EXPECT_EQ(fetched[0].error().kind, ErrorKind::Gone);
  ASSERT_TRUE(fetched[1]);
  EXPECT_EQ(fetched[1]->fields, changed.fields);
}

model::Fields every_field(Kind kind) {
  const auto when = [](const char* local) {
    return model::When::zoned(*model::WallTime::from_text(local), "Europe/London");
  };
  if (kind == Kind::Contact) {
    model::Contact out;
    out.given_name = "Ann", out.middle_name = "B.", out.family_name = "Clark", out.title = "Dr.";
    out.suffix = "Jr.", out.company = "Acme", out.department = "Sales", out.job_title = "Head";
    out.emails = std::vector<std::string>{"ann@x.example", "clark@x.example"};
    out.business_phones = std::vector<std::string>{"+492", "+493"};
    out.mobile_phone = "+491", out.web_page = "https://a.example";
    out.business_address = model::PostalAddress{"Main 1", "Bonn", "NW", "53111", "Germany"};
    return model::fields_of(out);
  }
  model::Recurrence daily;
  daily.interval = 2;
  if (kind == Kind::Task) {
    model::Task out;
    out.subject = "Call", out.body = "about the offer";
    out.due = model::Date{2026, 11, 27}, out.start = model::Date{2026, 11, 26};
    out.status = model::Task::Status::Completed, out.completed_on = model::Date{2026, 11, 25};
    out.importance = model::Task::Importance::High,
    out.reminder_at = *Instant::from_iso("2026-11-26T08:00:00Z");
    out.recurrence = daily;
    return model::fields_of(out);
  }
  model::Meeting out;
  out.subject = "Review", out.body = "Figures", out.location = "Room 1";
  out.start = when("2026-11-26T15:00:00"), out.end = when("2026-11-26T16:00:00");
  out.show_as = model::Meeting::ShowAs::Away, out.sensitivity = model::Meeting::Sensitivity::Private;
  out.reminder_minutes = 15, out.organizer = model::Participant{"ann@x.example", "Ann"};
  out.attendees = std::vector<model::Attendee>{{.address = "bob@x.example", .name = "Bob"}};
  out.recurrence = daily, out.online_url = "https://meet.example/1";
  model::Occurrence moved;
  moved.original_start = when("2026-11-28T15:00:00");
  moved.location = "Room 2";
  out.exceptions = std::vector<model::Occurrence>{moved};
  return model::fields_of(out);
}

// Every field by itself is what was written, whatever the others are: no field has a second name that wins
// when it is empty.
TEST_P(CrmReplicaTest, EveryFieldIsReadAsItWasWritten_F36) {
  for (const Kind kind : {Kind::Contact, Kind::Task, Kind::Meeting}) {
    const model::Fields all = every_field(kind);
    const model::FieldNames& known = replica.capabilities(kind).fields;
    for (const std::string& name : known) EXPECT_TRUE(all.contains(name)) << name << " is not tried";
    auto record = create(ann, kind, model::restricted(all, known));
    for (const auto& [name, text] : model::restricted(all, known)) {
      EXPECT_EQ(record.fields.at(name), text) << "created: " << name;
      const bool needed = name == "subject" || name == "start" || name == "end";
      if (needed) continue;
      model::Fields expected = record.fields;
      record = update(ann, record, {{name, std::string(model::kCleared)}});
      // A task that is not done has no day on which it was.
      if (name == "status" || name == "completed_on") {
        record = update(ann, record, model::restricted(all, {"status", "completed_on"}));
        continue;
      }
      expected.insert_or_assign(name, std::string(model::kCleared));
      EXPECT_TRUE(model::changed(record.fields, expected).empty()) << "cleared: " << name;
      EXPECT_FALSE(model::is_set(record.fields, name)) << name;
      record = update(ann, record, {{name, text}});
      EXPECT_EQ(record.fields.at(name), text) << "written again: " << name;
    }
  }
}

// F4
TEST_P(CrmReplicaTest, TheSameContentIsNoWrite) {
  const auto made = create(ann, Kind::Task, task("Call"));
  Cursor cursor;
  changes(ann, Kind::Task, cursor);
  const Cursor before = cursor;
  EXPECT_EQ(update(ann, made, {{"subject", "\"Call\""}, {"body", "null"}}).version, made.version);
  EXPECT_THAT(changes(ann, Kind::Task, cursor), IsEmpty());
  EXPECT_EQ(cursor, before);
}

// F27
TEST_P(CrmReplicaTest, AStaleVersionIsRefused) {
  const auto made = create(ann, Kind::Contact, person("A", "B", {}));
  update(ann, made, {{"company", "\"x\""}});
  for (Op op : {Op::Update, Op::Delete}) {
    const auto error = refused(ann, {.op = op, .kind = Kind::Contact, .id = made.id, .base_version = 1});
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind, ErrorKind::VersionStale);
  }
}

// F151
TEST_P(CrmReplicaTest, TheRulesOfTheCrmHaveTheirWords) {
  auto error = refused(ann, {.op = Op::Create, .kind = Kind::Contact, .fields = {{"title", "\"Dr.\""}}});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, ErrorKind::ItemInvalid);
  EXPECT_THAT(error->message, testing::HasSubstr("needs a name"));
  error = refused(ann, {.op = Op::Create, .kind = Kind::Task, .fields = {{"due", "\"soon\""}}});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, ErrorKind::ItemInvalid);
  EXPECT_EQ(error->vendor_code, "due");
  error = refused(ann, {.op = Op::Create, .kind = Kind::Task, .fields = {{"colour", "\"red\""}}});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->vendor_code, "colour");
}

// S39, S41: refused before anything is written.
TEST_P(CrmReplicaTest, RightsAreTheUsers) {
  const auto reader = add({.login = "rita", .name = "Rita", .writes = Reach::None, .deletes = Reach::None});
  const auto own = add({.login = "otto", .name = "Otto", .sees = Reach::Own, .writes = Reach::Own});
  const auto disabled = add({.login = "dora", .name = "Dora", .disabled = true});
  const auto made = create(ann, Kind::Contact, person("A", "B", {}));
  for (const auto& viewer :
       {reader, own, disabled, sync::Viewer{kAccount, UserId{999}}, sync::Viewer{AccountId{8}, ann.user}}) {
    const auto error = refused(viewer, {.op = Op::Update,
                                        .kind = Kind::Contact,
                                        .id = made.id,
                                        .base_version = 1,
                                        .fields = {{"company", "\"x\""}}});
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind, ErrorKind::Forbidden);
  }
  const auto error =
      refused(reader, {.op = Op::Create, .kind = Kind::Contact, .fields = person("C", "D", {})});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, ErrorKind::Forbidden);
  // Bob may write what Ann owns, not delete it; Otto sees only his own.
  EXPECT_EQ(update(bob, made, {{"company", "\"x\""}}).version, 2);
  const auto may_not =
      refused(bob, {.op = Op::Delete, .kind = Kind::Contact, .id = made.id, .base_version = 2});
  ASSERT_TRUE(may_not);
  EXPECT_EQ(may_not->kind, ErrorKind::Forbidden);
  EXPECT_EQ(count("SELECT COUNT(*) FROM crm_record"), 1);
  Cursor cursor;
  EXPECT_THAT(changes(own, Kind::Contact, cursor), IsEmpty());
}

// F59
TEST_P(CrmReplicaTest, AnEmptyCursorListsTheScopeAndThenOnlyChanges) {
  std::vector<sync::CrmRecord> mine;
  for (int i = 0; i < 5; ++i)
    mine.push_back(create(ann, Kind::Contact, person("P" + std::to_string(i), "X", {})));
  create(bob, Kind::Contact, person("His", "X", {}));
  Cursor cursor;
  EXPECT_EQ(ids_of(changes(ann, Kind::Contact, cursor)), ids_of(mine));
  EXPECT_THAT(changes(ann, Kind::Contact, cursor), IsEmpty());

  update(ann, mine[3], {{"company", "\"x\""}});
  const auto his = create(bob, Kind::Contact, person("New", "X", {}));
  const auto after = changes(ann, Kind::Contact, cursor);
  ASSERT_EQ(ids_of(after), (std::vector{mine[3].id.value, his.id.value}));
  EXPECT_TRUE(after[0].in_scope);
  EXPECT_FALSE(after[1].in_scope);
  EXPECT_EQ(after[0].changed_by, ann.user);
}

// F79
TEST_P(CrmReplicaTest, WhatLeavesTheScopeOrIsDeletedComesThroughOnce) {
  const auto kept = create(ann, Kind::Contact, person("Kept", "X", {}));
  const auto gone = create(ann, Kind::Contact, person("Gone", "X", {}));
  Cursor cursor;
  changes(ann, Kind::Contact, cursor);
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const auto record, load_record(tx, kAccount, ann.user, kept.id));
    TRY_VOID(update_record(tx, {kAccount, bob.user, Via::User, clock.now()}, *record, {.owner = bob.user}));
    return {};
  });
  apply(ann, {.op = Op::Delete, .kind = Kind::Contact, .id = gone.id, .base_version = 1});
  const auto after = changes(ann, Kind::Contact, cursor);
  ASSERT_EQ(after.size(), 2U);
  EXPECT_FALSE(after[0].in_scope);
  EXPECT_FALSE(after[0].deleted);
  EXPECT_TRUE(after[1].deleted);
  EXPECT_THAT(changes(ann, Kind::Contact, cursor), IsEmpty());
  Cursor fresh;
  EXPECT_THAT(changes(ann, Kind::Contact, fresh), IsEmpty());
  EXPECT_EQ(ids_of(changes(bob, Kind::Contact, fresh = {})), (std::vector{kept.id.value}));
}

TEST_P(CrmReplicaTest, WatchedRecordsAreInScope) {
  const auto made = create(ann, Kind::Task, task("T"));
  Cursor cursor;
  changes(bob, Kind::Task, cursor);
  const auto watchers = [&](std::vector<int64_t> users) {
    write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(set_watchers(tx, {kAccount, ann.user, Via::User, clock.now()}, made.id, users));
      return {};
    });
  };
  watchers({bob.user.value});
  auto after = changes(bob, Kind::Task, cursor);
  ASSERT_EQ(after.size(), 1U);
  EXPECT_TRUE(after[0].in_scope);
  EXPECT_EQ(after[0].version, made.version);
  Cursor fresh;
  EXPECT_EQ(ids_of(changes(bob, Kind::Task, fresh)), (std::vector{made.id.value}));
  watchers({});
  after = changes(bob, Kind::Task, cursor);
  ASSERT_EQ(after.size(), 1U);
  EXPECT_FALSE(after[0].in_scope);
}

TEST_P(CrmReplicaTest, TheViewNamedExchangeSyncIsScopeAndItsChangeIsASweep) {
  std::vector<int64_t> acme, other;
  for (int i = 0; i < 4; ++i) {
    auto fields = person("P" + std::to_string(i), "X", {});
    fields["company"] = i % 2 == 0 ? "\"Acme\"" : "\"Other\"";
    (i % 2 == 0 ? acme : other).push_back(create(ann, Kind::Contact, fields).id.value);
  }
  Cursor cursor;
  EXPECT_THAT(changes(bob, Kind::Contact, cursor), IsEmpty());
  View view{.type = RecordType::Person, .name = std::string(kSyncViewName)};
  view.definition.filters = {{"company", "eq", "ACME"}};
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(view, add_view(tx, bob, view, clock.now()));
    return {};
  });
  auto after = changes(bob, Kind::Contact, cursor);
  EXPECT_EQ(ids_of(after), acme);
  EXPECT_TRUE(after[0].in_scope);
  EXPECT_THAT(changes(bob, Kind::Contact, cursor), IsEmpty());
  Cursor fresh;
  EXPECT_EQ(ids_of(changes(bob, Kind::Contact, fresh)), acme);

  view.definition.filters = {{"company", "starts", "oth"}};
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(view, update_view(tx, bob, view, clock.now()));
    return {};
  });
  after = changes(bob, Kind::Contact, cursor);
  EXPECT_THAT(ids_of(after), UnorderedElementsAre(acme[0], acme[1], other[0], other[1]));
  for (const auto& record : after)
    EXPECT_EQ(record.in_scope, testing::Value(record.id.value, testing::AnyOfArray(other)));
  write([&](db::SqlTransaction& tx) { return remove_view(tx, bob, view.id); });
  after = changes(bob, Kind::Contact, cursor);
  EXPECT_EQ(ids_of(after), other);
  EXPECT_FALSE(after[0].in_scope);
}

TEST_P(CrmReplicaTest, WindowsOfTasksAndMeetings) {
  auto done = task("Done lately");
  done["status"] = "\"completed\"";
  done["completed_on"] = "\"2026-11-10\"";
  const auto lately = create(ann, Kind::Task, done);
  done["completed_on"] = "\"2026-11-01\"";
  create(ann, Kind::Task, done);
  Cursor cursor;
  EXPECT_EQ(ids_of(changes(ann, Kind::Task, cursor)), (std::vector{lately.id.value}));

  create(ann, Kind::Meeting, meeting("Past", "2026-11-01T09:00:00", "2026-11-01T10:00:00"));
  const auto soon = create(ann, Kind::Meeting, meeting("Soon", "2026-11-23T09:00:00", "2026-11-23T10:00:00"));
  const auto far = create(ann, Kind::Meeting, meeting("Far", "2028-12-05T09:00:00", "2028-12-05T10:00:00"));
  auto series = meeting("Old series", "2020-01-06T09:00:00", "2020-01-06T10:00:00");
  series["recurrence"] = R"({"end":"never","interval":1,"pattern":"weekly","weekdays":[1]})";
  const auto running = create(ann, Kind::Meeting, series);
  series["recurrence"] = R"({"count":3,"end":"count","interval":1,"pattern":"weekly","weekdays":[1]})";
  create(ann, Kind::Meeting, series);
  Cursor meetings;
  EXPECT_THAT(ids_of(changes(ann, Kind::Meeting, meetings)),
              UnorderedElementsAre(soon.id.value, running.id.value));
  const Cursor before = meetings;
  EXPECT_THAT(changes(ann, Kind::Meeting, meetings), IsEmpty());
  EXPECT_EQ(meetings, before);
  // The window rolls on: what it reaches is offered, what it leaves is not mentioned.
  clock.set("2026-12-20T10:00:00Z");
  const auto reached = changes(ann, Kind::Meeting, meetings);
  EXPECT_EQ(ids_of(reached), (std::vector{far.id.value}));
  EXPECT_TRUE(reached[0].in_scope);
  EXPECT_THAT(changes(ann, Kind::Meeting, meetings), IsEmpty());
}

// F96
TEST_P(CrmReplicaTest, OneMeetingPerSeries) {
  const auto made =
      create(ann, Kind::Meeting, meeting("M", "2026-11-23T09:00:00", "2026-11-23T10:00:00"), "key");
  const std::vector<std::string> keys{"key", "none"};
  const auto found = directory.meetings_by_series(kAccount, keys);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, (std::map<std::string, RecordId>{{"key", made.id}}));
  const auto error = refused(bob, {.op = Op::Create,
                                   .kind = Kind::Meeting,
                                   .fields = meeting("M", "2026-11-23T09:00:00", "2026-11-23T10:00:00"),
                                   .series_key = "key"});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->vendor_code, "unique");
  apply(ann, {.op = Op::Delete, .kind = Kind::Meeting, .id = made.id, .base_version = 1});
  EXPECT_THAT(*directory.meetings_by_series(kAccount, keys), IsEmpty());
}

TEST_P(CrmReplicaTest, SendIsAskedForOneVersionAlone) {
  const auto made = create(ann, Kind::Meeting, meeting("M", "2026-11-23T09:00:00", "2026-11-23T10:00:00"));
  EXPECT_FALSE(made.send_requested);
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const auto record, load_record(tx, kAccount, ann.user, made.id));
    TRY_VOID(
        update_record(tx, {kAccount, ann.user, Via::User, clock.now()}, *record, {.send_requested = true}));
    return {};
  });
  const auto asked = replica.fetch(ann, Kind::Meeting, std::vector{made.id});
  ASSERT_TRUE(asked[0]);
  EXPECT_TRUE(asked[0]->send_requested);
  EXPECT_FALSE(update(ann, *asked[0], {{"subject", "\"Other\""}}).send_requested);
}

// F58: a transaction that commits late is never passed over.
TEST_P(CrmReplicaTest, NoCursorPassesOverALateCommit) {
  std::vector<std::thread> writers;
  std::atomic<bool> finished = false;
  std::atomic<int> created = 0;
  for (int writer = 0; writer < 4; ++writer)
    writers.emplace_back([this, writer, &created] {
      for (int i = 0; i < 25; ++i) {
        const auto error = attempt([&](db::SqlTransaction& tx) -> Result<void> {
          TRY_VOID(replica.apply(tx, ann,
                                 {.op = Op::Create,
                                  .kind = Kind::Contact,
                                  .fields = person("W" + std::to_string(writer), std::to_string(i), {})}));
          return {};
        });
        if (!error) ++created;
        EXPECT_FALSE(error) << error->message;
      }
    });
  std::set<int64_t> seen;
  std::thread reader([this, &finished, &seen] {
    Cursor cursor;
    for (bool last = false; !last;) {
      last = finished;
      for (const auto& record : changes(ann, Kind::Contact, cursor)) seen.insert(record.id.value);
    }
  });
  for (auto& writer : writers) writer.join();
  finished = true;
  reader.join();
  EXPECT_EQ(created, 100);
  EXPECT_EQ(seen.size(), 100U);
}

// F58, step by step: while one writer of the account has not committed, no other gets a number.
TEST_P(CrmReplicaTest, NumbersBecomeVisibleInTheirOrder) {
  if (!postgres()) return;  // SQLite has one writer at a time
  std::optional<Error> other;
  write([&](db::SqlTransaction& first) -> Result<void> {
    const sync::CrmWrite wanted{.op = Op::Create, .kind = Kind::Contact, .fields = person("A", "B", {})};
    TRY_VOID(replica.apply(first, ann, wanted));
    std::thread([&] {
      other = attempt([&](db::SqlTransaction& second) -> Result<void> {
        TRY_VOID(second.execute("SET LOCAL lock_timeout = '200ms'"));
        TRY_VOID(replica.apply(second, bob, wanted));
        return {};
      });
    }).join();
    return {};
  });
  ASSERT_TRUE(other) << "the second writer did not wait for the first";
  EXPECT_EQ(other->kind, ErrorKind::Transient);
}

// Two mailboxes meet the same new person at the same moment: the snapshot of the second does not show what
// the first has committed since (PostgreSQL), or the second has waited for the first (SQLite). Either way one
// person is made.
TEST_P(CrmReplicaTest, TwoTransactionsDoNotMakeOnePersonTwice_F17) {
  const sync::CrmWrite wanted{.op = Op::Create,
                              .kind = Kind::Contact,
                              .fields = person("Ada", "Byron", {"ada@else.example"}),
                              .considered = std::vector<RecordId>{}};
  std::optional<Error> first, second;
  std::thread other;
  second = attempt([&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(tx.query("SELECT COUNT(*) FROM crm_record"));  // takes the snapshot
    other = std::thread([&] {
      first = attempt([&](db::SqlTransaction& theirs) -> Result<void> {
        TRY_VOID(replica.apply(theirs, bob, wanted));
        return {};
      });
    });
    if (postgres()) other.join();
    TRY_VOID(replica.apply(tx, ann, wanted));
    return {};
  });
  if (other.joinable()) other.join();
  EXPECT_EQ(count("SELECT COUNT(*) FROM crm_contact"), 1);
  ASSERT_NE(first.has_value(), second.has_value());
  EXPECT_EQ((first ? first : second)->kind, ErrorKind::VersionStale);
}

// F17
TEST_P(CrmReplicaTest, OneEmailForManyMailboxes) {
  auto first = email("m1@x", "Offer", MailboxId{1});
  first.email.head.bcc = {{"secret@else.example", ""}};
  auto second = email("m1@x", "Offer", MailboxId{2});
  const auto other = email("m2@x", "Other", MailboxId{1});
  const auto a = add_emails(ann, std::vector{first, other, first});
  ASSERT_EQ(a.size(), 3U);
  EXPECT_EQ(a[0], a[2]);
  EXPECT_NE(a[0], a[1]);
  EXPECT_EQ(add_emails(bob, std::vector{second}), std::vector{a[0]});
  EXPECT_EQ(add_emails(bob, std::vector{second}), std::vector{a[0]});
  EXPECT_EQ(count("SELECT COUNT(*) FROM crm_email"), 2);
  EXPECT_EQ(count("SELECT COUNT(*) FROM crm_email_copy"), 3);
  EXPECT_EQ(count("SELECT COUNT(*) FROM crm_email_address WHERE address = 'secret@else.example'"), 0);

  const std::vector<std::string> identities{first.identity, "unknown"};
  EXPECT_EQ(*directory.emails_by_identity(kAccount, identities),
            (std::map<std::string, RecordId>{{first.identity, a[0]}}));
  const std::vector<std::string> conversations{"conversation of m1@x", "conversation of m2@x", ""};
  EXPECT_THAT(*directory.shared_conversations(kAccount, MailboxId{1}, conversations),
              ElementsAre("conversation of m1@x", "conversation of m2@x"));
  EXPECT_THAT(*directory.shared_conversations(kAccount, MailboxId{2}, conversations),
              ElementsAre("conversation of m1@x"));
  write([&](db::SqlTransaction& tx) { return replica.remove_email_copy(tx, bob, a[0], MailboxId{2}); });
  EXPECT_THAT(*directory.shared_conversations(kAccount, MailboxId{2}, conversations), IsEmpty());
  write([&](db::SqlTransaction& tx) {
    return replica.add_email_copy(tx, bob, a[0], MailboxId{2}, second.email.head, sync::Shown::All);
  });
  EXPECT_EQ(count("SELECT COUNT(*) FROM crm_email"), 2);
  EXPECT_EQ(attempt([&](db::SqlTransaction& tx) {
              return replica.add_email_copy(tx, bob, RecordId{99999}, MailboxId{2}, second.email.head,
                                            sync::Shown::All);
            })->kind,
            ErrorKind::Gone);
}

TEST_P(CrmReplicaTest, PeopleAreFoundByAddressAndGetTheirTimeline) {
  const auto before = create(ann, Kind::Contact, person("Carol", "Early", {"carol@else.example"}));
  auto write_to = email("m1@x", "Offer", MailboxId{1});
  write_to.email.head.from.address = "carol+news@else.example";
  write_to.related = {before.id, RecordId{99999}};
  add_emails(ann, std::vector{write_to});
  const auto later =
      create(ann, Kind::Contact, person("Carol", "Late", {"CAROL@else.example", "c@else.example"}));
  EXPECT_EQ(count("SELECT COUNT(*) FROM crm_relation WHERE target_id = " + std::to_string(before.id.value)),
            1);
  EXPECT_EQ(count("SELECT COUNT(*) FROM crm_relation WHERE target_id = " + std::to_string(later.id.value)),
            1);

  const std::vector<std::string> addresses{"carol@else.example", "nobody@else.example"};
  const auto found = directory.people_by_address(kAccount, addresses);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 1U);
  ASSERT_EQ(found->begin()->second.size(), 2U);
  EXPECT_EQ(found->begin()->second[0].family_name, "Early");
  EXPECT_THAT(*directory.people_by_address(AccountId{8}, addresses), IsEmpty());
  update(ann, later, {{"emails", "[\"c@else.example\"]"}});
  EXPECT_EQ(directory.people_by_address(kAccount, addresses)->begin()->second.size(), 1U);
}

TEST_P(CrmReplicaTest, AttachmentsAreKeptOnceAndReadBack) {
  std::string bytes;
  for (int i = 0; bytes.size() < 2 * kBlobPartBytes + 17; ++i) bytes += std::to_string(i) + " ";
  std::vector<std::string> addresses;
  for (size_t piece : {size_t{7}, size_t{300'000}, bytes.size()}) {
    const auto sink = replica.new_blob(kAccount);
    for (size_t at = 0; at < bytes.size(); at += piece)
      ASSERT_TRUE(sink->append(std::string_view(bytes).substr(at, piece)));
    const auto finished = sink->finish();
    ASSERT_TRUE(finished) << finished.error().message;
    addresses.push_back(*finished);
    if (piece == 7) bytes.resize(bytes.size());
  }
  EXPECT_EQ(addresses[0], addresses[1]);
  EXPECT_EQ(addresses[0], addresses[2]);
  EXPECT_EQ(count("SELECT COUNT(*) FROM crm_blob"), 1);
  const auto empty = replica.new_blob(kAccount)->finish();
  ASSERT_TRUE(empty);
  read([&](db::Session& session) -> Result<void> {
    TRY(const auto blob, find_blob(session, kAccount, addresses[0]));
    std::string back;
    for (int64_t part = 0; part < blob.parts; ++part) {
      TRY(const auto piece, read_part(session, blob, part));
      back += piece;
    }
    EXPECT_TRUE(back == bytes);
    TRY(const auto nothing, find_blob(session, kAccount, *empty));
    EXPECT_EQ(nothing.parts, 0);
    EXPECT_EQ(find_blob(session, AccountId{8}, addresses[0]).error().kind, ErrorKind::Gone);
    return {};
  });
  ASSERT_TRUE(replica.new_blob(kAccount)->append(bytes));
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const int64_t swept, sweep_unfinished_blobs(tx, clock.now() + Duration(1)));
    EXPECT_EQ(swept, 1);
    return {};
  });
}

}  // namespace
}  // namespace mailsync::crm
