// The lab's own interface, /lab/…, JSON, for whoever runs it (the demo, tests, ./dev lab), never for the
// product: what was asked of the lab, what left it, what is in it, and how it is made to misbehave. Only from
// this machine.
//
//   GET    /lab/counters                      requests, writes, 429s; sign-ins; mails to outsiders
//   DELETE /lab/counters                      the same, and starts again from zero
//   GET    /lab/outbox[?outside=true]         mails that left a mailbox
//   GET    /lab/mailboxes                     addresses, containers, counts per kind
//   GET    /lab/items?kind=&mailbox=&container=&category=&text=&limit=     kind: email contact task meeting
//   POST   /lab/items?kind=&mailbox=[&container=]   creates one as its owner would (an email arrives in the
//   Inbox) GET    /lab/items/{id}                    everything that is kept of it PATCH  /lab/items/{id} its
//   owner's edit; a Graph resource in part PUT    /lab/items/{id}/category           {"category": "CRM",
//   "set": true} POST   /lab/items/{id}/move               {"container": "archive"}: id, well-known name or
//   display name DELETE /lab/items/{id} POST   /lab/send?mailbox=                 the body of Graph's
//   sendMail, sent by the owner GET    /lab/dump?mailbox=&kind=           every item whole, keys sorted, for
//   an independent comparison GET, PUT /lab/switches                    {"faults": {…}, "identity": {…},
//   "ews": {…}, "latency_ms": 0} POST   /lab/clock                         {"shift_seconds": 3600}, added to
//   the shift so far PATCH  /lab/users/{address}               mailbox_enabled, refuses_apps, enabled,
//   mfa_required, access_blocked,
//                                             and "change_password": true
//   PATCH  /lab/apps/{client id}              "consent": true|false, "expire_secrets": true
//   POST   /lab/lifecycle                     {"event": "missed", "mailbox": ""}
//   POST   /lab/forget-delta-tokens
//
// Items are named by their immutable ids. Owners act through the Graph front (with a token of their own,
// uncounted and undisturbed by switches), so that the tenant does with their edits what it does with
// everybody's.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "lab/front.h"
#include "lab/fronts/identity/identity_front.h"
#include "lab/tokens.h"
#include "lab/world.h"

namespace mailsync::lab {

// What the control interface needs of its host; empty functions are answered with 501.
struct ControlHooks {
  std::function<void(Duration)> shift_clock;
  std::function<Duration()> clock_shift;
  std::function<void(Duration)> set_latency;
  std::function<Duration()> latency;
  std::function<void(std::string_view event, std::string_view mailbox, Instant now)> send_lifecycle;
  std::function<void(Instant now)> forget_delta_tokens;
  std::function<size_t()> subscription_count;
  // The switches of EWS as they are, after changing what is named (null: nothing).
  std::function<Result<json::object>(const json::object* wanted)> ews_switches;
};

class ControlFront final : public Front {
 public:
  // All of them outlive the front.
  ControlFront(World& world, TokenTable& tokens, identity::IdentityFront& identity, Front& graph,
               ControlHooks hooks);

  std::optional<net::ServerResponse> serve(const net::ServerRequest& request, Instant now) override;

 private:
  struct Refused {
    int status = 400;
    std::string message;
  };
  using Answer = std::expected<json::value, Refused>;
  struct Call {
    const net::ServerRequest& request;
    std::vector<std::string> path;  // after /lab
    json::value body;               // null when there is none
    Instant now;
    std::string get(std::string_view name) const { return identity::value_of(request.query, name); }
  };
  struct Found {
    Mailbox* mailbox = nullptr;
    Item* item = nullptr;
  };

  Answer route(const Call& call);
  Answer counters(const Call& call);
  Answer outbox(const Call& call) const;
  Answer mailboxes() const;
  Answer switches(const Call& call);
  Answer clock(const Call& call);
  Answer user(const Call& call);
  Answer app(const Call& call);
  Answer lifecycle(const Call& call);

  // items.cc
  Answer items(const Call& call);
  Answer list(const Call& call);
  Answer create(const Call& call);
  Answer one_item(const Call& call);
  Answer set_category(const Call& call, Found found);
  Answer move(const Call& call, Found found);
  Answer send(const Call& call);
  Answer dump(const Call& call);
  std::expected<Found, Refused> find_item(std::string_view id) const;
  std::string addresses() const;  // of all mailboxes, for people
  std::expected<Mailbox*, Refused> find_mailbox(std::string_view address) const;
  Answer as_owner(const Call& call, std::string method, std::string path, const json::value& body);

  World& world_;
  TokenTable& tokens_;
  identity::IdentityFront& identity_;
  Front& graph_;
  ControlHooks hooks_;
};

// email, contact, task, meeting
std::string_view kind_name(IdKind kind);
std::optional<IdKind> kind_of_name(std::string_view name);

// One item as GET /lab/items/{id} and the dump give it: Graph's fields, and beside them id, changeKey,
// container, attachments with their SHA-256, exceptions and cancelled days of a series. Keys are sorted at
// every depth.
json::object whole_item(const Mailbox& mailbox, const Item& item);
// One line of a list.
json::object item_summary(const Mailbox& mailbox, const Item& item);

}  // namespace mailsync::lab
