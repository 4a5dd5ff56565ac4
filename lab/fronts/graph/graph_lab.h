// For tests of the Graph front: a tenant of three people, one token each, and requests without a network.
#pragma once

#include <gtest/gtest.h>

#include "lab/fronts/graph/graph_front.h"
#include "lab/json_read.h"
#include "lab/meetings.h"
#include "lab/target.h"

namespace mailsync::lab::graph {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Reply {
  int status = 0;
  net::Headers headers;
  json::object body;
  std::string bytes;

  std::string code() const {
    auto* error = object_of(body, "error");
    return error ? std::string(text_of(*error, "code")) : std::string();
  }
  const json::array& value() const { return body.at("value").as_array(); }
  std::string text(std::string_view name) const { return std::string(text_of(body, name)); }
};

class GraphLab : public testing::Test {
 protected:
  GraphLab() {
    std::vector<std::string> roles{"Mail.ReadWrite",      "Mail.Send",           "Contacts.ReadWrite",
                                   "Calendars.ReadWrite", "Tasks.ReadWrite.All", "MailboxSettings.ReadWrite",
                                   "User.Read.All"};
    tokens.put("app", {.app_id = "app-1",
                       .tenant_id = world.tenant_id(),
                       .user_id = {},
                       .scopes = roles,
                       .expires = now + std::chrono::hours(240'000)});
    std::vector<std::string> scopes{"Mail.ReadWrite",     "Mail.Send",
                                    "Contacts.ReadWrite", "Calendars.ReadWrite",
                                    "Tasks.ReadWrite",    "MailboxSettings.ReadWrite",
                                    "User.Read"};
    for (auto* mailbox : {&ada, &ben, &cleo})
      tokens.put(mailbox->user.mail, {.app_id = "app-1",
                                      .tenant_id = world.tenant_id(),
                                      .user_id = mailbox->user.id,
                                      .scopes = scopes,
                                      .expires = now + std::chrono::hours(240'000)});
  }

  // Target behind /v1.0, or an absolute link that the lab gave.
  Reply send(std::string method, std::string target, json::value body = nullptr, const Fields& headers = {},
             std::string token = "app") {
    net::ServerRequest request;
    request.method = std::move(method);
    std::string_view origin = "https://graph.lab";
    if (target.starts_with(origin))
      target = target.substr(origin.size());
    else if (!target.starts_with("/upload/"))
      target = "/v1.0" + target;
    set_target(request, target);
    request.headers.add("Host", "graph.lab");
    if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
    for (auto& [name, value] : headers) request.headers.add(name, value);
    if (body.is_string())
      request.body = body.as_string();
    else if (!body.is_null())
      request.body = json::serialize(body);
    if (!body.is_null() && !request.headers.find("Content-Type"))
      request.headers.add("Content-Type", "application/json");
    if (auto refused = front.enter(request, now)) return read(*refused);
    auto answer = front.serve(request, now);
    front.leave(request);
    return answer ? read(*answer) : Reply{};
  }
  Reply get(std::string target, const Fields& headers = {}) {
    return send("GET", std::move(target), nullptr, headers);
  }
  Reply post(std::string target, json::value body, const Fields& headers = {}) {
    return send("POST", std::move(target), std::move(body), headers);
  }
  Reply patch(std::string target, json::value body, const Fields& headers = {}) {
    return send("PATCH", std::move(target), std::move(body), headers);
  }

  // Runs a delta round to its end; `link` becomes its deltaLink. At most 1000 pages.
  std::vector<json::object> round(std::string& link, const Fields& headers = {}) {
    std::vector<json::object> rows;
    for (int pages = 0; pages < 1000; ++pages) {
      Reply page = get(link, headers);
      EXPECT_EQ(page.status, 200) << json::serialize(page.body);
      if (page.status != 200) return rows;
      ++pages_read;
      for (auto& row : page.value()) rows.push_back(row.as_object());
      if (auto next = page.text("@odata.nextLink"); !next.empty()) {
        link = next;
        continue;
      }
      link = page.text("@odata.deltaLink");
      return rows;
    }
    return rows;
  }

  std::string of(const Mailbox& mailbox) const { return "/users/" + mailbox.user.id; }
  Item& add_message(Mailbox& mailbox, std::string_view folder, std::string subject) {
    json::object fields{{"subject", subject},
                        {"isDraft", false},
                        {"receivedDateTime", now.to_iso()},
                        {"internetMessageId", "<" + subject + "@x>"},
                        {"toRecipients", json::array()},
                        {"from", recipient_of("out@side.example", "Out")}};
    return world.add(mailbox, IdKind::Message, mailbox.well_known(folder)->number, std::move(fields), now);
  }
  static Reply read(net::ServerResponse& answer) {
    Reply reply{.status = answer.status, .headers = answer.headers, .bytes = answer.body};
    boost::system::error_code failed;
    auto value = json::parse(answer.body, failed);
    if (!failed && value.is_object()) reply.body = value.get_object();
    return reply;
  }
  void pass(Duration d) { now = now + d; }

  Instant now = *Instant::from_iso("2026-11-22T12:00:00Z");
  World world{42};
  Mailbox& ada = world.add_user("ada@contoso.example", "Ada Lovelace", {"a.lovelace@contoso.example"});
  Mailbox& ben = world.add_user("ben@contoso.example", "Ben Franklin");
  Mailbox& cleo = world.add_user("cleo@contoso.example", "Cleo Patra");
  TokenTable tokens;
  GraphFront front{world, tokens};
  size_t pages_read = 0;
  const Fields immutable{{"Prefer", "IdType=\"ImmutableId\""}};
};

}  // namespace mailsync::lab::graph
