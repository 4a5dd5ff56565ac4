#include <gmock/gmock.h>

#include "lab/fronts/graph/call.h"
#include "lab/fronts/graph/graph_lab.h"

namespace mailsync::lab::graph {
namespace {

class Contacts : public GraphLab {
 protected:
  static json::array addresses(int count) {
    json::array out;
    for (int i = 0; i < count; ++i) out.push_back({{"address", std::to_string(i) + "@x.example"}});
    return out;
  }
};

TEST_F(Contacts, WhatIsStoredIsNotQuiteWhatWasSent_F5) {
  Reply made = post(of(ada) + "/contacts",
                    json::object{{"givenName", "Ann"},
                                 {"surname", "Lee"},
                                 {"emailAddresses", addresses(1)},
                                 {"businessPhones", json::array{" +44 1 "}},
                                 {"birthday", "1970-05-06T00:00:00Z"}},
                    immutable);
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.text("displayName"), "Ann Lee");
  EXPECT_EQ(made.text("fileAs"), "Lee, Ann");
  EXPECT_EQ(made.text("birthday"), "1970-05-06T11:59:00Z");
  EXPECT_EQ(json::serialize(made.body.at("businessPhones")), "[\"+44 1\"]");
  EXPECT_EQ(text_of(made.body.at("emailAddresses").as_array()[0].as_object(), "name"), "0@x.example");
  EXPECT_EQ(text_of(*object_of(made.body, "primaryEmailAddress"), "address"), "0@x.example");
  world.faults.rewrite_on_store = false;
  Reply as_sent = patch(of(ada) + "/contacts/" + made.text("id"), json::object{{"mobilePhone", " 7 "}});
  EXPECT_EQ(as_sent.text("mobilePhone"), " 7 ");
}

TEST_F(Contacts, TheLimitsAreThreeAddressesAndTwoPhones_F108) {
  EXPECT_EQ(post(of(ada) + "/contacts", json::object{{"emailAddresses", addresses(3)}}).status, 201);
  EXPECT_EQ(post(of(ada) + "/contacts", json::object{{"emailAddresses", addresses(4)}}).status, 400);
  EXPECT_EQ(post(of(ada) + "/contacts", json::object{{"businessPhones", json::array{"1", "2", "3"}}}).status,
            400);
  EXPECT_EQ(world.counters.writes, 1U);
}

TEST_F(Contacts, APatchLeavesTheRestAlone) {
  Reply made = post(of(ada) + "/contacts", json::object{{"givenName", "Ann"}, {"personalNotes", "keep"}});
  std::string path = of(ada) + "/contacts/" + made.text("id");
  Reply changed = patch(path, json::object{{"jobTitle", "Buyer"}, {"givenName", nullptr}},
                        {{"If-Match", made.text("@odata.etag")}});
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.text("personalNotes"), "keep");
  EXPECT_TRUE(changed.body.at("givenName").is_null());
  EXPECT_EQ(patch(path, json::object{{"jobTitle", "x"}}, {{"If-Match", made.text("@odata.etag")}}).status,
            412);
  EXPECT_EQ(patch(path, json::object{{"phone", "x"}}).code(), "RequestBodyRead");
}

TEST_F(Contacts, FoldersAndTheirDeltas) {
  Reply folder = post(of(ada) + "/contactFolders", json::object{{"displayName", "CRM"}});
  ASSERT_EQ(folder.status, 201);
  std::string link = of(ada) + "/contactFolders/" + folder.text("id") + "/contacts/delta",
              usual = of(ada) + "/contactFolders/contacts/contacts/delta";
  Reply made = post(of(ada) + "/contactFolders/" + folder.text("id") + "/contacts",
                    json::object{{"givenName", "Ann"}}, immutable);
  EXPECT_EQ(round(link, immutable).size(), 1U);
  EXPECT_TRUE(round(usual).empty());
  EXPECT_EQ(send("DELETE", of(ada) + "/contacts/" + made.text("id")).status, 204);
  auto rows = round(link, immutable);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text_of(rows[0], "id"), made.text("id"));
  EXPECT_TRUE(rows[0].contains("@removed"));
  Reply list = get(of(ada) + "/contactFolders");
  EXPECT_EQ(list.value().size(), 1U);  // the default folder is not listed
}

TEST_F(Contacts, ADeletedOneMayStillAnswerFromDeletedItems) {
  world.faults.deleted_contacts_readable = true;
  Reply made = post(of(ada) + "/contacts", json::object{{"givenName", "Ann"}}, immutable);
  send("DELETE", of(ada) + "/contacts/" + made.text("id"));
  Reply there = get(of(ada) + "/contacts/" + made.text("id"), immutable);
  EXPECT_EQ(there.status, 200);
  EXPECT_EQ(there.text("parentFolderId"), ada.id_of(*ada.well_known("deleteditems")));
  std::string link = of(ada) + "/mailFolders/deleteditems/messages/delta";
  EXPECT_TRUE(round(link).empty());
}

TEST_F(Contacts, AMarkerIsFoundAndShownWhenAskedFor) {
  json::object marker{{"id", "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Op"}, {"value", "op-1"}};
  post(of(ada) + "/contacts",
       json::object{{"givenName", "Ann"}, {"singleValueExtendedProperties", json::array{marker}}});
  std::string filter = percent_encode(
      "singleValueExtendedProperties/any(ep:ep/id eq 'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Op' "
      "and ep/value eq 'op-1')");
  std::string expand = percent_encode(
      "singleValueExtendedProperties($filter=id eq 'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Op')");
  Reply found = get(of(ada) + "/contacts?$filter=" + filter + "&$expand=" + expand);
  ASSERT_EQ(found.value().size(), 1U);
  EXPECT_TRUE(found.value()[0].as_object().contains("singleValueExtendedProperties"));
  EXPECT_FALSE(get(of(ada) + "/contacts").value()[0].as_object().contains("singleValueExtendedProperties"));
}

