// People made from emails: where they work is known by their domain, and never by a free-mail domain.
#include "crm/builtin/records.h"
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

void add_organisation(Stage& stage, const lab::Mailbox& as, const std::string& name,
                      const std::string& domain) {
  const sync::Mailbox& row = stage.connected(as);
  stage.write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(
        crm::insert_record(tx, {row.account, row.user, crm::Via::User, stage.clock.now()},
                           {.type = crm::RecordType::Organisation,
                            .fields = {{"name", "\"" + name + "\""}, {"domains", "[\"" + domain + "\"]"}},
                            .owner = row.user}));
    return {};
  });
}

TEST(People, MadeFromAnEmailTheyWorkWhereTheirDomainSays_F111) {
  Stage stage;
  sync::Profile profile;
  profile.no_match = sync::NoMatch::CreatePerson;
  auto& ann = stage.connect("ann@ours.example", "Ann", profile);
  add_organisation(stage, ann, "Acme", "acme.example");
  add_organisation(stage, ann, "Free For All", "gmail.com");
  add_organisation(stage, ann, "Twin A", "twin.example");
  add_organisation(stage, ann, "Twin B", "twin.example");
  stage.add_email(ann, "one", true, "inbox", "joe@acme.example");
  stage.add_email(ann, "two", true, "inbox", "zoe@mail.acme.example");
  stage.add_email(ann, "three", true, "inbox", "max@gmail.com");
  stage.add_email(ann, "four", true, "inbox", "amy@twin.example");
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_contact"), 4);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_contact c JOIN crm_record r ON r.id = c.organisation_id "
                        "WHERE r.title = 'Acme' AND c.company = 'Acme'"),
            2);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_contact WHERE organisation_id <> 0"), 2);
}

}  // namespace
}  // namespace mailsync::scenario
