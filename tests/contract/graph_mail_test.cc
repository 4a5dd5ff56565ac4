// Emails of a Microsoft 365 mailbox: our client against the lab.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/contract/graph_fixture.h"

namespace mailsync::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class GraphMail : public GraphFixture {};
class GraphMailPages : public GraphFixture, public testing::WithParamInterface<size_t> {};

TEST_P(GraphMailPages, AWholeListingThenOneRequestPerQuietPass) {
  world.faults.page_max = GetParam();
  world.faults.repeat_entities = true;
  world.faults.empty_first_page = true;
  for (int i = 0; i < 205; ++i) add_message("inbox", "m" + std::to_string(i));
  add_message("inbox", "unsent", {{"isDraft", true}});
  const auto inbox = collection(Kind::Email, "Inbox");
  Cursor cursor;
  const Round first = round(inbox, cursor);
  EXPECT_EQ(first.present().size(), 205u);
  EXPECT_TRUE(first.complete);
  EXPECT_GE(first.pages, 206 / GetParam());
  for (const auto& [id, item] : first.present()) {
    EXPECT_EQ(item.container, inbox.id);
    EXPECT_FALSE(item.head->is_draft);
    EXPECT_FALSE(item.version.value.empty());
  }
  const uint64_t before = world.counters.requests;
  const Round quiet = round(inbox, cursor);
  EXPECT_THAT(quiet.changes, IsEmpty());
  EXPECT_FALSE(quiet.complete);
  world.faults.empty_first_page = false;
  EXPECT_LE(world.counters.requests - before, 2u);
  const uint64_t between = world.counters.requests;
  round(inbox, cursor);
  EXPECT_EQ(world.counters.requests - between, 1u);
}
INSTANTIATE_TEST_SUITE_P(Grants, GraphMailPages, testing::Values(10, 100));

// F23
TEST_F(GraphMail, OnlyInboxSentAndWhatIsBelowThem) {
  auto& below =
      world.add_container(ada, lab::ContainerKind::MailFolder, "Projects", ada.well_known("inbox")->number);
  world.add_container(ada, lab::ContainerKind::MailFolder, "Deep", below.number);
  world.add_container(ada, lab::ContainerKind::MailFolder, "Private", ada.well_known("inbox")->number);
  world.add_container(ada, lab::ContainerKind::MailFolder, "Elsewhere");
  profile.excluded_folders = {"Private"};
  std::vector<std::string> names;
  for (const auto& one : collections(Kind::Email)) names.push_back(one.name);
  EXPECT_THAT(names, UnorderedElementsAre("Inbox", "Inbox/Projects", "Inbox/Projects/Deep", "Sent Items"));
}

// F68, F70
TEST_F(GraphMail, AMoveIsRemovedHereAndPresentThereUnderOneId) {
  auto& item = add_message("inbox", "moving");
  const auto inbox = collection(Kind::Email, "Inbox"), sent = collection(Kind::Email, "Sent Items");
  Cursor a, b;
  round(inbox, a);
  round(sent, b);
  world.move(ada, item, ada.well_known("sentitems")->number, clock.now());
  EXPECT_THAT(round(inbox, a).removed(), ElementsAre(id(item)));
  const auto there = round(sent, b).present();
  ASSERT_TRUE(there.contains(id(item)));
  EXPECT_EQ(there.at(id(item)).container, sent.id);
}

