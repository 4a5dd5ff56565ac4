// Contacts and tasks of a Microsoft 365 mailbox: our client against the lab.
#include <gmock/gmock.h>

#include "model/contact.h"
#include "model/task.h"
#include "tests/contract/graph_fixture.h"

namespace mailsync::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GraphContacts : public GraphFixture {
 protected:
  static model::Fields ann() {
    model::Contact contact;
    contact.given_name = std::string("Ann");
    contact.family_name = std::string("Clark");
    contact.company = std::string("Acme");
    contact.emails = std::vector<std::string>{"ann@x.example"};
    contact.business_phones = std::vector<std::string>{"+49 1"};
    contact.business_address = model::PostalAddress{"Main 1", "Bonn", "", "53111", "Germany"};
    return model::fields_of(contact);
  }
  sync::RemoteItem created(model::Fields fields, std::string operation, bool mark = false) {
    auto item = run(replica().apply(create(Kind::Contact, std::move(fields), std::move(operation), mark)));
    EXPECT_TRUE(item) << (item ? "" : item.error().message);
    return item.value_or(sync::RemoteItem{});
  }
  lab::Item& stored(const sync::RemoteItem& item) {
    for (auto& [number, one] : ada.items)
      if (id(one) == item.id.value) return one;
    throw std::runtime_error("not there");
  }
  static model::Fields change(auto edit) {
    model::Contact contact;
    edit(contact);
    return model::fields_of(contact);
  }
};

TEST_F(GraphContacts, WhatTheCrmMakesGoesIntoOneFolderOfOurOwn) {
  const auto a = created(ann(), "op-a", true), b = created(ann(), "op-b");
  EXPECT_EQ(a.container, b.container);
  EXPECT_NE(a.container, "contacts");
  EXPECT_TRUE(a.marked);
  EXPECT_FALSE(b.marked);
  EXPECT_EQ(model::content_hash(Kind::Contact, a.fields), model::content_hash(Kind::Contact, ann()));
  EXPECT_EQ(a.made_by.value, "op-a");
  EXPECT_EQ(collections(Kind::Contact).size(), 2u);
  forget_replica();
  EXPECT_EQ(created(ann(), "op-c").container, a.container);
  Cursor cursor;
  const auto feed = round(collection(Kind::Contact, "CRM"), cursor);
  EXPECT_EQ(feed.present().size(), 3u);
  EXPECT_EQ(feed.present().at(a.id.value).version, a.version);
  EXPECT_EQ(feed.present().at(a.id.value).fields, a.fields);
}

// F11
TEST_F(GraphContacts, SeveralWritesAtOnceMakeOneFolder) {
  auto one = [](Replica& to, sync::RemoteWrite write) -> Task<void> {
    auto item = co_await to.apply(std::move(write));
    EXPECT_TRUE(item);
  };
  size_t asked = 0;
  http.on_request = [&asked](const net::HttpRequest& request) {
    asked += request.method == "POST" && request.url.ends_with("/contactFolders");
  };
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 8; ++i)
    tasks.push_back(one(replica(), create(Kind::Contact, ann(), "op-" + std::to_string(i))));
  for (auto& task : tasks) executor.spawn(std::move(task));
  executor.run_until(clock.now() + std::chrono::minutes(5));
  EXPECT_EQ(collections(Kind::Contact).size(), 2u);
  http.on_request = nullptr;
  EXPECT_EQ(asked, 1u);
  size_t folders = 0;
  for (auto& [number, container] : ada.containers) folders += container.name == "CRM";
  EXPECT_EQ(folders, 1u);
}

// F14
TEST_F(GraphContacts, ACreateWhoseAnswerWasLostIsFoundByItsOperation) {
  created(ann(), "op-0");
  http.script({.what = lab::ScriptedFault::What::AnswerLost,
               .match = "POST https://graph.lab/v1.0/users/" + ada.user.id + "/contactFolders"});
  const auto lost = run(replica().apply(create(Kind::Contact, ann(), "op-x")));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, ErrorKind::Ambiguous);
  const auto found = run(replica().find_by_operation(Kind::Contact, OperationId{"op-x"}, {}));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(model::content_hash(Kind::Contact, (*found)->fields), model::content_hash(Kind::Contact, ann()));
  const auto none = run(replica().find_by_operation(Kind::Contact, OperationId{"op-y"}, {}));
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->has_value());
  // The mark comes with a fetch by id too.
  EXPECT_EQ(run(replica().fetch(Kind::Contact, {(*found)->id})).at(0)->made_by.value, "op-x");
}

