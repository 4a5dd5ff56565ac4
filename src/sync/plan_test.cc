// Properties of the planner: from any three states (base, mailbox, CRM) the plan, carried out, converges;
// nothing is lost, nothing doubled, and a second plan is empty.
#include "sync/plan.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "model/contact.h"
#include "sync/guard.h"

namespace mailsync::sync {
namespace {

const model::FieldNames kFields{"company", "emails", "given_name", "job_title"};

// Both sides as a user would see them, and the link between them: the naive world that plans are carried out
// in.
struct World {
  Kind kind = Kind::Contact;
  std::optional<Fields> item;
  bool marked = true;
  bool item_gone = false;
  int64_t item_version = 1;
  std::optional<Fields> record;
  bool in_scope = true;
  int64_t record_version = 1;
  std::optional<Link> link;
  int64_t items_made = 0, records_made = 0, writes = 0;
  std::vector<Conflict> overruled;
  Profile profile;
  bool look = true;  // the mailbox's side was read

  Capabilities both() const {
    return {.readable = true, .writable = true, .precondition = Precondition::Hard, .fields = kFields};
  }

  Situation situation() const {
    Situation s{.kind = kind,
                .mailbox = {1},
                .link = link,
                .in_mailbox = both(),
                .in_crm = both(),
                .profile = profile,
                .now = {1000}};
    if (item_gone || (link && !item)) {
      s.presence = Presence::Removed;
    } else if (item && look) {
      s.presence = Presence::Present;
      s.item = RemoteItem{.kind = kind,
                          .id = {"item"},
                          .version = {std::to_string(item_version)},
                          .marked = marked,
                          .fields = *item};
    }
    if (record) {
      s.record = CrmRecord{
          .kind = kind, .id = {7}, .version = record_version, .fields = *record, .in_scope = in_scope};
    } else if (link) {
      s.record = CrmRecord{.kind = kind, .id = {7}, .version = record_version, .deleted = true};
    }
    if (!link && s.item) s.record.reset();
    return s;
  }

  // Carries the plan out; false when there was nothing to do.
  bool step() {
    const Situation s = situation();
    const Plan planned = plan(s);
    for (const Conflict& conflict : planned.conflicts) overruled.push_back(conflict);
    std::optional<RemoteItem> stored_item;
    std::optional<CrmRecord> stored_record;
    if (planned.remote) {
      ++writes;
      if (planned.remote->op == RemoteWrite::Op::Create) ++items_made;
      if (planned.remote->op == RemoteWrite::Op::Delete) {
        item.reset();
        item_gone = true;
      } else {
        item = model::overlaid(item.value_or(Fields{}), planned.remote->fields);
        if (planned.remote->op == RemoteWrite::Op::Create) {
          marked = true;
          item_gone = false;
        }
      }
      ++item_version;
      stored_item = RemoteItem{.kind = kind,
                               .id = {"item"},
                               .version = {std::to_string(item_version)},
                               .marked = marked,
                               .fields = item.value_or(Fields{})};
    }
    if (planned.crm) {
      ++writes;
      ++record_version;
      if (planned.crm->op == CrmWrite::Op::Create) ++records_made;
      if (planned.crm->op == CrmWrite::Op::Delete)
        record.reset();
      else
        record = model::overlaid(record.value_or(Fields{}), planned.crm->fields);
      stored_record = CrmRecord{.kind = kind,
                                .id = {7},
                                .version = record_version,
                                .fields = record.value_or(Fields{}),
                                .in_scope = in_scope};
    }
    if (planned.forget_link) link.reset();
    if (planned.link) {
      link = settle(planned, s, stored_item ? &*stored_item : nullptr,
                    stored_record ? &*stored_record : nullptr);
      link->id = {3};
    }
    return planned.writes() || planned.link.has_value() || planned.forget_link;
  }