class Todo : public GraphLab {
 protected:
  std::string tasks() const {
    return of(ada) + "/todo/lists/" + ada.id_of(*ada.well_known("defaultList")) + "/tasks";
  }
};

TEST_F(Todo, DatesAreDaysLabelledUtc_F106) {
  Reply made = post(
      tasks(), json::object{{"title", "x"},
                            {"dueDateTime",
                             {{"dateTime", "2026-12-01T17:00:00"}, {"timeZone", "Pacific Standard Time"}}}});
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(text_of(*object_of(made.body, "dueDateTime"), "dateTime"), "2026-12-01T00:00:00.0000000");
  EXPECT_EQ(text_of(*object_of(made.body, "dueDateTime"), "timeZone"), "UTC");
  Reply done = patch(tasks() + "/" + made.text("id"), json::object{{"status", "completed"}});
  EXPECT_EQ(text_of(*object_of(done.body, "completedDateTime"), "dateTime"), "2026-11-22T00:00:00.0000000");
  EXPECT_FALSE(patch(tasks() + "/" + made.text("id"), json::object{{"status", "notStarted"}})
                   .body.contains("completedDateTime"));
  EXPECT_EQ(patch(tasks() + "/" + made.text("id"), json::object{{"status", "done"}}).status, 400);
}

TEST_F(Todo, LinkedResourcesComeWhenExpanded) {
  Reply made = post(tasks(), json::object{{"title", "x"},
                                          {"linkedResources", json::array{{{"applicationName", "CRM"},
                                                                           {"externalId", "op-1"},
                                                                           {"displayName", "Task"}}}}});
  EXPECT_FALSE(made.body.contains("linkedResources"));
  std::string link = tasks() + "/delta?$expand=linkedResources";
  auto rows = round(link);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text_of(rows[0].at("linkedResources").as_array()[0].as_object(), "externalId"), "op-1");
  EXPECT_EQ(get(tasks() + "/" + made.text("id") + "/linkedResources").value().size(), 1U);
  EXPECT_EQ(
      post(tasks() + "/" + made.text("id") + "/linkedResources", json::object{{"externalId", "b"}}).status,
      201);
}

TEST_F(Todo, CompletingARepeatingTaskMakesTheNext_F107) {
  Reply made =
      post(tasks(), json::object{{"title", "x"},
                                 {"dueDateTime", {{"dateTime", "2026-12-01T00:00:00"}, {"timeZone", "UTC"}}},
                                 {"recurrence",
                                  {{"pattern", {{"type", "daily"}, {"interval", 2}}},
                                   {"range", {{"type", "noEnd"}, {"startDate", "2026-12-01"}}}}}});
  patch(tasks() + "/" + made.text("id"), json::object{{"status", "completed"}});
  Reply list = get(tasks());
  ASSERT_EQ(list.value().size(), 2U);
  EXPECT_EQ(text_of(*object_of(list.value()[1].as_object(), "dueDateTime"), "dateTime"),
            "2026-12-03T00:00:00.0000000");
  EXPECT_FALSE(list.value()[0].as_object().contains("recurrence"));
}

TEST_F(Todo, AppOnlyNeedsTheAllPermission) {
  tokens.put("weak",
             {.app_id = "app-1", .scopes = {"Tasks.ReadWrite"}, .expires = now + std::chrono::hours(1)});
  EXPECT_EQ(send("GET", tasks(), nullptr, {}, "weak").status, 403);
  EXPECT_EQ(send("GET", "/me/todo/lists", nullptr, {}, "ada@contoso.example").value().size(), 2U);
}

TEST_F(Todo, AFlaggedMessageIsATaskInItsList) {
  Item& item = add_message(ada, "inbox", "do this");
  std::string path = of(ada) + "/messages/" + ada.id_of(item, true),
              link = of(ada) + "/todo/lists/" + ada.id_of(*ada.well_known("flaggedEmails")) + "/tasks/delta";
  patch(path, json::object{{"flag", {{"flagStatus", "flagged"}}}});
  auto rows = round(link);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text_of(rows[0], "title"), "do this");
  patch(path, json::object{{"flag", {{"flagStatus", "complete"}}}});
  EXPECT_EQ(text_of(round(link)[0], "status"), "completed");
  patch(path, json::object{{"flag", {{"flagStatus", "notFlagged"}}}});
  EXPECT_TRUE(round(link)[0].contains("@removed"));
}

TEST_F(Todo, MasterCategoriesCannotBeRenamed_F41) {
  Reply made =
      post(of(ada) + "/outlook/masterCategories", json::object{{"displayName", "CRM"}, {"color", "preset7"}});
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(post(of(ada) + "/outlook/masterCategories", json::object{{"displayName", "crm"}}).status, 409);
  EXPECT_EQ(
      patch(of(ada) + "/outlook/masterCategories/" + made.text("id"), json::object{{"displayName", "X"}})
          .status,
      400);
  EXPECT_EQ(get(of(ada) + "/mailboxSettings").text("timeZone"), "UTC");
}

}  // namespace
}  // namespace mailsync::lab::graph
