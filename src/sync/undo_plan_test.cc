// What is taken back mails nobody, and stays out until it is marked again.
#include "sync/undo_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/fields.h"

namespace mailsync::sync {
namespace {

using ::testing::HasSubstr;

Fields meeting() {
  return {{"subject", R"("Review")"},
          {"attendees", R"([{"address":"ann@else.example","name":"Ann","response":"none"}])"}};
}

UndoFacts facts() {
  const Capabilities both{.readable = true, .writable = true, .fields = {"attendees", "subject"}};
  return {.mailbox = MailboxId{1}, .in_mailbox = both, .in_crm = both, .now = Instant{1}};
}

Link pair() {
  return {.id = LinkId{5}, .kind = Kind::Meeting, .remote_id = RemoteId{"event"}, .record = RecordId{7}};
}

TEST(UndoPlan, ADeletedMeetingComesBackWithoutThoseWhomTheServerWouldMail) {
  UndoGroup group{.kind = Kind::Meeting, .remote_id = RemoteId{"event"}};
  group.mailbox = {.touched = true, .exists_after = false, .before = meeting()};
  const UndoStep step = plan_undo(group, facts());
  ASSERT_TRUE(step.remote);
  EXPECT_EQ(step.remote->op, RemoteWrite::Op::Create);
  EXPECT_FALSE(step.remote->may_mail_others);
  EXPECT_FALSE(step.remote->fields.contains("attendees"));
  ASSERT_EQ(step.notes.size(), 1u);
  EXPECT_THAT(step.notes[0], HasSubstr("without its 1 attendee"));
}

TEST(UndoPlan, WhereTheServerCanBeSilentItComesBackWhole) {
  UndoGroup group{.kind = Kind::Meeting, .remote_id = RemoteId{"event"}};
  group.mailbox = {.touched = true, .exists_after = false, .before = meeting()};
  UndoFacts silent = facts();
  silent.in_mailbox.silent_writes = true;
  const UndoStep step = plan_undo(group, silent);
  ASSERT_TRUE(step.remote);
  EXPECT_TRUE(step.remote->fields.contains("attendees"));
  EXPECT_TRUE(step.notes.empty());
}

TEST(UndoPlan, AnEventWhoseAttendeesWouldBeMailedStaysAndIsNamed) {
  for (const bool created : {true, false}) {
    UndoGroup group{.kind = Kind::Meeting, .record = RecordId{7}, .remote_id = RemoteId{"event"}};
    group.mailbox = {.touched = true,
                     .existed_before = !created,
                     .before = created ? Fields{} : Fields{{"subject", R"("Old")"}},
                     .after = created ? meeting() : Fields{{"subject", R"("Review")"}}};
    UndoFacts now = facts();
    now.item = RemoteItem{.kind = Kind::Meeting, .id = RemoteId{"event"}, .fields = meeting()};
    now.item->others_would_be_mailed = true;
    now.link = pair();
    const UndoStep step = plan_undo(group, now);
    EXPECT_FALSE(step.remote) << created;
    ASSERT_FALSE(step.notes.empty());
    EXPECT_THAT(step.notes[0], HasSubstr("would mail its attendees"));
  }
}

TEST(UndoPlan, WhatWasMadeStaysOutUntilItIsMarkedAgain) {
  UndoGroup group{
      .kind = Kind::Meeting, .record = RecordId{7}, .remote_id = RemoteId{"event"}, .linked = true};
  group.crm = {.touched = true, .existed_before = false, .after = {{"subject", R"("Review")"}}};
  UndoFacts now = facts();
  now.link = pair();
  now.record = CrmRecord{
      .kind = Kind::Meeting, .id = RecordId{7}, .fields = {{"subject", R"("Review")"}}, .may_delete = true};
  const UndoStep step = plan_undo(group, now);
  ASSERT_TRUE(step.link);
  EXPECT_EQ(step.link->state, LinkState::Tombstone);
}

}  // namespace
}  // namespace mailsync::sync
