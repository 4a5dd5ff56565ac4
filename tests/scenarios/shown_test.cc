// What others see of captured mail: the profile decides, its owner may narrow it, nobody widens it.
#include "crm/builtin/email_reads.h"
#include "crm/builtin/emails.h"
#include "crm/builtin/lists.h"
#include "crm/builtin/timeline.h"
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

struct Sight {
  int64_t listed = 0, found = 0, in_timeline = 0;
  bool whole = false, has_body = false, has_preview = false;
};

// Ann captures an email from Carl; Bob may see everything that is not kept from him.
struct Office {
  Stage stage;
  lab::Mailbox& ann;
  lab::Mailbox& bob;
  sync::CrmRecord carl;

  explicit Office(sync::Shown shown)
      : ann(stage.connect("ann@ours.example", "Ann",
                          [&] {
                            sync::Profile profile;
                            profile.emails_shown = shown;
                            return profile;
                          }())),
        bob(stage.connect("bob@ours.example", "Bob")) {
    model::Contact contact;
    contact.family_name = "Card";
    contact.emails = std::vector<std::string>{"carl@side.example"};
    carl = stage.create(bob, sync::Kind::Contact, model::fields_of(contact));
    stage.add_email(ann, "offer", true, "inbox", "carl@side.example");
    stage.settle();
    EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 1);
  }

  RecordId email() { return {stage.count("SELECT id FROM crm_email")}; }

  Sight seen_by(const lab::Mailbox& who) {
    Sight out;
    const sync::Mailbox& row = stage.connected(who);
    const RecordId id = email();
    const auto read = stage.database->read([&](db::Session& session) -> Result<void> {
      TRY(const crm::Rights rights, crm::rights_of(session, {.account = row.account, .user = row.user}));
      crm::ListQuery query{.type = crm::RecordType::Email};
      TRY(const auto all, crm::list_records(session, row.account, rights, query, stage.clock.now()));
      out.listed = static_cast<int64_t>(all.ids.size());
      query.words = "offer";
      TRY(const auto found, crm::list_records(session, row.account, rights, query, stage.clock.now()));
      out.found = static_cast<int64_t>(found.ids.size());
      TRY(const auto around,
          crm::timeline(session, row.account, rights,
                        {.record = carl.id, .type = crm::RecordType::Person, .kind = "email", .cursor = ""}));
      out.in_timeline = static_cast<int64_t>(around.entries.size());
      const auto detail = crm::email_detail(session, row.account, rights, id);
      if (!detail) return {};
      out.whole = detail->summary.whole;
      out.has_body = !detail->text.empty() || !detail->html.empty();
      out.has_preview = !detail->summary.preview.empty();
      return {};
    });
    EXPECT_TRUE(read) << read.error().message;
    return out;
  }

  Result<void> narrow(const lab::Mailbox& who, sync::Shown shown) {
    const sync::Mailbox& row = stage.connected(who);
    const RecordId id = email();
    return stage.database->write(db::Durability::Normal, [&](db::SqlTransaction& tx) {
      return crm::narrow_copy(tx, row.account, row.user, id, shown);
    });
  }
};

void expect(const Sight& sight, int64_t listed, bool whole) {
  EXPECT_EQ(sight.listed, listed);
  EXPECT_EQ(sight.found, listed);
  EXPECT_EQ(sight.in_timeline, listed);
  EXPECT_EQ(sight.whole, whole);
  EXPECT_EQ(sight.has_body, whole);
}

TEST(Shown, AllOfIt) {
  Office office(sync::Shown::All);
  expect(office.seen_by(office.ann), 1, true);
  expect(office.seen_by(office.bob), 1, true);
}

TEST(Shown, SubjectAndPeopleOnly) {
  Office office(sync::Shown::Head);
  expect(office.seen_by(office.ann), 1, true);
  expect(office.seen_by(office.bob), 1, false);
  EXPECT_FALSE(office.seen_by(office.bob).has_preview);
}

TEST(Shown, ItsOwnerAlone) {
  Office office(sync::Shown::Owner);
  expect(office.seen_by(office.ann), 1, true);
  expect(office.seen_by(office.bob), 0, false);
}

TEST(Shown, ACopyIsNarrowedByItsOwnerAndNeverWidened) {
  Office office(sync::Shown::All);
  ASSERT_TRUE(office.narrow(office.ann, sync::Shown::Owner));
  expect(office.seen_by(office.bob), 0, false);
  expect(office.seen_by(office.ann), 1, true);
  const auto wider = office.narrow(office.ann, sync::Shown::Head);
  ASSERT_FALSE(wider);
  EXPECT_EQ(wider.error().kind, ErrorKind::Forbidden);
  const auto not_his = office.narrow(office.bob, sync::Shown::Owner);
  ASSERT_FALSE(not_his);
  EXPECT_EQ(not_his.error().kind, ErrorKind::Gone);
}

TEST(Shown, TheMostOpenCopyCounts) {
  Office office(sync::Shown::Owner);
  auto& carol = office.stage.connect("carol@ours.example", "Carol", [] {
    sync::Profile profile;
    profile.emails_shown = sync::Shown::Head;
    return profile;
  }());
  lab::Item& copy = office.stage.add_email(carol, "offer", true, "inbox", "carl@side.example");
  copy.fields = office.stage.items(office.ann, lab::IdKind::Message).front()->fields;  // the same email
  office.stage.settle();
  ASSERT_EQ(office.stage.count("SELECT count(*) FROM crm_email"), 1);
  ASSERT_EQ(office.stage.count("SELECT count(*) FROM crm_email_copy"), 2);
  expect(office.seen_by(office.bob), 1, false);
  ASSERT_TRUE(office.narrow(carol, sync::Shown::Owner));
  expect(office.seen_by(office.bob), 0, false);
}

}  // namespace
}  // namespace mailsync::scenario
