#include <gmock/gmock.h>

#include <set>

#include "lab/fronts/graph/graph_lab.h"
#include "lab/fronts/graph/render.h"
#include "lab/load_mime.h"

namespace mailsync::lab::graph {
namespace {

using testing::HasSubstr;
class Messages : public GraphLab {};

TEST_F(Messages, ARequestNeedsATokenThatIsValid) {
  EXPECT_EQ(send("GET", of(ada) + "/messages", nullptr, {}, "").code(), "InvalidAuthenticationToken");
  EXPECT_EQ(send("GET", of(ada) + "/messages", nullptr, {}, "nonsense").status, 401);
  tokens.put("brief", {.app_id = "app-1", .scopes = {"Mail.Read"}, .expires = now + std::chrono::hours(1)});
  EXPECT_EQ(send("GET", of(ada) + "/messages", nullptr, {}, "brief").status, 200);
  EXPECT_EQ(send("POST", of(ada) + "/messages", json::object{{"subject", "x"}}, {}, "brief").code(),
            "ErrorAccessDenied");
  EXPECT_EQ(send("GET", of(ada) + "/contacts", nullptr, {}, "brief").status, 403);
  pass(std::chrono::hours(1));
  EXPECT_EQ(send("GET", of(ada) + "/messages", nullptr, {}, "brief").status, 401);
}

TEST_F(Messages, AUserReachesHisOwnMailboxAlone) {
  EXPECT_EQ(send("GET", "/me/messages", nullptr, {}, "ada@contoso.example").status, 200);
  EXPECT_EQ(send("GET", of(ben) + "/messages", nullptr, {}, "ada@contoso.example").status, 403);
  EXPECT_EQ(get("/me/messages").status, 400);
  EXPECT_EQ(get("/users/nobody@contoso.example/messages").code(), "ErrorInvalidUser");
  EXPECT_EQ(get("/users/A.Lovelace@contoso.example/messages").status, 200);
}

TEST_F(Messages, AMailboxMayBeOffOrOutOfReach_F134) {
  ada.user.mailbox_enabled = false;
  Reply off = get(of(ada) + "/messages");
  EXPECT_EQ(off.status, 404);
  EXPECT_EQ(off.code(), "MailboxNotEnabledForRESTAPI");
  ben.user.refuses_apps = true;
  EXPECT_EQ(get(of(ben) + "/messages").code(), "ErrorAccessDenied");
  EXPECT_EQ(get(of(ben) + "/todo/lists").status, 200);
}

TEST_F(Messages, IdsDifferByCaseAloneNowAndThen_F73) {
  std::set<std::string> exact, folded;
  for (int i = 0; i < 60; ++i) {
    std::string id = ada.id_of(add_message(ada, "inbox", std::to_string(i)), true);
    exact.insert(id);
    for (char& c : id) c = static_cast<char>(std::tolower(c));
    folded.insert(id);
  }
  EXPECT_EQ(exact.size(), 60U);
  EXPECT_LT(folded.size(), 60U);
}

TEST_F(Messages, AMoveChangesTheOrdinaryIdAndKeepsTheImmutableOne_F68) {
  Item& item = add_message(ada, "inbox", "moving");
  std::string ordinary = ada.id_of(item, false), fixed = ada.id_of(item, true);
  Reply moved = post(of(ada) + "/messages/" + ordinary + "/move", json::object{{"destinationId", "archive"}});
  EXPECT_EQ(moved.status, 201);
  EXPECT_NE(moved.text("id"), ordinary);
  EXPECT_EQ(get(of(ada) + "/messages/" + ordinary).code(), "ErrorItemNotFound");
  EXPECT_EQ(get(of(ada) + "/messages/" + fixed, immutable).text("id"), fixed);
  EXPECT_EQ(get(of(ada) + "/messages/" + moved.text("id"), immutable).text("id"), fixed);
  EXPECT_EQ(get(of(ada) + "/messages/no-such-id").code(), "ErrorInvalidIdMalformed");
  Reply translated =
      post(of(ada) + "/translateExchangeIds", json::object{{"inputIds", json::array{moved.text("id")}},
                                                           {"sourceIdType", "restId"},
                                                           {"targetIdType", "restImmutableEntryId"}});
  EXPECT_EQ(text_of(translated.value()[0].as_object(), "targetId"), fixed);
}

TEST_F(Messages, APreconditionIsCheckedUnlessTheServiceIgnoresIt) {
  Item& item = add_message(ada, "inbox", "guarded");
  std::string path = of(ada) + "/messages/" + ada.id_of(item, true);
  std::string etag = get(path).text("@odata.etag");
  EXPECT_EQ(patch(path, json::object{{"isRead", true}}, {{"If-Match", etag}}).status, 200);
  Reply stale = patch(path, json::object{{"isRead", false}}, {{"If-Match", etag}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.code(), "ErrorIrresolvableConflict");
  world.faults.ignore_if_match = true;
  EXPECT_EQ(patch(path, json::object{{"isRead", false}}, {{"If-Match", etag}}).status, 200);
}

TEST_F(Messages, OfAReceivedMessageOnlyTheFreePropertiesCanBeChanged) {
  Item& item = add_message(ada, "inbox", "received");
  std::string path = of(ada) + "/messages/" + ada.id_of(item, true);
  EXPECT_EQ(
      patch(path, json::object{{"categories", json::array{"CRM"}}, {"flag", {{"flagStatus", "flagged"}}}})
          .status,
      200);
  EXPECT_EQ(patch(path, json::object{{"subject", "other"}}).status, 403);
  EXPECT_EQ(patch(path, json::object{{"subjekt", "other"}}).code(), "RequestBodyRead");
  EXPECT_EQ(patch(path, json::object{{"isRead", "yes"}}).status, 400);
}

TEST_F(Messages, FiltersFindByMessageIdDateAndMarker) {
  add_message(ada, "inbox", "one");
  pass(std::chrono::hours(1));
  add_message(ada, "sentitems", "two").fields["singleValueExtendedProperties"] =
      json::array{{{"id", "String {0000} Name Op"}, {"value", "op-7"}}};
  auto count = [&](std::string filter) {
    return get(of(ada) + "/messages?$filter=" + percent_encode(filter)).value().size();
  };
  EXPECT_EQ(count("internetMessageId eq '<one@x>'"), 1U);
  EXPECT_EQ(count("receivedDateTime ge 2026-11-22T12:30:00Z"), 1U);
  EXPECT_EQ(
      count("singleValueExtendedProperties/Any(ep: ep/id eq 'String {0000} Name Op' and ep/value eq 'op-7')"),
      1U);
  EXPECT_EQ(
      count("singleValueExtendedProperties/Any(ep: ep/id eq 'String {0000} Name Op' and ep/value eq 'op-8')"),
      0U);
  EXPECT_EQ(get(of(ada) + "/messages?$filter=sub%20is%20odd").status, 400);
}

TEST_F(Messages, AListIsPagedByTop) {
  for (int i = 0; i < 7; ++i) add_message(ada, "inbox", std::to_string(i));
  std::string link = of(ada) + "/mailFolders/inbox/messages?$top=3&$select=subject";
  std::set<std::string> seen;
  for (int page = 0; page < 3; ++page) {
    Reply reply = get(link);
    for (auto& row : reply.value()) seen.insert(std::string(text_of(row.as_object(), "subject")));
    EXPECT_FALSE(reply.value()[0].as_object().contains("body"));
    link = reply.text("@odata.nextLink");
  }
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_EQ(link, "");
}

TEST_F(Messages, ADraftIsSentOnceAndFound) {
  Reply draft = post(of(ada) + "/messages",
                     json::object{{"subject", " Hello "},
                                  {"body", {{"contentType", "HTML"}, {"content", "<p>hi</p>"}}},
                                  {"toRecipients", json::array{recipient_of("ben@contoso.example", ""),
                                                               recipient_of("eve@outside.example", "")}}},
                     immutable);
  EXPECT_EQ(draft.status, 201);
  EXPECT_TRUE(draft.body.at("isDraft").as_bool());
  EXPECT_EQ(draft.text("subject"), "Hello");
  EXPECT_THAT(std::string(text_of(draft.body.at("body").as_object(), "content")), HasSubstr("<html>"));
  std::string path = of(ada) + "/messages/" + draft.text("id");
  EXPECT_EQ(post(path + "/send", nullptr).status, 202);
  EXPECT_EQ(post(path + "/send", nullptr).status, 400);
  Reply sent = get(path, immutable);
  EXPECT_FALSE(sent.body.at("isDraft").as_bool());
  EXPECT_EQ(sent.text("parentFolderId"), ada.id_of(*ada.well_known("sentitems")));
  ASSERT_EQ(world.outbox().size(), 2U);
  EXPECT_TRUE(world.outbox()[0].inside);
  EXPECT_FALSE(world.outbox()[1].inside);
  Reply received = get(of(ben) + "/mailFolders/inbox/messages");
  ASSERT_EQ(received.value().size(), 1U);
  EXPECT_EQ(text_of(received.value()[0].as_object(), "internetMessageId"), sent.text("internetMessageId"));
}

TEST_F(Messages, ASentDraftMayWaitInTheOutbox_F144) {
  world.faults.sent_items_delay = std::chrono::seconds(30);
  Reply draft = post(of(ada) + "/messages",
                     json::object{{"subject", "slow"},
                                  {"toRecipients", json::array{recipient_of("ben@contoso.example", "")}}},
                     immutable);
  post(of(ada) + "/messages/" + draft.text("id") + "/send", nullptr);
  EXPECT_TRUE(get(of(ada) + "/mailFolders/sentitems/messages").value().empty());
  pass(std::chrono::seconds(30));
  EXPECT_EQ(get(of(ada) + "/mailFolders/sentitems/messages", immutable).value().size(), 1U);
}

TEST_F(Messages, WhatExchangeRefusesIsRefused) {
  auto headers = [](const char* name, int count) {
    json::array list;
    for (int i = 0; i < count; ++i) list.push_back({{"name", name + std::to_string(i)}, {"value", "v"}});
    return json::object{{"subject", "x"}, {"internetMessageHeaders", list}};
  };
  EXPECT_EQ(post(of(ada) + "/messages", headers("x-ref", 5)).status, 201);
  EXPECT_EQ(post(of(ada) + "/messages", headers("x-ref", 6)).status, 400);
  EXPECT_EQ(post(of(ada) + "/messages", headers("Subject", 1)).code(), "InvalidInternetMessageHeader");
  EXPECT_EQ(get(of(ada) + "/messages?$filter=isRead%20eq%20false&$orderby=receivedDateTime%20desc").code(),
            "InefficientFilter");
  EXPECT_EQ(post(of(ada) + "/messages", json::object{{"subject", std::string(5u << 20, 'x')}}).status, 413);
}

TEST_F(Messages, SendingNeedsItsOwnPermission) {
  tokens.put("reader",
             {.app_id = "app-1", .scopes = {"Mail.ReadWrite"}, .expires = now + std::chrono::hours(1)});
  json::object mail{
      {"message",
       {{"subject", "x"}, {"toRecipients", json::array{recipient_of("ben@contoso.example", "")}}}}};
  EXPECT_EQ(send("POST", of(ada) + "/sendMail", mail, {}, "reader").status, 403);
  EXPECT_EQ(post(of(ada) + "/sendMail", mail).status, 202);
  EXPECT_EQ(ada.well_known("sentitems")->items.size(), 1U);
  EXPECT_EQ(world.counters.writes, 1U);
}

TEST_F(Messages, ALoadedMessageIsServedByteForByte) {
  std::string bytes =
      "From: A <a@x.example>\nTo: b@x.example\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\nMessage-ID: "
      "<1@x>\nDate: Mon, 2 Sep 2002 10:00:00 +0200\n\nHello \xff\n";
  Item& item =
      world.add(ada, IdKind::Message, ada.well_known("inbox")->number, parse_mime(bytes).fields, now);
  item.mime = std::make_shared<const std::string>(bytes);
  EXPECT_EQ(get(of(ada) + "/messages/" + ada.id_of(item, true) + "/$value").bytes, bytes);
  Reply shown =
      get(of(ada) + "/messages/" + ada.id_of(item, true) + "?$select=subject,body,internetMessageHeaders");
  EXPECT_EQ(shown.text("subject"), "Grüße");
  EXPECT_FALSE(shown.body.contains("from"));
  EXPECT_EQ(shown.body.at("internetMessageHeaders").as_array().size(), 5U);
}

TEST_F(Messages, MimeCreatesADraft) {
  std::string mime = base64_of("From: a@x.example\r\nTo: b@x.example\r\nSubject: from mime\r\n\r\ntext\r\n");
  Reply draft = send("POST", of(ada) + "/messages", json::value(mime), {{"Content-Type", "text/plain"}});
  EXPECT_EQ(draft.status, 201);
  EXPECT_EQ(draft.text("subject"), "from mime");
  EXPECT_TRUE(draft.body.at("isDraft").as_bool());
}

TEST_F(Messages, AttachmentsSmallByPostLargeBySession) {
  Reply draft = post(of(ada) + "/messages", json::object{{"subject", "files"}}, immutable);
  std::string path = of(ada) + "/messages/" + draft.text("id") + "/attachments";
  Reply small = post(path, json::object{{"@odata.type", "#microsoft.graph.fileAttachment"},
                                        {"name", "a.txt"},
                                        {"contentBytes", base64_of("hello")}});
  EXPECT_EQ(small.status, 201);
  EXPECT_EQ(get(path + "/" + small.text("id") + "/$value").bytes, "hello");
  auto session_body = [](size_t size) {
    return json::object{
        {"AttachmentItem", {{"attachmentType", "file"}, {"name", "big.bin"}, {"size", size}}}};
  };
  EXPECT_EQ(post(path + "/createUploadSession", session_body(100)).status, 400);  // F118
  size_t size = (3u << 20) + 10;
  Reply session = post(path + "/createUploadSession", session_body(size));
  ASSERT_EQ(session.status, 201);
  std::string url = session.text("uploadUrl"), first(2u << 20, 'x'), second(size - first.size(), 'y');
  auto put = [&](const std::string& bytes, size_t from, std::string token) {
    std::string range = "bytes " + std::to_string(from) + "-" + std::to_string(from + bytes.size() - 1) +
                        "/" + std::to_string(size);
    return send("PUT", url, json::value(bytes),
                {{"Content-Range", range}, {"Content-Type", "application/octet-stream"}}, token);
  };
  EXPECT_EQ(put(first, 0, "app").status, 401);  // no Authorization there
  EXPECT_EQ(put(second, first.size(), "").status, 416);
  EXPECT_EQ(put(first, 0, "").status, 200);
  Reply last = put(second, first.size(), "");
  EXPECT_EQ(last.status, 201);
  EXPECT_TRUE(last.headers.find("Location"));
  Reply list = get(path + "?$select=id,name,size");
  ASSERT_EQ(list.value().size(), 2U);
  EXPECT_FALSE(list.value()[1].as_object().contains("contentBytes"));
  Reply whole =
      get(of(ada) + "/messages/" + draft.text("id") +
          "?$select=subject&$expand=attachments($select=id,name,microsoft.graph.fileAttachment/contentId)");
  const auto& first_file = whole.body.at("attachments").as_array()[0].as_object();
  EXPECT_TRUE(first_file.contains("contentId"));
  EXPECT_FALSE(first_file.contains("contentBytes"));
}

}  // namespace
}  // namespace mailsync::lab::graph
