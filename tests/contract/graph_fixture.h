// A mailbox of the lab, reached by our Graph client without a network, on the seeded executor.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/seeded_executor.h"
#include "lab/fronts/graph/graph_front.h"
#include "lab/host.h"
#include "lab/in_process_client.h"
#include "lab/json_read.h"
#include "lab/meetings.h"
#include "mailbox/graph/replica.h"

namespace mailsync::tests {

namespace json = boost::json;
using graph::Replica;
using lab::IdKind;
using model::Field;
using model::Kind;

class GraphFixture : public testing::Test {
 protected:
  GraphFixture() {
    http.serve("https://graph.lab",
               [this](net::ServerRequest request) { return host.serve(std::move(request)); });
    tokens.put("app", {.app_id = "app-1",
                       .tenant_id = world.tenant_id(),
                       .user_id = {},
                       .scopes = {"Mail.ReadWrite", "Mail.Send", "Contacts.ReadWrite", "Calendars.ReadWrite",
                                  "Tasks.ReadWrite.All", "MailboxSettings.ReadWrite", "User.Read.All"},
                       .expires = clock.now() + std::chrono::hours(240'000)});
  }
  ~GraphFixture() override { executor.crash(); }

  template <typename T>
  T run(Task<T> task) {
    EXPECT_TRUE(executor.run(task)) << "it waits for something that never comes";
    return task.take();
  }

  static Task<Result<net::Bearer>> bearer() {
    co_return net::Bearer{Secret("app"), *net::Origin::of("https://graph.lab")};
  }
  std::unique_ptr<graph::Client> new_client(int page_size = 1000) {
    return std::make_unique<graph::Client>(
        http, [](std::optional<std::string>) { return bearer(); }, executor, random, limit,
        graph::ClientOptions{
            .base_url = "https://graph.lab/v1.0", .user = ada.user.id, .page_size = page_size});
  }
  Replica& replica() {
    if (!replica_)
      replica_ = std::make_unique<Replica>(new_client(), graph::ReplicaOptions{.profile = profile});
    return *replica_;
  }
  void forget_replica() { replica_.reset(); }  // as a restart does

  std::vector<sync::Collection> collections(Kind kind) {
    auto all = run(replica().collections());
    EXPECT_TRUE(all) << (all ? "" : all.error().message);
    std::vector<sync::Collection> out;
    if (all)
      for (const auto& one : *all)
        if (one.kind == kind) out.push_back(one);
    return out;
  }
  sync::Collection collection(Kind kind, std::string_view name) {
    for (const auto& one : collections(kind))
      if (one.name == name) return one;
    ADD_FAILURE() << "no collection " << name;
    return {};
  }

  struct Round {
    std::vector<sync::Change> changes;
    size_t pages = 0;
    bool complete = false;
    std::map<std::string, sync::RemoteItem> present() const {
      std::map<std::string, sync::RemoteItem> out;
      for (const auto& change : changes)
        if (change.presence == sync::Presence::Present) out[change.item.id.value] = change.item;
      return out;
    }
    std::vector<std::string> removed() const {
      std::vector<std::string> out;
      for (const auto& change : changes)
        if (change.presence == sync::Presence::Removed) out.push_back(change.item.id.value);
      return out;
    }
  };
  // Pages until the feed has no more; `cursor` moves on.
  Round round(const sync::Collection& from, Cursor& cursor) {
    Round out;
    for (bool more = true; more && out.pages < 5000;) {
      auto page = run(replica().changes(from, cursor));
      EXPECT_TRUE(page) << (page ? "" : page.error().message);
      if (!page) break;
      ++out.pages;
      for (auto& change : page->changes) out.changes.push_back(std::move(change));
      cursor = page->next;
      more = page->more;
      out.complete = page->complete_listing;
    }
    return out;
  }

  lab::Item& add_message(std::string_view folder, std::string subject, json::object more = {}) {
    json::object fields{
        {"subject", subject},
        {"isDraft", false},
        {"receivedDateTime", clock.now().to_iso()},
        {"sentDateTime", clock.now().to_iso()},
        {"internetMessageId", "<" + subject + "@x>"},
        {"categories", json::array()},
        {"body", json::object{{"contentType", "html"}, {"content", "<p>Body of " + subject + "</p>"}}},
        {"toRecipients", json::array()},
        {"from", recipient("out@side.example", "Out")}};
    for (auto& [name, value] : more) fields[name] = value;
    return world.add(ada, IdKind::Message, ada.well_known(folder)->number, std::move(fields), clock.now());
  }
  static json::object recipient(std::string_view address, std::string_view name) {
    return {{"emailAddress", json::object{{"address", address}, {"name", name}}}};
  }
  std::string id(const lab::Item& item) { return ada.id_of(item, true); }

  sync::RemoteWrite create(Kind kind, model::Fields fields, std::string operation, bool mark = false) {
    sync::RemoteWrite write;
    write.op = sync::RemoteWrite::Op::Create;
    write.kind = kind;
    write.fields = std::move(fields);
    write.operation = OperationId{std::move(operation)};
    write.mark = mark;
    return write;
  }
  sync::RemoteWrite update(const sync::RemoteItem& item, model::Fields fields,
                           std::string operation = "op-u") {
    sync::RemoteWrite write;
    write.op = sync::RemoteWrite::Op::Update;
    write.kind = item.kind;
    write.id = item.id;
    write.base_version = item.version;
    write.fields = std::move(fields);
    write.operation = OperationId{std::move(operation)};
    return write;
  }
  sync::RemoteWrite erase(const sync::RemoteItem& item) {
    sync::RemoteWrite write = update(item, {}, "op-d");
    write.op = sync::RemoteWrite::Op::Delete;
    return write;
  }

  SimulatedClock clock{*Instant::from_iso("2026-11-22T12:00:00Z")};
  SeededExecutor executor{clock, 7};
  SeededRandom random{11};
  lab::World world{42};
  lab::Mailbox& ada = world.add_user("ada@contoso.example", "Ada Lovelace");
  lab::Mailbox& ben = world.add_user("ben@contoso.example", "Ben Franklin");
  lab::TokenTable tokens;
  lab::graph::GraphFront front{world, tokens};
  lab::InProcessClient http{executor};
  lab::Host host{executor, {&front}, front, &http};
  net::RateLimit limit{executor, {}};
  sync::Profile profile;

 private:
  std::unique_ptr<Replica> replica_;
};

}  // namespace mailsync::tests