// F28, F33
TEST_F(GraphContacts, AnUpdateSendsWhatChangedAlone) {
  const auto item = created(ann(), "op");
  stored(item).fields["personalNotes"] = "keep me";
  stored(item).fields["jobTitle"] = "Boss";
  const auto now = run(replica().fetch(Kind::Contact, {item.id})).at(0);
  const auto changed = run(replica().apply(update(*now, change([](model::Contact& c) {
    c.company = Field<std::string>::cleared();
    c.mobile_phone = std::string("+49 9");
  }))));
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(stored(item).fields.at("personalNotes"), "keep me");
  EXPECT_EQ(stored(item).fields.at("jobTitle"), "Boss");
  EXPECT_EQ(changed->fields.at("company"), "null");
  EXPECT_EQ(changed->fields.at("mobile_phone"), "\"+49 9\"");
  EXPECT_EQ(run(replica().fetch(Kind::Contact, {item.id})).at(0)->version, changed->version);
}

// F108
TEST_F(GraphContacts, WhatExchangeCannotHoldIsLeftOutAndNotReported) {
  auto many = change([](model::Contact& c) {
    c.family_name = std::string("Many");
    c.emails = std::vector<std::string>{"a@x.example", "b@x.example", "c@x.example", "d@x.example"};
    c.business_phones = std::vector<std::string>{"1", "2", "3"};
  });
  const auto item = created(many, "op");
  EXPECT_EQ(item.fields.at("emails"), R"(["a@x.example","b@x.example","c@x.example"])");
  EXPECT_EQ(item.fields.at("business_phones"), R"(["1","2"])");
}

// F27, F29
TEST_F(GraphContacts, AStaleVersionIsNotWrittenOver) {
  const auto item = created(ann(), "op");
  stored(item).fields["jobTitle"] = "Boss";
  world.changed(ada, stored(item), clock.now());
  const auto late =
      run(replica().apply(update(item, change([](model::Contact& c) { c.title = std::string("Dr."); }))));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::VersionStale);
  EXPECT_FALSE(stored(item).fields.contains("title") && stored(item).fields.at("title") == "Dr.");
  EXPECT_EQ(run(replica().apply(erase(item))).error().kind, ErrorKind::VersionStale);
}

// F27, F32
TEST_F(GraphContacts, AnEditBetweenReadingAndWritingIsNoticedWhereTheServerDoesNotCheck) {
  world.faults.ignore_if_match = true;
  const auto item = created(ann(), "op");
  lab::Item& there = stored(item);
  bool done = false;
  http.on_request = [&](const net::HttpRequest& request) {
    if (request.method != "PATCH" || done) return;
    done = true;
    there.fields["jobTitle"] = "Boss";
    world.changed(ada, there, clock.now());
  };
  const auto written =
      run(replica().apply(update(item, change([](model::Contact& c) { c.title = std::string("Dr."); }))));
  http.on_request = nullptr;
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::VersionStale);
}

// F76
TEST_F(GraphContacts, MarksAndDeletions) {
  const auto item = created(ann(), "op");
  const auto version = run(replica().set_mark(Kind::Contact, item.id, true));
  ASSERT_TRUE(version);
  auto now = run(replica().fetch(Kind::Contact, {item.id})).at(0);
  EXPECT_TRUE(now->marked);
  EXPECT_EQ(now->version, *version);
  ASSERT_TRUE(run(replica().apply(erase(*now))));
  EXPECT_EQ(run(replica().fetch(Kind::Contact, {item.id})).at(0).error().kind, ErrorKind::Gone);
  EXPECT_EQ(run(replica().apply(erase(*now))).error().kind, ErrorKind::Gone);
}

class GraphTasks : public GraphFixture {
 protected:
  static model::Fields call() {
    model::Task task;
    task.subject = std::string("Call Bob");
    task.body = std::string("About the offer\nand the price");
    task.due = model::Date{2026, 11, 30};
    task.importance = model::Task::Importance::High;
    task.status = model::Task::Status::NotStarted;
    task.reminder_at = *Instant::from_iso("2026-11-30T08:00:00Z");
    return model::fields_of(task);
  }
};

