// Items that come back under other ids: moved to another list, restored from a backup, counted anew by their
// server. They are the same items.
#include "lab/meetings.h"
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

constexpr const char* kEmails = "SELECT count(*) FROM crm_record WHERE type = 'email' AND deleted = 0";

std::string text_of(const lab::Item& item, std::string_view field) {
  const auto* value = item.fields.if_contains(field);
  return value && value->is_string() ? std::string(value->as_string()) : "";
}

json::object at(const std::string& local) {
  return {{"dateTime", local}, {"timeZone", "Europe/London"}};
}

lab::Item& add_event(Stage& stage, lab::Mailbox& mailbox, const std::string& subject) {
  return lab::create_event(stage.world, mailbox, mailbox.well_known("calendar")->number,
                           {{"subject", subject},
                            {"start", at("2026-11-25T12:00:00")},
                            {"end", at("2026-11-25T13:00:00")},
                            {"categories", json::array{"CRM"}}},
                           stage.clock.now());
}

// Everything of the mailbox under another id, as after a restore.
void count_anew(Stage& stage, lab::Mailbox& mailbox) {
  std::vector<uint64_t> numbers;
  for (const auto& [number, item] : mailbox.items) numbers.push_back(number);
  for (const uint64_t number : numbers) {
    const lab::Item old = *mailbox.item(number);
    stage.world.remove(mailbox, number, stage.clock.now());
    stage.world.add(mailbox, old.kind, old.container, old.fields, stage.clock.now());
  }
}

// (record, subject or name) of what is shared, to compare.
std::multiset<std::string> shared(Stage& stage, const lab::Mailbox& mailbox) {
  std::multiset<std::string> out;
  for (const sync::Kind kind : {sync::Kind::Contact, sync::Kind::Task, sync::Kind::Meeting})
    for (const auto& record : stage.records(mailbox, kind))
      out.insert(std::to_string(record.id.value) + " " + model::to_json(record.fields));
  return out;
}

class NewIds : public testing::Test {
 protected:
  void fill() {
    stage.add_email(ann, "mail", true);
    stage.add_contact(ann, "Carl", "Card", "carl@side.example");
    stage.add_contact(ann, "Nobody", "Known", "");  // without an address
    add_event(stage, ann, "marked in the calendar");
    stage.create(ann, sync::Kind::Task, {{"subject", R"("call")"}, {"status", R"("not_started")"}});
    stage.create(ann, sync::Kind::Task, {{"subject", R"("write")"}, {"status", R"("not_started")"}});
    stage.create(ann, sync::Kind::Meeting,
                 {{"subject", R"("made in the CRM")"},
                  {"start", R"({"local":"2026-11-26T15:00:00","zone":"Europe/Berlin"})"},
                  {"end", R"({"local":"2026-11-26T16:00:00","zone":"Europe/Berlin"})"}});
    stage.settle();
  }
  void expect_in_step(const std::multiset<std::string>& before, size_t items) {
    EXPECT_EQ(shared(stage, ann), before);
    EXPECT_EQ(stage.count(kEmails), 1);
    EXPECT_EQ(ann.items.size(), items);
    for (auto* item : stage.items(ann, lab::IdKind::Contact)) stage.edit(ann, *item, "jobTitle", "Boss");
    for (auto* item : stage.items(ann, lab::IdKind::Task)) stage.edit(ann, *item, "importance", "high");
    for (auto* item : stage.items(ann, lab::IdKind::Event))
      stage.edit(ann, *item, "location", json::object{{"displayName", "Room 1"}});
    stage.settle();
    for (const auto& record : stage.records(ann, sync::Kind::Contact))
      EXPECT_EQ(record.fields.at("job_title"), R"("Boss")");
    for (const auto& record : stage.records(ann, sync::Kind::Task))
      EXPECT_EQ(record.fields.at("importance"), R"("high")");
    for (const auto& record : stage.records(ann, sync::Kind::Meeting))
      EXPECT_EQ(record.fields.at("location"), R"("Room 1")");
    EXPECT_EQ(ann.items.size(), items);
  }

