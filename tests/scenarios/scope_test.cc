// Leaving the scope is no deletion, whichever side it is left on, and a changed profile is a sweep that a
// crash does not lose.
#include "crm/builtin/views.h"
#include "lab/meetings.h"
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

model::Fields person(const std::string& family, const std::string& company) {
  model::Contact contact;
  contact.given_name = "Given";
  contact.family_name = family;
  contact.company = company;
  contact.emails = std::vector<std::string>{family + "@side.example"};
  return model::fields_of(contact);
}

int64_t links(Stage& stage, sync::LinkState state) {
  return stage.count("SELECT count(*) FROM link WHERE state = " + std::to_string(static_cast<int>(state)));
}

TEST(Scope, AFolderThatIsNotFollowedAnyMoreFreezesItsContactsAndDeletesNothing) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& folder = stage.world.add_container(ann, lab::ContainerKind::ContactFolder, "Customers");
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.world.move(ann, card, folder.number, stage.clock.now());
  stage.settle();
  ASSERT_EQ(stage.records(ann, sync::Kind::Contact).size(), 1U);
  sync::Profile profile;
  profile.excluded_contact_folders = {"Customers"};
  stage.set_profile(ann, profile);
  stage.settle();
  EXPECT_EQ(links(stage, sync::LinkState::Frozen), 1);
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).size(), 1U);
  stage.edit(ann, card, "jobTitle", "Boss");
  stage.settle();
  EXPECT_FALSE(stage.records(ann, sync::Kind::Contact).front().fields.contains("job_title") &&
               stage.records(ann, sync::Kind::Contact).front().fields.at("job_title") == R"("Boss")");

  stage.set_profile(ann, {});  // followed again: listed from the start, the same link goes on
  stage.settle();
  EXPECT_EQ(links(stage, sync::LinkState::Active), 1);
  ASSERT_EQ(stage.records(ann, sync::Kind::Contact).size(), 1U);
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).front().fields.at("job_title"), R"("Boss")");
}

TEST(Scope, AnItemMovedToAnExcludedFolderLeavesWithItsLastEdit) {
  Stage stage;
  sync::Profile profile;
  profile.excluded_contact_folders = {"Private"};
  auto& ann = stage.connect("ann@ours.example", "Ann", profile);
  auto& folder = stage.world.add_container(ann, lab::ContainerKind::ContactFolder, "Private");
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.settle();
  stage.edit(ann, card, "jobTitle", "Friend");
  stage.world.move(ann, card, folder.number, stage.clock.now());
  stage.settle();
  EXPECT_EQ(links(stage, sync::LinkState::Frozen), 1);
  const auto record = stage.records(ann, sync::Kind::Contact).front();
  EXPECT_EQ(record.fields.at("job_title"), R"("Friend")");
  const uint64_t writes = stage.world.counters.writes;
  stage.update(ann, record, {{"company", R"("Acme")"}});
  stage.settle();
  EXPECT_EQ(stage.world.counters.writes, writes);
}

TEST(Scope, AMeetingMovedBeyondTheWindowIsTakenOverAndThenLeftAlone) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  const auto at = [](const char* local) {
    return json::object{{"dateTime", local}, {"timeZone", "Europe/London"}};
  };
  auto& meeting = lab::create_event(stage.world, ann, ann.well_known("calendar")->number,
                                    {{"subject", "someday"},
                                     {"start", at("2026-11-25T12:00:00")},
                                     {"end", at("2026-11-25T13:00:00")},
                                     {"categories", json::array{"CRM"}}},
                                    stage.clock.now());
  stage.settle();
  lab::patch_event(stage.world, ann, meeting, {},
                   {{"start", at("2031-11-25T12:00:00")}, {"end", at("2031-11-25T13:00:00")}},
                   stage.clock.now());
  stage.settle();
  ASSERT_EQ(stage.count("SELECT count(*) FROM crm_record WHERE type = 'meeting' AND deleted = 0"), 1);
  EXPECT_EQ(
      stage.count("SELECT count(*) FROM crm_record WHERE type = 'meeting' AND fields LIKE '%2031-11-25%'"),
      1);
  EXPECT_EQ(links(stage, sync::LinkState::Frozen), 1);
  lab::patch_event(stage.world, ann, meeting, {},
                   {{"start", at("2026-11-27T12:00:00")}, {"end", at("2026-11-27T13:00:00")}},
                   stage.clock.now());
  stage.settle();
  EXPECT_EQ(links(stage, sync::LinkState::Active), 1);
}