// F70
TEST_F(GraphMail, DeletedItemsAreToldApartFromWhatIsGone) {
  auto& kept = add_message("inbox", "kept");
  auto& binned = add_message("inbox", "binned");
  auto& gone = add_message("inbox", "gone");
  auto& bin_below =
      world.add_container(ada, lab::ContainerKind::MailFolder, "Old", ada.well_known("deleteditems")->number);
  world.move(ada, binned, bin_below.number, clock.now());
  const std::vector<RemoteId> ids{{id(kept)}, {id(binned)}, {id(gone)}, {"nonsense"}};
  world.remove(ada, gone.number, clock.now());
  const auto items = run(replica().fetch(Kind::Email, ids));
  ASSERT_EQ(items.size(), 4u);
  EXPECT_FALSE(items[0]->in_deleted_items);
  EXPECT_TRUE(items[1]->in_deleted_items);
  EXPECT_EQ(items[2].error().kind, ErrorKind::Gone);
  EXPECT_EQ(items[3].error().kind, ErrorKind::Gone);
}

// F42, F43, F44
TEST_F(GraphMail, ALostPlaceIsSaidSoInEveryForm) {
  const auto inbox = collection(Kind::Email, "Inbox");
  for (const auto mode :
       {lab::TokenGone::Bare410, lab::TokenGone::Gone410Location, lab::TokenGone::BadRequest400}) {
    world.faults.token_gone = mode;
    Cursor cursor;
    round(inbox, cursor);
    clock.advance(std::chrono::seconds(1));
    front.forget_delta_tokens(clock.now());
    const auto page = run(replica().changes(inbox, cursor));
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().kind, ErrorKind::CursorLost);
    Cursor again;
    EXPECT_TRUE(round(inbox, again).complete);
  }
}