  Stage stage;
  lab::Mailbox& ann = stage.connect("ann@ours.example", "Ann");
};

TEST_F(NewIds, AMailboxWhoseIdsAreCountedAnewKeepsItsPairs_F26_F71) {
  fill();
  const auto before = shared(stage, ann);
  const size_t items = ann.items.size();
  count_anew(stage, ann);
  stage.settle();
  expect_in_step(before, items);
}

TEST_F(NewIds, AlsoWhenTheCursorsAreLostWithThem_F26) {
  fill();
  const auto before = shared(stage, ann);
  const size_t items = ann.items.size();
  count_anew(stage, ann);
  stage.front.forget_delta_tokens(stage.clock.now());
  stage.settle();
  expect_in_step(before, items);
}

// To Do gives a task another id when it is put into another list.
TEST_F(NewIds, ATaskThatIsPutIntoAnotherListIsTheSameTask_F71) {
  fill();
  auto& list = stage.world.add_container(ann, lab::ContainerKind::TaskList, "Private");
  const auto before = shared(stage, ann);
  for (auto* item : stage.items(ann, lab::IdKind::Task)) {
    const lab::Item old = *item;
    stage.world.remove(ann, item->number, stage.clock.now());
    stage.world.add(ann, lab::IdKind::Task, list.number, old.fields, stage.clock.now());
  }
  stage.advance(std::chrono::hours(1));  // the list of lists is read again
  stage.settle();
  EXPECT_EQ(shared(stage, ann), before);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Task).size(), 2U);
}

// A copy is not the item come back: its original is still there.
TEST_F(NewIds, ACopyOfAnItemThatIsStillThereIsAnItemOfItsOwn_F24) {
  fill();
  const lab::Item old = *stage.items(ann, lab::IdKind::Task).front();
  stage.world.add(ann, lab::IdKind::Task, old.container, old.fields, stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).size(), 3U);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Task).size(), 3U);
}

// The owner deletes the folder that the CRM's contacts are put into. Nobody in the CRM is deleted, the folder
// is not made again for what he threw away, and the next person of the CRM has a place.
TEST_F(NewIds, AFolderOfOursThatIsDeletedStopsNothing_F66) {
  const auto person = [&](const std::string& name) {
    return stage.create(
        ann, sync::Kind::Contact,
        {{"given_name", '"' + name + '"'}, {"emails", R"([")" + name + R"(@side.example"])"}});
  };
  for (const char* name : {"ada", "bea", "cyd"}) person(name);
  stage.settle();
  ASSERT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 3U);
  stage.world.remove_container(ann, stage.items(ann, lab::IdKind::Contact).front()->container,
                               stage.clock.now());
  ASSERT_TRUE(stage.items(ann, lab::IdKind::Contact).empty());
  stage.settle();
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).size(), 3U);
  EXPECT_TRUE(stage.items(ann, lab::IdKind::Contact).empty());
  person("dot");
  stage.settle();
  ASSERT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 1U);
  EXPECT_EQ(text_of(*stage.items(ann, lab::IdKind::Contact).front(), "givenName"), "dot");
  stage.advance(std::chrono::hours(2));
  EXPECT_TRUE(stage.good_pass(ann).empty());
}

// Keys of stored emails as an older version wrote them: what is linked is not imported again.
TEST_F(NewIds, KeysOfAnOlderVersionImportNothingAgain_F16) {
  for (int i = 0; i < 20; ++i) stage.add_email(ann, "mail " + std::to_string(i), true);
  stage.settle();
  stage.write([](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(tx.query("UPDATE crm_email SET identity = 'older:' || identity"));
    TRY_VOID(tx.query("UPDATE link SET hash = 'older:' || hash"));
    return {};
  });
  stage.front.forget_delta_tokens(stage.clock.now());
  stage.settle();
  for (auto* mail : stage.items(ann, lab::IdKind::Message)) stage.edit(ann, *mail, "isRead", true);
  stage.settle();
  EXPECT_EQ(stage.count(kEmails), 20);
  EXPECT_EQ(stage.count("SELECT count(*) FROM link"), 20);
}

}  // namespace
}  // namespace mailsync::scenario