TEST(Scope, IncludedFoldersAreReadAndDraftsAndJunkNever) {
  Stage stage;
  sync::Profile profile;
  profile.included_folders = {"Inbox", "Projects/Acme", "Drafts", "Junk Email"};
  auto& ann = stage.connect("ann@ours.example", "Ann", profile);
  auto& projects = stage.world.add_container(ann, lab::ContainerKind::MailFolder, "Projects");
  auto& acme = stage.world.add_container(ann, lab::ContainerKind::MailFolder, "Acme", projects.number);
  auto& deep = stage.world.add_container(ann, lab::ContainerKind::MailFolder, "Deep", acme.number);
  for (const char* folder : {"inbox", "sentitems", "junkemail"}) stage.add_email(ann, folder, true, folder);
  const auto put = [&](const char* subject, const lab::Container& folder) {
    stage.world.move(ann, stage.add_email(ann, subject, true), folder.number, stage.clock.now());
  };
  put("in projects", projects);
  put("in acme", acme);
  put("deep in acme", deep);
  stage.settle();
  EXPECT_EQ(
      stage.count("SELECT count(*) FROM crm_email WHERE subject IN ('inbox', 'in acme', 'deep in acme')"), 3);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 3);
}

// A wider capture reads the folders once more, goes on after a crash at any commit, and is quiet afterwards.
TEST(Scope, AChangedProfileIsASweepThatACrashDoesNotLose) {
  sync::Profile wide;
  wide.capture_emails = sync::Capture::AnyExternal;
  int64_t commits = 0;
  for (int64_t dies_at = 0; dies_at <= commits; ++dies_at) {
    Stage stage;
    stage.world.faults.page_max = 10;
    auto& ann = stage.connect("ann@ours.example", "Ann");
    for (int i = 0; i < 25; ++i) stage.add_email(ann, "mail " + std::to_string(i), false);
    stage.settle();
    ASSERT_EQ(stage.count("SELECT count(*) FROM crm_email"), 0);
    stage.set_profile(ann, wide);
    stage.disk.commits = 0;
    if (dies_at > 0) stage.die_at_commit(dies_at, true);
    (void)stage.pass(ann);
    if (dies_at == 0) commits = stage.disk.commits;
    stage.disk.armed.clear();
    stage.advance(std::chrono::minutes(11));
    stage.settle();
    EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 25) << "died at commit " << dies_at;
    EXPECT_EQ(stage.count("SELECT count(*) FROM sync_cursor WHERE collection LIKE 'sweep:%'"), 0);
  }
  EXPECT_GE(commits, 4);
}

// ---- the CRM's side ----

TEST(Scope, AViewThatLetsGoTakesUneditedCopiesAndKeepsEditedOnesWithAnIssue) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& bob = stage.connect("bob@ours.example", "Bob");
  const sync::Mailbox& row = stage.connected(bob);
  const sync::Viewer viewer{.account = row.account, .user = row.user};
  for (const char* name : {"One", "Two", "Three"})
    stage.create(ann, sync::Kind::Contact, person(name, "Acme"));
  crm::View view{.type = crm::RecordType::Person, .name = std::string(crm::kSyncViewName)};
  view.definition.filters = {{"company", "eq", "Acme"}};
  stage.write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(view, crm::add_view(tx, viewer, view, stage.clock.now()));
    return {};
  });
  stage.settle();
  ASSERT_EQ(stage.items(bob, lab::IdKind::Contact).size(), 3U);
  stage.edit(bob, *stage.items(bob, lab::IdKind::Contact).front(), "jobTitle", "edited by Bob");
  view.definition.filters = {{"company", "eq", "Nobody"}};
  stage.write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(view, crm::update_view(tx, viewer, view, stage.clock.now()));
    return {};
  });
  stage.settle();
  EXPECT_EQ(stage.items(bob, lab::IdKind::Contact).size(), 1U);
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue WHERE key LIKE 'reassigned:%'"), 1);
  EXPECT_EQ(links(stage, sync::LinkState::Frozen), 1);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_record WHERE type = 'person' AND deleted = 0"), 3);

  view.definition.filters = {{"company", "eq", "Acme"}};
  stage.write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(view, crm::update_view(tx, viewer, view, stage.clock.now()));
    return {};
  });
  stage.settle();
  EXPECT_EQ(stage.items(bob, lab::IdKind::Contact).size(), 3U);  // wanted again: they are back
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_record WHERE fields LIKE '%edited by Bob%'"), 1);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_record WHERE type = 'person' AND deleted = 0"), 3);
}

}  // namespace
}  // namespace mailsync::scenario
