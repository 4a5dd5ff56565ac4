// Folders, SyncFolderHierarchy, SyncFolderItems and GetItem of messages.
#include "lab/fronts/ews/ews_lab.h"

namespace mailsync::lab::ews {
namespace {

using Changes = std::vector<std::pair<std::string, std::string>>;

class SyncMail : public EwsLab {};

TEST_F(SyncMail, ThePagesGoFromTheNewestDownAndThenOnlyChangesCome) {
  std::vector<Item*> items;
  for (int i = 0; i < 5; ++i) items.push_back(&add_message(ada, "inbox", "m" + std::to_string(i)));
  std::string state;
  Synced page = sync(state, "inbox", 2);
  EXPECT_FALSE(page.last);
  EXPECT_EQ(page.changes, (Changes{{"Create", ews_id(ada, *items[4])}, {"Create", ews_id(ada, *items[3])}}));
  page = sync(state, "inbox", 3);
  EXPECT_TRUE(page.last);
  EXPECT_EQ(page.changes.size(), 3U);
  page = sync(state);
  EXPECT_TRUE(page.last);
  EXPECT_TRUE(page.changes.empty());
  std::string id = ews_id(ada, *items[1]);
  world.remove(ada, items[1]->number, clock.now());
  items[2]->fields["categories"] = json::array{"CRM"};
  world.changed(ada, *items[2], clock.now());
  page = sync(state);
  EXPECT_EQ(page.changes, (Changes{{"Delete", id}, {"Update", ews_id(ada, *items[2])}}));
}

TEST_F(SyncMail, WhatIsOnlyReadIsAReadFlagChange) {
  Item& item = add_message(ada, "inbox", "m");
  std::string state;
  sync(state);
  graph("PATCH", "/users/" + ada.user.id + "/messages/" + ada.id_of(item, false), {{"isRead", true}});
  EXPECT_EQ(sync(state).changes, (Changes{{"ReadFlagChange", ews_id(ada, item)}}));
  graph("PATCH", "/users/" + ada.user.id + "/messages/" + ada.id_of(item, false),
        {{"isRead", false}, {"categories", json::array{"CRM"}}});
  EXPECT_EQ(sync(state).changes, (Changes{{"Update", ews_id(ada, item)}}));
}

TEST_F(SyncMail, WhatChangesWhileTheFirstWalkIsUnderWayIsToldOnce) {
  std::vector<Item*> items;
  for (int i = 0; i < 4; ++i) items.push_back(&add_message(ada, "inbox", "m" + std::to_string(i)));
  std::string state;
  sync(state, "inbox", 2);
  Item& late = add_message(ada, "inbox", "late");
  items[0]->fields["categories"] = json::array{"CRM"};
  world.changed(ada, *items[0], clock.now());
  Changes seen;
  for (bool last = false; !last;) {
    Synced page = sync(state, "inbox", 2);
    last = page.last;
    seen.insert(seen.end(), page.changes.begin(), page.changes.end());
  }
  EXPECT_EQ(std::ranges::count(seen, std::pair<std::string, std::string>("Create", ews_id(ada, late))), 1);
  EXPECT_EQ(std::ranges::count(seen, std::pair<std::string, std::string>("Create", ews_id(ada, *items[0]))),
            1);
  EXPECT_TRUE(sync(state).changes.empty());
}

TEST_F(SyncMail, AMoveIsADeletionHereAndACreationThereUnderAnotherId) {
  Item& item = add_message(ada, "inbox", "m");
  std::string here, there, before = ews_id(ada, item);
  sync(here);
  sync(there, "deleteditems");
  world.move(ada, item, ada.well_known("deleteditems")->number, clock.now());
  EXPECT_EQ(sync(here).changes, (Changes{{"Delete", before}}));
  EXPECT_EQ(sync(there, "deleteditems").changes, (Changes{{"Create", ews_id(ada, item)}}));
  EXPECT_NE(before, ews_id(ada, item));
  EXPECT_EQ(get("<t:ItemId Id=\"" + before + "\"/>").code(), "ErrorItemNotFound");
}

TEST_F(SyncMail, StatesAreRefusedForgottenOrLieByIfASwitchSaysSo) {
  Item& item = add_message(ada, "inbox", "m");
  std::string state;
  sync(state);
  std::string other = state;
  EXPECT_EQ(sync(other, "drafts").code, "ErrorInvalidSyncStateData");
  std::string none = "bm9uZQ==";
  EXPECT_EQ(sync(none).code, "ErrorInvalidSyncStateData");
  front.switches().reset_sync_state = true;
  EXPECT_EQ(sync(state).changes, (Changes{{"Create", ews_id(ada, item)}}));
  front.switches().reset_sync_state = false;
  front.switches().extra_deletions = 1;
  front.switches().dead_ids = 1;
  Synced page = sync(state);
  ASSERT_EQ(page.changes.size(), 2U);
  EXPECT_EQ(page.changes[0].first, "Delete");
  EXPECT_EQ(get("<t:ItemId Id=\"" + page.changes[1].second + "\"/>").code(), "ErrorItemNotFound");
  front.switches().invalid_sync_state = true;
  EXPECT_EQ(sync(state).code, "ErrorInvalidSyncStateData");
}

TEST_F(SyncMail, TheHierarchyHasEveryKindOfFolderAndTellsChanges) {
  auto hierarchy = [&](const std::string& state) {
    return send(
        "<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>" +
        (state.empty() ? std::string() : "<m:SyncState>" + state + "</m:SyncState>") +
        "</m:SyncFolderHierarchy>");
  };
  Soap all = hierarchy("");
  std::set<std::string> kinds, names;
  for (Node change : children(child(all.message(), "Changes"))) {
    EXPECT_EQ(local_name(change), "Create");
    kinds.insert(std::string(local_name(children(change)[0])));
    names.insert(text_in(children(change)[0], "DistinguishedFolderId"));
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"Folder", "CalendarFolder", "ContactsFolder", "TasksFolder"}));
  for (auto* name : {"inbox", "sentitems", "calendar", "contacts", "tasks"})
    EXPECT_TRUE(names.contains(name)) << name;
  std::string state = text_in(all.message(), "SyncState");
  Container& made =
      world.add_container(ada, ContainerKind::MailFolder, "Clients", ada.well_known("inbox")->number);
  Soap one = hierarchy(state);
  auto changes = children(child(one.message(), "Changes"));
  ASSERT_EQ(changes.size(), 1U);
  Node folder = children(changes[0])[0];
  EXPECT_EQ(text_in(folder, "DisplayName"), "Clients");
  EXPECT_EQ(attribute(child(folder, "ParentFolderId"), "Id"), ews_id(ada, *ada.well_known("inbox")));
  std::string id = ews_id(ada, made);
  world.remove_container(ada, made.number, clock.now());
  Soap gone = hierarchy(text_in(one.message(), "SyncState"));
  changes = children(child(gone.message(), "Changes"));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(attribute(child(changes[0], "FolderId"), "Id"), id);
}

