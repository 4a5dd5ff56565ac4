// Envelope, sign-in, impersonation, versions, and what a hostile request gets.
#include "lab/fronts/ews/ews_lab.h"

namespace mailsync::lab::ews {
namespace {

constexpr std::string_view kInbox =
    "<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>"
    "<t:DistinguishedFolderId Id=\"inbox\"/></m:FolderIds></m:GetFolder>";

class Envelopes : public EwsLab {};

TEST_F(Envelopes, WhoHasNoPasswordIsToldHowToSignIn) {
  net::HttpRequest request;
  request.method = "POST";
  request.url = "https://mail.lab/ews/exchange.asmx";
  auto answer = fetch(std::move(request));
  EXPECT_EQ(answer.status, 401);
  EXPECT_TRUE(answer.headers.find("WWW-Authenticate")->starts_with("Basic "));
  EXPECT_EQ(send(kInbox, {.password = "wrong"}).status, 401);
  EXPECT_EQ(send(kInbox, {.login = "OTHER\\ada"}).status, 401);
}

TEST_F(Envelopes, APersonSignsInByAddressAndByDomainName) {
  for (auto* login : {"ada@contoso.example", "CONTOSO\\ada", "contoso\\ADA"}) {
    Soap soap = send(kInbox, {.login = login});
    EXPECT_EQ(soap.code(), "NoError") << login;
    EXPECT_EQ(text_in(child(child(soap.message(), "Folders"), "Folder"), "DisplayName"), "Inbox");
  }
}

TEST_F(Envelopes, TheImpersonatorActsForEveryMailboxAndNobodyElseDoes) {
  Sender service{.login = "svc-mailsync@contoso.example",
                 .password = "lab-impersonator",
                 .impersonate = "ben@contoso.example"};
  Soap soap = send(kInbox, service);
  EXPECT_EQ(soap.code(), "NoError");
  EXPECT_EQ(attribute(child(child(child(soap.message(), "Folders"), "Folder"), "FolderId"), "Id"),
            ews_id(ben, *ben.well_known("inbox")));
  service.impersonate.clear();
  EXPECT_EQ(send(kInbox, service).code(), "ErrorNonExistentMailbox");
  service.impersonate = "nobody@contoso.example";
  EXPECT_EQ(send(kInbox, service).code(), "ErrorNonExistentMailbox");
  EXPECT_EQ(send(kInbox, {.impersonate = "ben@contoso.example"}).code(), "ErrorImpersonateUserDenied");
}

TEST_F(Envelopes, TheServerSaysItsVersionAndRefusesNewerOnes) {
  front.switches().version = Version::E2010Sp2;
  Soap soap = send(kInbox, {.version = "Exchange2010_SP2"});
  EXPECT_EQ(soap.code(), "NoError");
  Node info = child(child(soap.document->document_element(), "Header"), "ServerVersionInfo");
  EXPECT_EQ(attribute(info, "MajorVersion") + "." + attribute(info, "MinorVersion"), "14.2");
  EXPECT_EQ(send(kInbox, {.version = "Exchange2013_SP1"}).code(), "ErrorInvalidServerVersion");
  EXPECT_EQ(send(kInbox, {.version = "Exchange3000"}).code(), "ErrorInvalidServerVersion");
  EXPECT_EQ(send(kInbox, {.version = ""}).code(), "NoError");
}

TEST_F(Envelopes, WrongNamespacesDtdsAndDepthAreRefusedWithAFault) {
  auto refused = [&](std::string body) {
    Soap soap = post(std::move(body));
    EXPECT_EQ(soap.status, 500);
    EXPECT_EQ(soap.code(), "ErrorSchemaValidation") << soap.text;
  };
  // The documentation's https spelling, copied.
  refused(
      "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><m:GetFolder "
      "xmlns:m=\"https://schemas.microsoft.com/exchange/services/2006/messages\"/></s:Body></s:Envelope>");
  refused(
      "<!DOCTYPE x [<!ENTITY a \"b\">]><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"/>");
  refused("<s:Envelope");
  std::string deep = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">";
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (int i = 0; i < 100'000; ++i) deep += "</a>";
  refused(deep + "</s:Envelope>");
}

TEST_F(Envelopes, PlannedErrorsComeAsFaultsAsItemsAndAsPages) {
  front.switches().planned = {
      {.operation = "GetFolder", .back_off = std::chrono::milliseconds(297'749), .times = 1}};
  Soap busy = send(kInbox);
  EXPECT_EQ(busy.status, 500);
  EXPECT_EQ(busy.code(), "ErrorServerBusy");
  Node value = child(child(child(busy.body, "detail"), "MessageXml"), "Value");
  EXPECT_EQ(attribute(value, "Name") + "=" + content_of(value), "BackOffMilliseconds=297749");
  front.switches().planned = {{.code = "ErrorNobodyHasHeardOf", .fault = false}};
  EXPECT_EQ(send(kInbox).code(), "ErrorNobodyHasHeardOf");
  front.switches().planned = {{.html = "<html>Sign in</html>"}};
  EXPECT_EQ(send(kInbox).text, "<html>Sign in</html>");
  front.switches().empty_answers = 1;
  Soap answer = send(kInbox);
  EXPECT_TRUE(answer.messages().empty());
  EXPECT_EQ(send(kInbox).code(), "NoError");
}

}  // namespace
}  // namespace mailsync::lab::ews