  void settle_down() {
    for (int steps = 0; step(); ++steps) RC_ASSERT(steps < 6);
  }
};

rc::Gen<std::string> value() {
  return rc::gen::element<std::string>("null", R"("a")", R"("b")", R"("c")");
}
rc::Gen<std::string> list() {
  return rc::gen::element<std::string>("null", R"(["a@x"])", R"(["b@x"])", R"(["a@x","b@x"])",
                                       R"(["a@x","b@x","c@x"])");
}

Fields content() {
  return {{"company", *value()}, {"emails", *list()}, {"given_name", *value()}, {"job_title", *value()}};
}

Fields edited(Fields fields) {
  for (auto& [name, text] : fields)
    if (*rc::gen::inRange(0, 3) == 0) text = name == "emails" ? *list() : *value();
  return fields;
}

World linked_world() {
  World world;
  const Fields base = content();
  world.item = base;
  world.record = base;
  world.profile.winner = *rc::gen::element(Winner::LaterChange, Winner::Crm, Winner::Mailbox);
  world.link = Link{.id = {3},
                    .mailbox = {1},
                    .kind = Kind::Contact,
                    .remote_id = {"item"},
                    .remote_version = {"1"},
                    .record = {7},
                    .record_version = 1,
                    .made_by = *rc::gen::element(MadeBy::Mailbox, MadeBy::Crm),
                    .marked = true,
                    .base = {.mailbox = base, .crm = base}};
  return world;
}

// F35
TEST(PlanProperties, TwoEditedSidesConvergeAndEveryEditSurvivesOrIsReported) {
  EXPECT_TRUE(rc::check([] {
    World world = linked_world();
    const Base base = world.link->base;
    world.item = edited(*world.item);
    world.record = edited(*world.record);
    const Fields mailbox = *world.item, crm = *world.record;
    world.settle_down();
    RC_ASSERT(world.item.value() == world.record.value() ||
              world.item->at("emails") != world.record->at("emails"));
    for (const std::string& name : kFields) {
      if (name == "emails") continue;
      const std::string& now = world.item->at(name);
      const auto survives = [&](const std::string& text) {
        return now == text || std::ranges::any_of(world.overruled, [&](const Conflict& c) {
                 return c.field == name && c.overruled == text;
               });
      };
      if (mailbox.at(name) != base.mailbox.at(name)) RC_ASSERT(survives(mailbox.at(name)));
      if (crm.at(name) != base.crm.at(name)) RC_ASSERT(survives(crm.at(name)));
    }
    const int64_t writes = world.writes;
    RC_ASSERT(!world.step());
    RC_ASSERT(world.writes == writes);
    RC_ASSERT(world.items_made + world.records_made == 0);
  }));
}

TEST(PlanProperties, ListsMergeByWhatWasAddedAndRemoved_F37) {
  EXPECT_TRUE(rc::check([] {
    World world = linked_world();
    world.item->at("emails") = *list();
    world.record->at("emails") = *list();
    const auto set_of = [](const std::string& text) {
      const auto contact = model::contact_from({{"emails", text}});
      auto all = contact->emails.value_or({});
      return std::set<std::string>(all.begin(), all.end());
    };
    const auto base = set_of(world.link->base.mailbox.at("emails"));
    const auto mine = set_of(world.item->at("emails")), theirs = set_of(world.record->at("emails"));
    // What either side added is there, and what either side removed is not.
    std::set<std::string> expected;
    for (const auto* all : {&base, &mine, &theirs})
      for (const std::string& each : *all) {
        const bool in_both = mine.contains(each) && theirs.contains(each);
        if (in_both || (!base.contains(each) && (mine.contains(each) || theirs.contains(each))))
          expected.insert(each);
      }
    world.settle_down();
    RC_ASSERT(set_of(world.item->at("emails")) == expected);
    RC_ASSERT(set_of(world.record->at("emails")) == expected);
  }));
}

// F30
TEST(PlanProperties, ADeletionMeetsAnEdit) {
  EXPECT_TRUE(rc::check([] {
    World world = linked_world();
    const bool delete_in_crm = *rc::gen::arbitrary<bool>();
    const bool edit = *rc::gen::arbitrary<bool>();
    auto& edited_side = delete_in_crm ? world.item : world.record;
    if (edit) edited_side->at("given_name") = R"("edited")";
    (delete_in_crm ? world.record : world.item).reset();
    if (!delete_in_crm) world.item_gone = true;
    const bool survivor_is_the_makers =
        world.link->made_by == (delete_in_crm ? MadeBy::Mailbox : MadeBy::Crm);
    world.settle_down();
    if (edit && survivor_is_the_makers) {
      RC_ASSERT(world.item.has_value() && world.record.has_value());
      RC_ASSERT(world.item->at("given_name") == R"("edited")");
      RC_ASSERT(world.record->at("given_name") == R"("edited")");
    }
    // A contact's deletion never deletes the person; the person's deletion never deletes a user's own
    // contact.
    if (!delete_in_crm) RC_ASSERT(world.record.has_value());
    if (delete_in_crm && world.link->made_by == MadeBy::Mailbox) RC_ASSERT(world.item.has_value());
    RC_ASSERT(world.items_made <= 1);
    RC_ASSERT(world.records_made <= 1);
    RC_ASSERT(!world.step());
  }));
}

// F11, F112
TEST(PlanProperties, NewItemsAndRecordsAreMadeOnce) {
  EXPECT_TRUE(rc::check([] {
    World world;
    const bool from_mailbox = *rc::gen::arbitrary<bool>();
    (from_mailbox ? world.item : world.record) = content();
    world.settle_down();
    RC_ASSERT(world.item.has_value() && world.record.has_value());
    RC_ASSERT(world.items_made + world.records_made == 1);
    RC_ASSERT(!world.step());
  }));
}

TEST(PlanProperties, CategoryOffFreezesAndOnResumesTheSameLink) {
  EXPECT_TRUE(rc::check([] {
    World world = linked_world();
    world.marked = false;
    world.settle_down();
    RC_ASSERT(world.link->state == LinkState::Frozen);
    RC_ASSERT(world.writes == 0);
    world.item->at("given_name") = R"("while frozen")";
    world.settle_down();
    RC_ASSERT(world.writes == 0);
    world.marked = true;
    world.settle_down();
    RC_ASSERT(world.link->state == LinkState::Active);
    RC_ASSERT(world.record->at("given_name") == R"("while frozen")");
    RC_ASSERT(world.records_made == 0);
  }));
}

TEST(PlanProperties, AnUnseenMailboxSideIsTakenAsItsBase) {
  EXPECT_TRUE(rc::check([] {
    World world = linked_world();
    world.look = false;
    world.record = edited(*world.record);
    world.settle_down();
    RC_ASSERT(world.item->at("given_name") == world.record->at("given_name"));
    world.look = true;
    RC_ASSERT(!world.step());
  }));
}

TEST(Plan, ARewritingServerDoesNotLookLikeAnEdit_F5) {
  World world;
  world.record = Fields{{"company", R"("Acme  Ltd")"}};
  ASSERT_TRUE(world.step());
  // The server stored it its own way.
  world.link->base.mailbox["company"] = R"("Acme Ltd")";
  world.item = Fields{{"company", R"("Acme Ltd")"}};
  EXPECT_FALSE(world.step());
}

TEST(Plan, AWriteThatWouldMailOthersWaits_F86) {
  World world;
  world.kind = Kind::Meeting;
  Situation s{.kind = Kind::Meeting, .mailbox = {1}, .now = {1}};
  s.in_mailbox = s.in_crm = {.readable = true, .writable = true, .fields = {"attendees", "subject"}};
  s.record =
      CrmRecord{.kind = Kind::Meeting,
                .id = {7},
                .version = 1,
                .fields = {{"attendees",
                            R"([{"address":"a@x.example","name":"","response":"none","type":"required"}])"},
                           {"subject", R"("x")"}},
                .in_scope = true};
  const Plan waits = plan(s);
  EXPECT_FALSE(waits.remote);
  EXPECT_EQ(waits.skipped, "would_mail_others");
  ASSERT_EQ(waits.issues.size(), 1U);
  s.record->send_requested = true;
  const Plan asked = plan(s);
  ASSERT_TRUE(asked.remote);
  EXPECT_TRUE(asked.remote->may_mail_others);
}

TEST(Plan, ARefusedWriteRestoresTheMailboxsView) {
  World world;
  const Fields base{{"given_name", R"("Ann")"}};
  Situation s{.kind = Kind::Contact, .mailbox = {1}, .presence = Presence::Present, .now = {1}};
  s.in_mailbox = s.in_crm = world.both();
  s.link = Link{.id = {3},
                .mailbox = {1},
                .kind = Kind::Contact,
                .remote_id = {"item"},
                .record = {7},
                .marked = true,
                .base = {base, base}};
  s.item = RemoteItem{
      .kind = Kind::Contact, .id = {"item"}, .marked = true, .fields = {{"given_name", R"("Bob")"}}};
  s.record =
      CrmRecord{.kind = Kind::Contact, .id = {7}, .fields = base, .in_scope = true, .may_write = false};
  const Plan planned = plan(s);
  EXPECT_FALSE(planned.crm);
  ASSERT_TRUE(planned.remote);
  EXPECT_EQ(planned.remote->fields, base);
  EXPECT_EQ(planned.issues.size(), 1U);
}

TEST(Plan, AmbiguousPeopleGoToReviewAndAreNeverDoubled_F110) {
  Situation s{.kind = Kind::Contact, .mailbox = {1}, .presence = Presence::Present, .now = {1}};
  s.in_mailbox = s.in_crm = World{}.both();
  s.item = RemoteItem{
      .kind = Kind::Contact, .id = {"item"}, .marked = true, .fields = {{"given_name", R"("Ann")"}}};
  const CrmRecord ann{.kind = Kind::Contact, .id = {7}, .fields = {{"given_name", R"("Ann")"}}};
  CrmRecord bob = ann;
  bob.id = {8};
  bob.fields["given_name"] = R"("Bob")";
  s.candidates = {{.record = ann}};
  EXPECT_EQ(plan(s).link->record, RecordId{7});
  s.candidates = {{.record = bob}};
  EXPECT_EQ(plan(s).skipped, "review");
  CrmRecord other_ann = ann;
  other_ann.id = {9};
  s.candidates = {{.record = ann}, {.record = other_ann}};
  EXPECT_EQ(plan(s).skipped, "review");
}

// A contact that was edited after its person had been deleted in the CRM; `others` have his address by now.
Situation orphan(std::vector<Candidate> others) {
  const Fields base{{"given_name", R"("Ann")"}, {"job_title", R"("Clerk")"}};
  Situation s{.kind = Kind::Contact, .mailbox = {1}, .presence = Presence::Present, .now = {1}};
  s.in_mailbox = s.in_crm = World{}.both();
  s.link = Link{.id = {3}, .mailbox = {1}, .remote_id = {"item"}, .record = {7}, .base = {base, base}};
  s.item = RemoteItem{.kind = Kind::Contact,
                      .id = {"item"},
                      .marked = true,
                      .fields = model::overlaid(base, {{"job_title", R"("Boss")"}})};
  s.record =
      CrmRecord{.kind = Kind::Contact, .id = {7}, .fields = base, .deleted = true, .may_restore = true};
  s.candidates = std::move(others);
  return s;
}

Candidate named(int64_t id, const std::string& name) {
  return {.record = {.kind = Kind::Contact, .id = {id}, .fields = {{"given_name", name}}}};
}

TEST(Plan, ADeletedPersonComesBackUnlessSomebodyElseIsHimByNow) {
  const Plan back = plan(orphan({}));
  ASSERT_TRUE(back.crm && back.crm->op == CrmWrite::Op::Restore);
  EXPECT_EQ(back.crm->fields, (Fields{{"job_title", R"("Boss")"}}));
  EXPECT_EQ(back.crm->considered, std::vector<RecordId>{});

  const Plan heir = plan(orphan({named(8, R"("Ann")")}));
  ASSERT_TRUE(heir.link);
  EXPECT_EQ(heir.link->record, RecordId{8});
  EXPECT_EQ(heir.link->id, LinkId{3});
  EXPECT_FALSE(heir.forget_link);

  const Plan beside = plan(orphan({named(8, R"("Bob")")}));
  ASSERT_TRUE(beside.crm && beside.crm->op == CrmWrite::Op::Restore);
  EXPECT_EQ(beside.crm->considered, std::vector<RecordId>{{8}});
}

// The row of the item and the row of the record cannot both stay.
TEST(Plan, AnEndedLinkToTheHeirGivesItsPlace) {
  Candidate heir = named(8, R"("Ann")");
  heir.link_here = Link{.id = {4}, .remote_id = {"gone"}, .record = {8}, .state = LinkState::Dismissed};
  const Plan planned = plan(orphan({heir}));
  ASSERT_TRUE(planned.link);
  EXPECT_EQ(planned.link->id, LinkId{4});
  EXPECT_TRUE(planned.forget_link);
}

// Its series has one record; a second one under the same key would stop the mailbox.
TEST(Plan, ADeletedMeetingIsNotRestoredWhereAnotherMailboxMadeItsRecord) {
  Candidate heir = named(8, R"("Ann")");
  Situation s = orphan({});
  s.kind = s.item->kind = s.record->kind = s.link->kind = heir.record.kind = Kind::Meeting;
  s.item->series_key = s.link->series_key = heir.record.series_key = "series";
  for (const auto& [state, linked] :
       {std::pair{LinkState::Dismissed, true}, {LinkState::Tombstone, true}, {LinkState::Active, false}}) {
    heir.link_here = Link{.id = {4}, .remote_id = {"other"}, .record = {8}, .state = state};
    s.candidates = {heir};
    const Plan planned = plan(s);
    EXPECT_FALSE(planned.crm && planned.crm->op == CrmWrite::Op::Restore);
    EXPECT_EQ(planned.link.has_value(), linked) << planned.skipped;
  }
}

// F77
TEST(Guard, HoldsWhatNobodyDeletesInADay) {
  EXPECT_FALSE(is_mass_deletion(10, 0, 3));
  EXPECT_TRUE(is_mass_deletion(10, 0, 4));
  EXPECT_FALSE(is_mass_deletion(1000, 0, 50));
  EXPECT_TRUE(is_mass_deletion(1000, 20, 40));
  EXPECT_TRUE(is_mass_deletion(100'000, 0, 101));
  EXPECT_FALSE(is_mass_deletion(0, 0, 0));
}

}  // namespace
}  // namespace mailsync::sync
