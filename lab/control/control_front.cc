#include "lab/control/control_front.h"

#include <algorithm>

#include "lab/control/fault_switches.h"

namespace mailsync::lab {

namespace {

bool is_loopback(std::string_view peer) {
  return peer.starts_with("127.") || peer == "::1" || peer.starts_with("::ffff:127.");
}

bool has_header(const net::ServerRequest& request, std::string_view name) {
  return std::ranges::any_of(request.headers.all(),
                             [&](const auto& field) { return same_address(field.first, name); });
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

net::ServerResponse answer_of(int status, const json::value& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", "no-store"}},
          .body = json::serialize(body) + "\n"};
}

template <typename T>
json::object object_of_map(const std::map<std::string, T>& map) {
  json::object out;
  for (const auto& [name, value] : map) out[name] = value;
  return out;
}

std::string_view name_of(ContainerKind kind) {
  switch (kind) {
    case ContainerKind::MailFolder:
      return "mailFolder";
    case ContainerKind::ContactFolder:
      return "contactFolder";
    case ContainerKind::TaskList:
      return "taskList";
    case ContainerKind::Calendar:
      return "calendar";
  }
  return "";
}

}  // namespace

std::string_view kind_name(IdKind kind) {
  switch (kind) {
    case IdKind::Message:
      return "email";
    case IdKind::Contact:
      return "contact";
    case IdKind::Task:
      return "task";
    case IdKind::Event:
      return "meeting";
    case IdKind::Container:
    case IdKind::Attachment:
      break;
  }
  return "";
}

std::optional<IdKind> kind_of_name(std::string_view name) {
  for (IdKind kind : {IdKind::Message, IdKind::Contact, IdKind::Task, IdKind::Event})
    if (kind_name(kind) == name || std::string(kind_name(kind)) + "s" == name) return kind;
  return std::nullopt;
}

ControlFront::ControlFront(World& world, TokenTable& tokens, identity::IdentityFront& identity, Front& graph,
                           ControlHooks hooks)
    : world_(world), tokens_(tokens), identity_(identity), graph_(graph), hooks_(std::move(hooks)) {}

std::optional<net::ServerResponse> ControlFront::serve(const net::ServerRequest& request, Instant now) {
  if (request.path != "/lab" && !request.path.starts_with("/lab/")) return std::nullopt;
  const auto refuse = [](int status, std::string message) {
    return answer_of(status, json::object{{"error", std::move(message)}});
  };
  // A page in a browser on this machine must not steer the lab either: those requests carry an Origin.
  if (!is_loopback(request.peer) || has_header(request, "Origin"))
    return refuse(403, "The lab is steered from this machine only, and not by web pages.");
  Call call{.request = request,
            .path = split_path(std::string_view(request.path).substr(4)),
            .body = nullptr,
            .now = now};
  if (!request.body.empty()) {
    boost::system::error_code problem;
    call.body = json::parse(request.body, problem);
    if (problem) return refuse(400, "The body is not JSON: " + problem.message() + ".");
  }
  Answer answer = route(call);
  if (!answer) return refuse(answer.error().status, answer.error().message);
  return answer_of(200, *answer);
}

ControlFront::Answer ControlFront::route(const Call& call) {
  const std::string first = call.path.empty() ? "" : call.path[0];
  const std::string& method = call.request.method;
  if (first == "counters") return counters(call);
  if (first == "outbox") return outbox(call);
  if (first == "mailboxes") return mailboxes();
  if (first == "items") return items(call);
  if (first == "send" && method == "POST") return send(call);
  if (first == "dump") return dump(call);
  if (first == "switches") return switches(call);
  if (first == "clock") return clock(call);
  if (first == "users" && call.path.size() == 2 && method == "PATCH") return user(call);
  if (first == "apps" && call.path.size() == 2 && method == "PATCH") return app(call);
  if (first == "lifecycle" && method == "POST") return lifecycle(call);
  if (first == "forget-delta-tokens" && method == "POST") {
    if (!hooks_.forget_delta_tokens) return std::unexpected(Refused{501, "This host has no Graph front."});
    hooks_.forget_delta_tokens(call.now);
    return json::object{{"forgotten", true}};
  }
  return std::unexpected(Refused{404, "The lab has nothing at " + method + " " + call.request.path + "."});
}

ControlFront::Answer ControlFront::counters(const Call& call) {
  const Counters& c = world_.counters;
  const auto outside =
      std::ranges::count_if(world_.outbox(), [](const SentMail& mail) { return !mail.inside; });
  json::object out{{"requests", c.requests},
                   {"sub_requests", c.sub_requests},
                   {"writes", c.writes},
                   {"throttled", c.throttled},
                   {"by_route", object_of_map(c.by_route)},
                   {"writes_by_mailbox", object_of_map(c.writes_by_mailbox)},
                   {"identity", object_of_map(identity_.counters())},
                   {"mails", world_.outbox().size()},
                   {"outside_mails", outside}};
  if (hooks_.subscription_count) out["subscriptions"] = hooks_.subscription_count();
  if (call.request.method == "DELETE") world_.counters = {};
  return out;
}

ControlFront::Answer ControlFront::outbox(const Call& call) const {
  json::array mails;
  for (const SentMail& mail : world_.outbox()) {
    if (call.get("outside") == "true" && mail.inside) continue;
    mails.push_back(json::object{{"at", mail.at.to_iso()},
                                 {"from", mail.from},
                                 {"to", mail.to},
                                 {"inside", mail.inside},
                                 {"why", mail.why},
                                 {"subject", mail.subject},
                                 {"message_id", mail.message_id}});
  }
  return json::object{{"mails", std::move(mails)}};
}

ControlFront::Answer ControlFront::mailboxes() const {
  json::array out;
  for (const auto& mailbox : world_.mailboxes()) {
    std::map<std::string, uint64_t> counts{{"email", 0}, {"contact", 0}, {"task", 0}, {"meeting", 0}};
    for (const auto& [number, item] : mailbox->items) ++counts[std::string(kind_name(item.kind))];
    json::array containers;
    for (const auto& [number, container] : mailbox->containers)
      containers.push_back(json::object{{"id", mailbox->id_of(container)},
                                        {"kind", name_of(container.kind)},
                                        {"name", container.name},
                                        {"well_known", container.well_known},
                                        {"items", container.items.size()}});
    json::array aliases;
    for (const std::string& alias : mailbox->user.aliases) aliases.emplace_back(alias);
    out.push_back(json::object{{"address", mailbox->user.mail},
                               {"id", mailbox->user.id},
                               {"name", mailbox->user.display_name},
                               {"aliases", std::move(aliases)},
                               {"time_zone", mailbox->user.time_zone},
                               {"counts", object_of_map(counts)},
                               {"categories", mailbox->categories},
                               {"containers", std::move(containers)}});
  }
  return json::object{{"tenant_id", world_.tenant_id()}, {"mailboxes", std::move(out)}};
}

ControlFront::Answer ControlFront::switches(const Call& call) {
  if (call.request.method == "PUT" || call.request.method == "PATCH") {
    if (!call.body.is_object()) return std::unexpected(Refused{400, "Give an object of switches."});
    for (const auto& [name, wanted] : call.body.as_object()) {
      Result<void> done;
      if (name == "faults" && wanted.is_object()) {
        done = change(world_.faults, wanted.as_object());
      } else if (name == "identity" && wanted.is_object()) {
        done = identity::change(identity_.switches(), wanted.as_object());
      } else if (name == "ews" && wanted.is_object() && hooks_.ews_switches) {
        const auto changed = hooks_.ews_switches(&wanted.as_object());
        if (!changed) done = std::unexpected(changed.error());
      } else if (name == "latency_ms" && wanted.is_int64() && wanted.as_int64() >= 0 && hooks_.set_latency) {
        hooks_.set_latency(std::chrono::milliseconds(wanted.as_int64()));
      } else {
        done = fail(ErrorKind::ItemInvalid,
                    "Switches are {\"faults\": {…}, \"identity\": {…}, \"ews\": {…}, \"latency_ms\": 0}; \"" +
                        std::string(name) + "\" does not fit.");
      }
      if (!done) return std::unexpected(Refused{400, done.error().message});
    }
  }
  json::object out{{"faults", to_json(world_.faults)}, {"identity", identity::to_json(identity_.switches())}};
  if (hooks_.ews_switches)
    if (auto ews = hooks_.ews_switches(nullptr)) out["ews"] = std::move(*ews);
  if (hooks_.latency)
    out["latency_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(hooks_.latency()).count();
  return out;
}

ControlFront::Answer ControlFront::clock(const Call& call) {
  if (call.request.method == "POST") {
    const json::value* shift =
        call.body.is_object() ? call.body.as_object().if_contains("shift_seconds") : nullptr;
    if (!shift || !shift->is_int64()) return std::unexpected(Refused{400, "Give {\"shift_seconds\": 3600}."});
    if (!hooks_.shift_clock) return std::unexpected(Refused{501, "The clock of this lab cannot be shifted."});
    hooks_.shift_clock(std::chrono::seconds(shift->as_int64()));
    return json::object{{"now", (call.now + std::chrono::seconds(shift->as_int64())).to_iso()}};
  }
  return json::object{{"now", call.now.to_iso()}};
}

ControlFront::Answer ControlFront::user(const Call& call) {
  const std::string& address = call.path[1];
  Mailbox* mailbox = world_.find(address);
  identity::Tenant* tenant = identity_.registry().tenant_of_user(address);
  identity::User* user = tenant ? identity_.registry().find_user(*tenant, address) : nullptr;
  if (!mailbox && !user) return std::unexpected(Refused{404, "There is nobody called " + address + "."});
  if (!call.body.is_object()) return std::unexpected(Refused{400, "Give an object of switches."});
  for (const auto& [name, wanted] : call.body.as_object()) {
    if (!wanted.is_bool()) return std::unexpected(Refused{400, std::string(name) + " takes true or false."});
    const bool on = wanted.as_bool();
    if (name == "mailbox_enabled" && mailbox) {
      mailbox->user.mailbox_enabled = on;
    } else if (name == "refuses_apps" && mailbox) {
      mailbox->user.refuses_apps = on;
    } else if (name == "enabled" && user) {
      user->enabled = on;
    } else if (name == "mfa_required" && user) {
      user->mfa_required = on;
    } else if (name == "access_blocked" && user) {
      user->access_blocked = on;
    } else if (name == "change_password" && user && on) {
      identity_.change_password(address, call.now);
    } else {
      return std::unexpected(
          Refused{400, "There is no switch \"" + std::string(name) + "\" for " + address + "."});
    }
  }
  return json::object{{"changed", address}};
}

ControlFront::Answer ControlFront::app(const Call& call) {
  identity::App* app = identity_.registry().find_app(call.path[1]);
  if (!app) return std::unexpected(Refused{404, "There is no application " + call.path[1] + "."});
  if (!call.body.is_object()) return std::unexpected(Refused{400, "Give an object of switches."});
  for (const auto& [name, wanted] : call.body.as_object()) {
    if (!wanted.is_bool()) return std::unexpected(Refused{400, std::string(name) + " takes true or false."});
    if (name == "consent") {
      if (wanted.as_bool()) {
        identity_.registry().consent_as_admin(app->home_tenant, app->client_id);
      } else {
        identity_.registry().withdraw_consent(app->home_tenant, app->client_id);
        tokens_.revoke_app(app->client_id);
      }
    } else if (name == "expire_secrets" && wanted.as_bool()) {
      for (identity::ClientSecret& secret : app->secrets) secret.expires = call.now;
    } else if (name == "revoke_tokens" && wanted.as_bool()) {
      tokens_.revoke_app(app->client_id);
    } else {
      return std::unexpected(
          Refused{400, "There is no switch \"" + std::string(name) + "\" for an application."});
    }
  }
  return json::object{{"changed", app->client_id}};
}

ControlFront::Answer ControlFront::lifecycle(const Call& call) {
  if (!hooks_.send_lifecycle) return std::unexpected(Refused{501, "This host has no Graph front."});
  const auto text = [&](std::string_view name) -> std::string {
    const json::value* value = call.body.is_object() ? call.body.as_object().if_contains(name) : nullptr;
    return value && value->is_string() ? std::string(value->as_string()) : "";
  };
  const std::string event = text("event");
  if (event != "missed" && event != "subscriptionRemoved" && event != "reauthorizationRequired")
    return std::unexpected(Refused{
        400, "Give {\"event\": \"missed\" | \"subscriptionRemoved\" | \"reauthorizationRequired\"}."});
  hooks_.send_lifecycle(event, text("mailbox"), call.now);
  return json::object{{"sent", event}};
}

}  // namespace mailsync::lab
