// Categories and marks: what they look like in the mailbox is no content, and only our own mark makes an item
// ours.
#include <algorithm>

#include "mailbox/graph/codec.h"
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

// One marked item of every kind.
void fill(Stage& stage, lab::Mailbox& mailbox) {
  stage.add_email(mailbox, "mail", true);
  stage.add_contact(mailbox, "Carl", "Card", "carl@side.example");
  stage.create(mailbox, sync::Kind::Task, {{"subject", R"("task")"}, {"status", R"("not_started")"}});
  stage.create(mailbox, sync::Kind::Meeting,
               {{"subject", R"("meeting")"},
                {"start", R"({"local":"2026-11-26T15:00:00","zone":"Europe/Berlin"})"},
                {"end", R"({"local":"2026-11-26T16:00:00","zone":"Europe/Berlin"})"}});
  stage.settle();
}

// The owner gives his categories other colours, adds one, and puts another one on every item; Exchange counts
// each item as touched. Nothing of it concerns the CRM.
TEST(Marks, AColourOrAnotherCategoryIsNoEdit_F6) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  fill(stage, ann);
  const uint64_t writes = stage.world.counters.writes;
  const int64_t rows = stage.rows_written();
  for (int round = 0; round < 3; ++round) {
    for (auto& category : ann.categories)
      category.as_object()["color"] = "preset" + std::to_string(round + 3);
    for (auto& [number, item] : ann.items) {
      item.fields["categories"] = json::array{"CRM", json::string("Mine " + std::to_string(round))};
      stage.world.changed(ann, item, stage.clock.now());
    }
    EXPECT_TRUE(stage.good_pass(ann).empty()) << "round " << round;
    stage.advance(std::chrono::minutes(1));
  }
  EXPECT_EQ(stage.world.counters.writes, writes);
  EXPECT_EQ(stage.rows_written(), rows);
  for (const auto& [number, item] : ann.items)  // and what the owner put on them is there
    EXPECT_EQ(item.fields.at("categories"), (json::array{"CRM", "Mine 2"}));
}

// Another installation of the same program, a customer's or one for trials, works in the same mailbox, counts
// its emails as ours does, and has sent one. Ours leaves all the same, and theirs is correspondence like any
// other.
TEST(Marks, AnotherInstallationsMailIsNotTakenForOurs_F7) {
  Stage stage;
  sync::Profile profile;
  profile.capture_emails = sync::Capture::AnyExternal;
  auto& ann = stage.connect("ann@ours.example", "Ann", profile);
  stage.settle();
  int number = 0;
  for (const char* operation : {"outbox-7-1", "outbox-7-1-there"}) {
    const char* folder = number == 0 ? "sentitems" : "inbox";
    auto& theirs = stage.add_email(ann, "theirs " + std::to_string(++number), false, folder);
    if (number == 1)
      theirs.fields["toRecipients"] =
          json::array{json::object{{"emailAddress", {{"address", "other@side.example"}}}}};
    theirs.fields["internetMessageId"] = "<mailsync-" + std::string(folder) + "@side.example>";
    theirs.fields["internetMessageHeaders"] =
        json::array{json::object{{"name", graph::kOperationHeader}, {"value", operation}}};
    theirs.fields["singleValueExtendedProperties"] =
        json::array{json::object{{"id", graph::kOperationProperty}, {"value", operation}}};
    stage.world.changed(ann, theirs, stage.clock.now());
  }
  stage.compose(ann, "the offer", "out@side.example");
  stage.settle();
  EXPECT_EQ(std::ranges::count(stage.world.outbox(), "out@side.example", &lab::SentMail::to), 1);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_outbox WHERE state = 'sent'"), 1);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_record WHERE type = 'email' AND title LIKE 'theirs%'"), 2);
}

// The organization's category gets another name in the profile while the items still carry the old one: what
// is shared stays shared, item by item it goes on under the new name, and nothing comes in a second time.
TEST(Marks, AnotherNameForTheCategoryLosesAndDoublesNothing_F41) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  fill(stage, ann);
  const int64_t links = stage.count("SELECT count(*) FROM link");
  sync::Profile renamed = stage.connected(ann).profile;
  renamed.category = "Customer";
  stage.set_profile(ann, renamed);
  stage.settle();
  EXPECT_EQ(stage.items(ann, lab::IdKind::Task).size(), 1U);
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).size(), 1U);
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).size(), 1U);
  EXPECT_EQ(stage.records(ann, sync::Kind::Meeting).size(), 1U);
  // Its owner renames it in Outlook too, which rewrites his items.
  for (auto& [number, item] : ann.items) {
    item.fields["categories"] = json::array{"Customer"};
    stage.world.changed(ann, item, stage.clock.now());
  }
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM link"), links);
  EXPECT_EQ(stage.count("SELECT count(*) FROM link WHERE state = 0"), links);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 1);
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).size(), 1U);
  // And it is in step again.
  stage.edit(ann, *stage.items(ann, lab::IdKind::Contact).front(), "jobTitle", "Boss");
  stage.settle();
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).front().fields.at("job_title"), R"("Boss")");
}

}  // namespace
}  // namespace mailsync::scenario
