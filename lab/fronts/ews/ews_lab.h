// For tests of the EWS front: a tenant of three people behind both fronts, and SOAP requests without a
// network.
#pragma once

#include <gtest/gtest.h>

#include "base/seeded_executor.h"
#include "lab/fronts/ews/base64.h"
#include "lab/fronts/ews/call.h"
#include "lab/fronts/ews/envelope.h"
#include "lab/fronts/ews/ews_front.h"
#include "lab/fronts/graph/graph_front.h"
#include "lab/in_process_client.h"

namespace mailsync::lab::ews {

// An answer: its status, and the element in the body of the envelope. Nodes live as long as it does, so that
// an answer without a name is asked for none.
struct Soap {
  int status = 0;
  std::string type;
  std::string text;
  std::unique_ptr<pugi::xml_document> document;
  Node body;

  // Response messages, and the n-th one.
  std::vector<Node> messages() const& { return children(child(body, "ResponseMessages")); }
  Node message(size_t n = 0) const& {
    auto all = messages();
    return n < all.size() ? all[n] : Node();
  }
  std::string code(size_t n = 0) const {
    if (local_name(body) == "Fault") return text_in(child(body, "detail"), "ResponseCode");
    return text_in(message(n), "ResponseCode");
  }
  // The items of the n-th response message.
  std::vector<Node> items(size_t n = 0) const& { return children(child(message(n), "Items")); }
  Node item(size_t n = 0) const& {
    auto all = items(n);
    return all.empty() ? Node() : all[0];
  }
  std::vector<Node> messages() const&& = delete;
  Node message(size_t n = 0) const&& = delete;
  std::vector<Node> items(size_t n = 0) const&& = delete;
  Node item(size_t n = 0) const&& = delete;
};

struct Sender {
  std::string login = "CONTOSO\\ada";
  std::string password = "lab-password";
  std::string impersonate;
  std::string version = "Exchange2013_SP1";
};

class EwsLab : public testing::Test {
 protected:
  EwsLab() {
    client.serve("https://mail.lab",
                 [this](net::ServerRequest request) { return host.serve(std::move(request)); });
    tokens.put("app", {.app_id = "app-1",
                       .tenant_id = world.tenant_id(),
                       .user_id = {},
                       .scopes = {"Mail.ReadWrite", "Mail.Send", "Contacts.ReadWrite", "Calendars.ReadWrite",
                                  "Tasks.ReadWrite.All"},
                       .expires = clock.now() + std::chrono::hours(240'000)});
  }

  // The content of the body; m: and t: are bound.
  Soap send(std::string_view request, const Sender& sender = {}) {
    std::string header;
    if (!sender.version.empty()) header += "<t:RequestServerVersion Version=\"" + sender.version + "\"/>";
    if (!sender.impersonate.empty())
      header += "<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>" + sender.impersonate +
                "</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>";
    return post("<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"" + std::string(kSoap) +
                    "\" xmlns:t=\"" + kTypes + "\" xmlns:m=\"" + kMessages + "\"><s:Header>" + header +
                    "</s:Header><s:Body>" + std::string(request) + "</s:Body></s:Envelope>",
                sender);
  }
  Soap post(std::string body, const Sender& sender = {}) {
    net::HttpRequest request;
    request.method = "POST";
    request.url = "https://mail.lab/EWS/Exchange.asmx";
    request.headers.add("Content-Type", "text/xml; charset=utf-8");
    if (!sender.login.empty())
      request.headers.add("Authorization", "Basic " + to_base64(sender.login + ":" + sender.password));
    request.body = std::move(body);
    auto answer = fetch(std::move(request));
    Soap soap{.status = answer.status, .text = answer.body};
    soap.type = answer.headers.find("Content-Type").value_or("");
    if (auto parsed = parse_xml(answer.body)) {
      soap.document = std::move(*parsed);
      auto in_body = children(child(soap.document->document_element(), "Body"));
      if (!in_body.empty()) soap.body = in_body.front();
    }
    return soap;
  }
  net::HttpAnswer fetch(net::HttpRequest request) {
    auto task = net::fetch(client, std::move(request));
    EXPECT_TRUE(executor.run(task));
    auto answer = task.take();
    EXPECT_TRUE(answer.has_value());
    return answer ? std::move(*answer) : net::HttpAnswer{};
  }
  // Through the Graph front, as the application; target behind /v1.0.
  json::object graph(std::string method, std::string target, const json::value& body = nullptr) {
    net::HttpRequest request;
    request.method = std::move(method);
    request.url = "https://mail.lab/v1.0" + target;
    request.bearer = net::Bearer{.token = Secret("app"), .origin = *net::Origin::of(request.url)};
    if (!body.is_null()) request.body = json::serialize(body);
    request.headers.add("Content-Type", "application/json");
    auto answer = fetch(std::move(request));
    EXPECT_LT(answer.status, 300) << answer.body;
    boost::system::error_code failed;
    auto value = json::parse(answer.body, failed);
    return failed || !value.is_object() ? json::object() : value.get_object();
  }

  static std::string folder_id(std::string_view distinguished) {
    return "<t:DistinguishedFolderId Id=\"" + std::string(distinguished) + "\"/>";
  }
  std::string item_id(const Item& item, bool with_key = true) {
    return "<t:ItemId Id=\"" + ews_id(ada, item) + "\"" +
           (with_key ? " ChangeKey=\"" + change_key(item.version) + "\"" : std::string()) + "/>";
  }
  Soap get(std::string_view ids, std::string_view shape = "<t:BaseShape>AllProperties</t:BaseShape>") {
    return send("<m:GetItem><m:ItemShape>" + std::string(shape) + "</m:ItemShape><m:ItemIds>" +
                std::string(ids) + "</m:ItemIds></m:GetItem>");
  }
  Item& add_message(Mailbox& mailbox, std::string_view folder, std::string subject) {
    json::object fields{
        {"subject", subject},
        {"isDraft", false},
        {"isRead", false},
        {"receivedDateTime", clock.now().to_iso()},
        {"sentDateTime", clock.now().to_iso()},
        {"internetMessageId", "<" + subject + "@x>"},
        {"toRecipients", json::array{recipient_of(mailbox.user.mail, mailbox.user.display_name)}},
        {"body", {{"contentType", "text"}, {"content", "Text of " + subject}}},
        {"from", recipient_of("out@side.example", "Out")}};
    return world.add(mailbox, IdKind::Message, mailbox.well_known(folder)->number, std::move(fields),
                     clock.now());
  }

  // One page of SyncFolderItems: "Create <id>", "ReadFlagChange <id>", …; the state moves on.
  struct Synced {
    std::vector<std::pair<std::string, std::string>> changes;  // what, item id
    bool last = false;
    std::string code;
  };
  Synced sync(std::string& state, std::string_view folder = "inbox", size_t most = 512) {
    Soap soap = send(
        "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>" +
        folder_id(folder) + "</m:SyncFolderId>" +
        (state.empty() ? std::string() : "<m:SyncState>" + state + "</m:SyncState>") +
        "<m:MaxChangesReturned>" + std::to_string(most) + "</m:MaxChangesReturned></m:SyncFolderItems>");
    Synced out{.changes = {},
               .last = is_true(text_in(soap.message(), "IncludesLastItemInRange")),
               .code = soap.code()};
    if (out.code == "NoError") state = text_in(soap.message(), "SyncState");
    for (Node change : children(child(soap.message(), "Changes"))) {
      Node id = child(change, "ItemId");
      if (!id) id = child(children(change).front(), "ItemId");
      out.changes.emplace_back(local_name(change), attribute(id, "Id"));
    }
    return out;
  }

  SimulatedClock clock{*Instant::from_iso("2026-11-22T12:00:00Z")};
  SeededExecutor executor{clock, 7};
  World world{42};
  Mailbox& ada = world.add_user("ada@contoso.example", "Ada Lovelace", {"a.lovelace@contoso.example"});
  Mailbox& ben = world.add_user("ben@contoso.example", "Ben Franklin");
  Mailbox& cleo = world.add_user("cleo@contoso.example", "Cleo Patra");
  TokenTable tokens;
  graph::GraphFront graph_front{world, tokens};
  EwsFront front{world};
  Host host{executor, {&front, &graph_front}, graph_front, nullptr};
  InProcessClient client{executor};
};

}  // namespace mailsync::lab::ews