TEST_F(SyncMail, FoldersAreFoundUnderTheirParentsPageByPage) {
  Soap soap = send(
      "<m:FindFolder Traversal=\"Shallow\"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>"
      "<m:IndexedPageFolderView MaxEntriesReturned=\"3\" Offset=\"0\" BasePoint=\"Beginning\"/>"
      "<m:ParentFolderIds><t:DistinguishedFolderId "
      "Id=\"msgfolderroot\"/></m:ParentFolderIds></m:FindFolder>");
  Node root = child(soap.message(), "RootFolder");
  EXPECT_EQ(children(child(root, "Folders")).size(), 3U);
  EXPECT_EQ(attribute(root, "IncludesLastItemInRange"), "false");
  EXPECT_EQ(attribute(root, "TotalItemsInView"), "10");
}

TEST_F(SyncMail, GetItemAnswersEachIdByItself) {
  Item& item = add_message(ada, "inbox", "Hello");
  Soap soap = get(item_id(item) + "<t:ItemId Id=\"nonsense\"/>" + item_id(item),
                  "<t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>");
  ASSERT_EQ(soap.messages().size(), 3U);
  EXPECT_EQ(soap.code(0), "NoError");
  EXPECT_EQ(soap.code(1), "ErrorInvalidIdMalformed");
  Node mime = child(soap.item(2), "MimeContent");
  EXPECT_EQ(attribute(mime, "CharacterSet"), "UTF-8");
  EXPECT_NE(from_base64(content_of(mime))->find("Message-ID: <Hello@x>"), std::string::npos);
}

TEST_F(SyncMail, AMessageHasWhatGraphSaysOfIt) {
  Item& item = add_message(ada, "inbox", "Hello");
  item.fields["categories"] = json::array{"CRM"};
  item.fields["singleValueExtendedProperties"] =
      json::array{{{"id", "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Ref"}, {"value", "42"}}};
  Soap soap = get(
      item_id(item),
      "<t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI "
      "PropertySetId=\"66F5A359-4659-4830-9070-00047EC6AC6E\" PropertyName=\"Ref\" PropertyType=\"String\"/>"
      "<t:ExtendedFieldURI PropertyTag=\"0x300B\" PropertyType=\"Binary\"/></t:AdditionalProperties>");
  Node message = soap.item();
  EXPECT_EQ(local_name(message), "Message");
  EXPECT_EQ(text_in(message, "Subject"), "Hello");
  EXPECT_EQ(text_in(message, "Body"), "Text of Hello");
  EXPECT_EQ(text_in(message, "InternetMessageId"), "<Hello@x>");
  EXPECT_EQ(text_in(child(child(message, "From"), "Mailbox"), "EmailAddress"), "out@side.example");
  EXPECT_EQ(text_in(child(message, "Categories"), "String"), "CRM");
  EXPECT_EQ(text_in(message, "IsRead"), "false");
  EXPECT_EQ(text_in(message, "DateTimeReceived"), "2026-11-22T12:00:00Z");
  std::vector<std::string> values;
  for (Node node : children(message))
    if (local_name(node) == "ExtendedProperty") values.push_back(text_in(node, "Value"));
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0], "42");
  std::string key = values[1];
  world.move(ada, item, ada.well_known("archive")->number, clock.now());
  soap = get(item_id(item),
             "<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI "
             "PropertyTag=\"0x300B\" PropertyType=\"Binary\"/></t:AdditionalProperties>");
  EXPECT_EQ(text_in(child(soap.item(), "ExtendedProperty"), "Value"), key);
}

TEST_F(SyncMail, AnswersDifferAsInTheFieldIfASwitchSaysSo) {
  Item& item = add_message(ada, "inbox", "Bell \x07 rings");
  Soap got = get(item_id(item));
  EXPECT_EQ(text_in(got.item(), "Subject"), "Bell  rings");
  front.switches().illegal_characters = true;
  front.switches().no_charset = true;
  front.switches().fraction_digits = 7;
  Soap soap = get(item_id(item));
  EXPECT_NE(soap.text.find("Bell &#07; rings"), std::string::npos) << soap.text;
  EXPECT_EQ(soap.type, "text/xml");
  EXPECT_EQ(text_in(soap.item(), "DateTimeReceived"), "2026-11-22T12:00:00.0000000Z");
}

}  // namespace
}  // namespace mailsync::lab::ews
