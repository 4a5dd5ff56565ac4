#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

model::Fields person(const std::string& given, const std::string& family, const std::string& address) {
  model::Contact contact;
  contact.given_name = given;
  contact.family_name = family;
  contact.emails = std::vector<std::string>{address};
  return model::fields_of(contact);
}

TEST(Contacts, GoBothWaysAndEditsFollow) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  const auto dora = stage.create(ann, sync::Kind::Contact, person("Dora", "Down", "dora@side.example"));
  stage.settle();
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).size(), 2U);
  ASSERT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 2U);

  stage.edit(ann, card, "companyName", "Card & Co");
  stage.update(ann, dora, {{"job_title", R"("Boss")"}});
  const uint64_t writes = stage.world.counters.writes;
  stage.settle();
  EXPECT_EQ(stage.world.counters.writes, writes + 1);  // exactly one write for one edit
  bool boss = false;
  for (auto* item : stage.items(ann, lab::IdKind::Contact))
    if (const auto* title = item->fields.if_contains("jobTitle"))
      boss |= title->is_string() && title->get_string() == "Boss";
  EXPECT_TRUE(boss);
  bool company = false;
  for (const auto& record : stage.records(ann, sync::Kind::Contact)) {
    const auto at = record.fields.find("company");
    company |= at != record.fields.end() && at->second == R"("Card & Co")";
  }
  EXPECT_TRUE(company);
}

TEST(Contacts, FirstMatchLinksTheSamePersonAndFillsBlanks) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.create(ann, sync::Kind::Contact,
               model::overlaid(person("Carl", "Card", "carl@side.example"), {{"company", R"("Card")"}}));
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.settle();
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).size(), 1U);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 1U);
  EXPECT_EQ(card.fields.at("companyName"), "Card");
}

TEST(Contacts, ADeletedContactLeavesThePerson) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.settle();
  stage.remove(ann, card);
  stage.settle();
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).size(), 1U);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 0U);
}

TEST(Contacts, ADeletedPersonTakesOurCopyAndLeavesTheUsersOwn) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.create(ann, sync::Kind::Contact, person("Dora", "Down", "dora@side.example"));
  stage.settle();
  ASSERT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 2U);
  for (const auto& record : stage.records(ann, sync::Kind::Contact)) stage.erase(ann, record);
  stage.settle();
  ASSERT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 1U);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Contact).front()->fields.at("givenName"), "Carl");
}

TEST(Contacts, BothSidesEditedMergesByField) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.settle();
  const auto record = stage.records(ann, sync::Kind::Contact).front();
  stage.edit(ann, card, "jobTitle", "Clerk");
  stage.update(ann, record, {{"company", R"("Acme")"}});
  stage.settle();
  const auto after = stage.records(ann, sync::Kind::Contact).front();
  EXPECT_EQ(after.fields.at("job_title"), R"("Clerk")");
  EXPECT_EQ(after.fields.at("company"), R"("Acme")");
  EXPECT_EQ(card.fields.at("companyName"), "Acme");
}

}  // namespace
}  // namespace mailsync::scenario