TEST_F(GraphTasks, ATaskIsCreatedFoundChangedDoneAndDeleted) {
  const auto item = run(replica().apply(create(Kind::Task, call(), "op-t", true)));
  ASSERT_TRUE(item) << item.error().message;
  EXPECT_TRUE(item->marked);
  for (const auto& [name, words] : call()) EXPECT_EQ(item->fields.at(name), words) << name;
  const auto found = run(replica().find_by_operation(Kind::Task, OperationId{"op-t"}, {}));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->id, item->id);
  EXPECT_FALSE(run(replica().find_by_operation(Kind::Task, OperationId{"other"}, {})).value().has_value());
  model::Task done;
  done.status = model::Task::Status::Completed;
  const auto finished = run(replica().apply(update(*item, model::fields_of(done))));
  ASSERT_TRUE(finished) << finished.error().message;
  EXPECT_EQ(finished->fields.at("completed_on"), "\"2026-11-22\"");
  EXPECT_EQ(run(replica().apply(update(*item, call()))).error().kind, ErrorKind::VersionStale);
  model::Task undue;
  undue.due = Field<model::Date>::cleared();
  const auto cleared = run(replica().apply(update(*finished, model::fields_of(undue))));
  ASSERT_TRUE(cleared) << cleared.error().message;
  EXPECT_EQ(cleared->fields.at("due"), "null");
  ASSERT_TRUE(run(replica().apply(erase(*cleared))));
  EXPECT_EQ(run(replica().fetch(Kind::Task, {item->id})).at(0).error().kind, ErrorKind::Gone);
}

TEST_F(GraphTasks, FlaggedEmailsAreNoTasksAndEachListHasItsFeed) {
  for (const auto& one : collections(Kind::Task))
    EXPECT_EQ(one.name.find("Flagged"), std::string::npos) << one.name;
  const auto item = run(replica().apply(create(Kind::Task, call(), "op-t")));
  ASSERT_TRUE(item);
  const auto lists = collections(Kind::Task);
  ASSERT_FALSE(lists.empty());
  Cursor cursor;
  const auto list = *std::ranges::find(lists, item->container, &sync::Collection::id);
  const auto feed = round(list, cursor);
  ASSERT_TRUE(feed.present().contains(item->id.value));
  EXPECT_EQ(feed.present().at(item->id.value).fields, item->fields);
  EXPECT_EQ(feed.present().at(item->id.value).version, item->version);
  ASSERT_TRUE(run(replica().apply(erase(*item))));
  EXPECT_THAT(round(list, cursor).removed(), ElementsAre(item->id.value));
}

// F107
TEST_F(GraphTasks, ARepeatingTaskKeepsItsRule) {
  model::Task task;
  task.subject = std::string("Report");
  task.due = model::Date{2026, 11, 23};
  model::Recurrence weekly;
  weekly.pattern = model::Recurrence::Pattern::Weekly;
  weekly.weekdays = {1};
  task.recurrence = weekly;
  const auto item = run(replica().apply(create(Kind::Task, model::fields_of(task), "op-r")));
  ASSERT_TRUE(item) << item.error().message;
  EXPECT_EQ(item->fields.at("recurrence"), model::fields_of(task).at("recurrence"));
}

// F133
TEST_F(GraphTasks, WithoutTheTasksPermissionTheOthersGoOn) {
  tokens.put("app", {.app_id = "app-1",
                     .tenant_id = world.tenant_id(),
                     .user_id = {},
                     .scopes = {"Mail.ReadWrite", "Contacts.ReadWrite", "Calendars.ReadWrite",
                                "MailboxSettings.ReadWrite"},
                     .expires = clock.now() + std::chrono::hours(24)});
  EXPECT_THAT(collections(Kind::Task), IsEmpty());
  EXPECT_FALSE(collections(Kind::Email).empty());
  EXPECT_EQ(run(replica().apply(create(Kind::Task, call(), "op"))).error().kind, ErrorKind::Forbidden);
}

}  // namespace
}  // namespace mailsync::tests