// S24
TEST_F(GraphMail, ACursorOrLinkToAnotherHostIsNotFollowed) {
  const auto inbox = collection(Kind::Email, "Inbox");
  const auto page = run(replica().changes(inbox, Cursor{"f - https://evil.example/v1.0/delta"}));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().kind, ErrorKind::CursorLost);
  http.script({.what = lab::ScriptedFault::What::Status,
               .match = "messages/delta",
               .status = 200,
               .body = R"({"value":[],"@odata.nextLink":"https://evil.example/v1.0/n"})"});
  const auto first = run(replica().changes(inbox, Cursor{}));
  ASSERT_TRUE(first);
  EXPECT_FALSE(run(replica().changes(inbox, first->next)));
  const auto direct = run(new_client()->messages_delta("inbox", "https://evil.example/v1.0/n"));
  ASSERT_FALSE(direct);
  EXPECT_EQ(direct.error().vendor_code, "ForeignLink");
}

// F123, F129
TEST_F(GraphMail, OfABatchOnlyWhatWasRefusedIsAskedAgain) {
  world.faults.batch_concurrency = 4;
  std::vector<RemoteId> ids;
  for (int i = 0; i < 25; ++i) ids.push_back({id(add_message("inbox", "b" + std::to_string(i)))});
  ids.insert(ids.begin() + 3, RemoteId{"nonsense"});
  const auto emails = run(replica().fetch_emails(ids));
  ASSERT_EQ(emails.size(), ids.size());
  for (size_t i = 0; i < emails.size(); ++i) {
    if (i == 3) {
      EXPECT_EQ(emails[i].error().kind, ErrorKind::Gone);
      continue;
    }
    ASSERT_TRUE(emails[i]) << i << ": " << emails[i].error().message;
    EXPECT_EQ(emails[i]->text, "Body of b" + std::to_string(i < 3 ? i : i - 1));
  }
}

TEST_F(GraphMail, BodiesAndAttachmentsWithTheirBytes) {
  auto& item = add_message(
      "inbox", "with",
      {{"body", json::object{{"contentType", "html"}, {"content", "<p>See <img src=\"cid:pic@1\"></p>"}}}});
  const auto attach = [&](std::string name, std::string type, std::string cid, std::string bytes) {
    item.attachments.push_back({.number = world.new_number(),
                                .fields = {{"@odata.type", "#microsoft.graph.fileAttachment"},
                                           {"name", name},
                                           {"contentType", type},
                                           {"isInline", false},
                                           {"contentId", cid}},
                                .bytes = std::make_shared<std::string>(bytes)});
  };
  attach("pic.png", "image/png", "pic@1", "PNG");
  attach("doc.txt", "text/plain", "", "some text");
  const auto emails = run(replica().fetch_emails({{id(item)}}));
  ASSERT_TRUE(emails.at(0)) << emails[0].error().message;
  ASSERT_EQ(emails[0]->attachments.size(), 2u);
  EXPECT_TRUE(emails[0]->attachments[0].is_inline);
  EXPECT_FALSE(emails[0]->attachments[1].is_inline);
  EXPECT_EQ(emails[0]->attachments[1].size, 9);
  auto stream = run(replica().open_blob({id(item)}, emails[0]->attachments[1].remote_id));
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_EQ(run((*stream)->next()).value_or("?"), "some text");
  auto whole = run(replica().open_blob({id(item)}, ""));
  ASSERT_TRUE(whole);
  EXPECT_THAT(run((*whole)->next()).value_or("?"), testing::HasSubstr("Subject: with"));
}

// F38
TEST_F(GraphMail, TheMarkIsPutOnAndTakenOffBesideOtherCategories) {
  auto& item = add_message("inbox", "marked", {{"categories", json::array{"Red"}}});
  ASSERT_TRUE(run(replica().set_mark(Kind::Email, {id(item)}, true)));
  EXPECT_EQ(item.fields.at("categories"), (json::array{"Red", "CRM"}));
  const auto version = run(replica().set_mark(Kind::Email, {id(item)}, true));
  EXPECT_EQ(run(replica().fetch(Kind::Email, {{id(item)}})).at(0)->version, *version);
  EXPECT_TRUE(run(replica().fetch(Kind::Email, {{id(item)}})).at(0)->marked);
  ASSERT_TRUE(run(replica().set_mark(Kind::Email, {id(item)}, false)));
  EXPECT_EQ(item.fields.at("categories"), (json::array{"Red"}));
  EXPECT_EQ(std::ranges::count_if(ada.categories,
                                  [](const json::value& one) { return one.at("displayName") == "CRM"; }),
            1);
}

// F122, F124
TEST_F(GraphMail, ThrottlingIsWaitedOutAndALongPauseIsReported) {
  const auto inbox = collection(Kind::Email, "Inbox");
  world.faults.planned = {{.match = "messages/delta",
                           .status = 429,
                           .code = "ApplicationThrottled",
                           .retry_after = std::chrono::seconds(7),
                           .times = 2}};
  const Instant before = clock.now();
  EXPECT_TRUE(run(replica().changes(inbox, Cursor{})));
  EXPECT_GE(clock.now() - before, std::chrono::seconds(14));
  world.faults.planned = {{.match = "messages/delta",
                           .status = 429,
                           .code = "ApplicationThrottled",
                           .retry_after = std::chrono::minutes(5),
                           .times = 1}};
  const auto page = run(replica().changes(inbox, Cursor{}));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().kind, ErrorKind::Throttled);
  EXPECT_EQ(page.error().retry_after, std::chrono::minutes(5));
}

// F134, F64
TEST_F(GraphMail, AMailboxThatIsOffOrAFolderThatIsGoneIsNamed) {
  const auto inbox = collection(Kind::Email, "Inbox");
  EXPECT_EQ(run(replica().changes({Kind::Email, "nonsense", "x"}, Cursor{})).error().kind, ErrorKind::Gone);
  ada.user.mailbox_enabled = false;
  EXPECT_EQ(run(replica().changes(inbox, Cursor{})).error().kind, ErrorKind::SwitchedOff);
  forget_replica();
  EXPECT_EQ(run(replica().collections()).error().kind, ErrorKind::SwitchedOff);
}

TEST_F(GraphMail, NothingIsReachedWithoutAToken) {
  tokens.revoke_app("app-1");
  EXPECT_EQ(run(replica().collections()).error().kind, ErrorKind::LoginNeeded);
}

}  // namespace
}  // namespace mailsync::tests
