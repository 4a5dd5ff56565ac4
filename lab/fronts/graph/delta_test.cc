#include "lab/fronts/graph/delta.h"

#include <gmock/gmock.h>

#include <set>

#include "lab/fronts/graph/graph_lab.h"

namespace mailsync::lab::graph {
namespace {

class Delta : public GraphLab {
 protected:
  std::string inbox() const { return of(ada) + "/mailFolders/inbox/messages/delta?$select=subject"; }
  static std::multiset<std::string> subjects(const std::vector<json::object>& rows) {
    std::multiset<std::string> out;
    for (auto& row : rows)
      out.emplace(row.contains("@removed") ? "removed" : std::string(text_of(row, "subject")));
    return out;
  }
  using Set = std::multiset<std::string>;
};

TEST_F(Delta, PagesHoldTenUnaskedAndAtMostAHundred) {
  for (int i = 0; i < 250; ++i) add_message(ada, "inbox", std::to_string(i));
  std::string link = inbox();
  EXPECT_EQ(round(link).size(), 250U);
  EXPECT_EQ(pages_read, 25U);
  pages_read = 0;
  link = inbox();
  EXPECT_EQ(round(link, {{"Prefer", "odata.maxpagesize=500"}}).size(), 250U);
  EXPECT_EQ(pages_read, 3U);
  world.faults.page_max = 10;
  pages_read = 0;
  link = inbox();
  round(link, {{"Prefer", "odata.maxpagesize=500"}});
  EXPECT_EQ(pages_read, 25U);
}

TEST_F(Delta, ChangesSinceTheTokenComeOnce) {
  Item& kept = add_message(ada, "inbox", "kept");
  Item& gone = add_message(ada, "inbox", "gone");
  std::string link = inbox();
  EXPECT_EQ(subjects(round(link)), (Set{"kept", "gone"}));
  EXPECT_TRUE(round(link).empty());
  add_message(ada, "inbox", "new");
  kept.fields["isRead"] = true;
  world.changed(ada, kept, now);
  world.remove(ada, gone.number, now);
  EXPECT_EQ(subjects(round(link)), (Set{"kept", "new", "removed"}));
  EXPECT_TRUE(round(link).empty());
}

TEST_F(Delta, AMoveOutIsARemovalThereAndAnArrivalHere_F70) {
  Item& item = add_message(ada, "inbox", "travels");
  std::string from = inbox(), to = of(ada) + "/mailFolders/archive/messages/delta";
  round(from), round(to);
  world.move(ada, item, ada.well_known("archive")->number, now);
  auto left = round(from, immutable), arrived = round(to, immutable);
  ASSERT_EQ(left.size(), 1U);
  ASSERT_EQ(arrived.size(), 1U);
  EXPECT_EQ(text_of(left[0], "id"), text_of(arrived[0], "id"));
  EXPECT_TRUE(left[0].contains("@removed"));
}

TEST_F(Delta, ATripThereAndBackMayShowAsRemovedAlone_F69) {
  Item& item = add_message(ada, "inbox", "wanders");
  std::string link = inbox();
  round(link);
  world.move(ada, item, ada.well_known("archive")->number, now);
  world.move(ada, item, ada.well_known("inbox")->number, now);
  std::string again = link;
  EXPECT_EQ(subjects(round(again)), (Set{"wanders"}));
  world.faults.lose_there_and_back = true;
  EXPECT_EQ(subjects(round(link)), (Set{"removed"}));
}

TEST_F(Delta, WhatIsRemovedBetweenPagesOfAFirstRoundIsTold) {
  Item& first = add_message(ada, "inbox", "first");
  for (int i = 0; i < 15; ++i) add_message(ada, "inbox", std::to_string(i));
  Reply page = get(inbox());
  world.remove(ada, first.number, now);
  std::string link = page.text("@odata.nextLink");
  auto rest = subjects(round(link));
  EXPECT_EQ(rest.size(), 7U);
  EXPECT_EQ(rest.count("removed"), 1U);
}

TEST_F(Delta, LostTokensAreAnsweredInEveryWay_F42) {
  add_message(ada, "inbox", "x");
  std::string link = inbox();
  round(link);
  front.forget_delta_tokens(now);
  Reply bare = get(link);
  EXPECT_EQ(bare.status, 410);
  EXPECT_EQ(bare.code(), "SyncStateNotFound");
  EXPECT_FALSE(bare.headers.find("Location"));
  world.faults.token_gone = TokenGone::Gone410Location;
  EXPECT_TRUE(get(link).headers.find("Location"));
  world.faults.token_gone = TokenGone::BadRequest400;
  EXPECT_EQ(get(link).status, 400);
  EXPECT_EQ(get(link).code(), "syncStateNotFound");
  pass(std::chrono::seconds(1));
  std::string fresh = inbox();
  round(fresh);
  EXPECT_EQ(get(fresh).status, 200);
  pass(std::chrono::hours(24 * 30));
  EXPECT_EQ(get(fresh).status, 400);
  EXPECT_EQ(get(of(ada) + "/mailFolders/inbox/messages/delta?$deltatoken=garbage!").status, 400);
}

TEST_F(Delta, AnEmptyPageWithANextLinkIsLegal_F50) {
  world.faults.empty_first_page = true;
  add_message(ada, "inbox", "x");
  Reply page = get(inbox());
  EXPECT_TRUE(page.value().empty());
  EXPECT_NE(page.text("@odata.nextLink"), "");
  std::string link = page.text("@odata.nextLink");
  EXPECT_EQ(round(link).size(), 1U);
}

TEST_F(Delta, EntitiesMayComeTwice) {
  for (int i = 0; i < 25; ++i) add_message(ada, "inbox", std::to_string(i));
  world.faults.repeat_entities = true;
  std::string link = inbox();
  auto all = subjects(round(link));
  EXPECT_EQ(all.size(), 27U);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 25U);
}

TEST_F(Delta, TheDateFilterStaysWithTheToken) {
  add_message(ada, "inbox", "old");
  std::string link = inbox() + "&$filter=receivedDateTime+ge+2026-11-22T13:00:00Z";
  EXPECT_TRUE(round(link).empty());
  pass(std::chrono::hours(2));
  add_message(ada, "inbox", "new");
  auto rows = round(link);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text_of(rows[0], "subject"), "new");
  EXPECT_FALSE(rows[0].contains("bodyPreview"));
}

TEST_F(Delta, FoldersHaveADeltaToo) {
  std::string link = of(ada) + "/mailFolders/delta";
  EXPECT_EQ(round(link).size(), 7U);
  Reply made = post(of(ada) + "/mailFolders/inbox/childFolders", json::object{{"displayName", "Clients"}});
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(
      post(of(ada) + "/mailFolders/inbox/childFolders", json::object{{"displayName", "Clients"}}).status,
      409);
  auto rows = round(link);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text_of(rows[0], "parentFolderId"), ada.id_of(*ada.well_known("inbox")));
  EXPECT_EQ(send("DELETE", of(ada) + "/mailFolders/" + made.text("id")).status, 204);
  EXPECT_TRUE(round(link)[0].contains("@removed"));
}

}  // namespace
}  // namespace mailsync::lab::graph
