#include "lab/fronts/ews/ews_front.h"

#include <algorithm>
#include <functional>

#include "lab/fronts/ews/base64.h"
#include "lab/fronts/ews/envelope.h"
#include "lab/transcript.h"
#include "lab/zones.h"

namespace mailsync::lab::ews {
namespace {

struct Operation {
  std::string_view name;
  void (*run)(Call& call);
  const char* ids;      // the element whose children are answered one by one; null: one answer
  const char* payload;  // that the schema requires in an error too
};

constexpr Operation kOperations[] = {
    {"GetFolder", get_folder, "FolderIds", nullptr},
    {"FindFolder", find_folders, "ParentFolderIds", nullptr},
    {"CreateFolder", create_folder, "Folders", "m:Folders"},
    {"SyncFolderHierarchy", sync_folder_hierarchy, nullptr, nullptr},
    {"SyncFolderItems", sync_folder_items, nullptr, nullptr},
    {"GetItem", get_item, "ItemIds", "m:Items"},
    {"FindItem", find_items, "ParentFolderIds", nullptr},
    {"CreateItem", create_item, "Items", "m:Items"},
    {"UpdateItem", update_item, "ItemChanges", "m:Items"},
    {"DeleteItem", delete_item, "ItemIds", nullptr},
    {"MoveItem", move_item, "ItemIds", "m:Items"},
    {"SendItem", send_item, "ItemIds", nullptr},
    {"GetAttachment", get_attachment, "AttachmentIds", "m:Attachments"},
    {"CreateAttachment", create_attachment, "Attachments", "m:Attachments"},
    {"DeleteAttachment", delete_attachment, "AttachmentIds", nullptr},
};

// Without its read flag; the order of the properties does not count.
size_t hash_of(const Item& item) {
  size_t hash = item.attachments.size();
  for (auto& [name, value] : item.fields)
    if (std::string_view(name) != "isRead")
      hash += std::hash<std::string_view>()(name) * 31 + std::hash<json::value>()(value);
  return hash;
}

net::ServerResponse plain(int status, std::string type, std::string body) {
  net::ServerResponse answer;
  answer.status = status;
  answer.headers.add("Content-Type", std::move(type));
  answer.body = std::move(body);
  return answer;
}

Problem as_problem(const EwsSwitches::Planned& planned) {
  Problem out = problem(planned.code);
  if (planned.back_off)
    out.values.emplace_back("BackOffMilliseconds", std::to_string(planned.back_off->count() / 1000));
  return out;
}

}  // namespace

struct EwsFront::Impl {
  World& world;
  Accounts accounts;
  Desk desk;

  std::shared_ptr<bool> alive = std::make_shared<bool>(true);

  Impl(World& w, EwsOptions options) : world(w), accounts(w, std::move(options)) {}

  void noted(const Change& change);
  std::optional<Account> signed_in(const net::ServerRequest& request) const;
  net::ServerResponse unauthorized() const;
  std::expected<Version, Problem> version_for(const Envelope& envelope) const;
  std::expected<Mailbox*, Problem> mailbox_for(const Envelope& envelope, const Account& account);
  EwsSwitches::Planned* planned_for(std::string_view operation);
  net::ServerResponse answer(const Envelope& envelope, const Account& account, Instant now);
  net::ServerResponse run(const Operation& operation, const Envelope& envelope, Mailbox& mailbox,
                          Version version, const EwsSwitches::Planned* planned, Instant now);
};

void EwsFront::Impl::noted(const Change& change) {
  std::pair key{change.mailbox.number, change.item.number};
  if (change.type == ChangeType::Deleted) {
    desk.contents.erase(key);
    return;
  }
  size_t hash = hash_of(change.item);
  auto [known, fresh] = desk.contents.try_emplace(key, Content{hash, change.mailbox.sequence});
  if (fresh || known->second.hash == hash) return;
  known->second = {hash, change.mailbox.sequence};
}

std::optional<Account> EwsFront::Impl::signed_in(const net::ServerRequest& request) const {
  auto header = request.headers.find("Authorization").value_or("");
  if (header.size() < 6 || !same_address(header.substr(0, 6), "Basic ")) return std::nullopt;
  auto pair = from_base64(header.substr(6));
  auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return accounts.sign_in(std::string_view(*pair).substr(0, colon),
                          std::string_view(*pair).substr(colon + 1));
}

net::ServerResponse EwsFront::Impl::unauthorized() const {
  auto answer = plain(401, "text/html", "");
  answer.headers.add("WWW-Authenticate", "Basic realm=\"mail.contoso.example\"");
  return answer;
}

std::expected<Version, Problem> EwsFront::Impl::version_for(const Envelope& envelope) const {
  if (envelope.version.empty()) return Version::E2007;
  // Services since 2016 go by date: "V2017_07_11".
  if (envelope.version.starts_with("V20") && desk.switches.version == Version::E2016) return Version::E2016;
  auto version = version_of(envelope.version);
  if (!version || *version > desk.switches.version)
    return std::unexpected(problem("ErrorInvalidServerVersion"));
  return *version;
}

std::expected<Mailbox*, Problem> EwsFront::Impl::mailbox_for(const Envelope& envelope,
                                                             const Account& account) {
  Mailbox* mailbox = account.mailbox;
  if (envelope.impersonate) {
    if (!account.impersonates) return std::unexpected(problem("ErrorImpersonateUserDenied"));
    if (envelope.impersonate_by_sid) return std::unexpected(problem("ErrorImpersonationFailed"));
    mailbox = world.find(*envelope.impersonate);
  }
  if (!mailbox || !mailbox->user.mailbox_enabled) return std::unexpected(problem("ErrorNonExistentMailbox"));
  return mailbox;
}

EwsSwitches::Planned* EwsFront::Impl::planned_for(std::string_view operation) {
  for (auto& one : desk.switches.planned) {
    if (!one.times || (!one.operation.empty() && one.operation != operation)) continue;
    --one.times;
    return &one;
  }
  return nullptr;
}

net::ServerResponse EwsFront::Impl::run(const Operation& operation, const Envelope& envelope,
                                        Mailbox& mailbox, Version version,
                                        const EwsSwitches::Planned* planned, Instant now) {
  auto reply = start_reply(desk.switches, operation.name);
  Call call{.world = world,
            .desk = desk,
            .request = envelope.request,
            .now = now,
            .mailbox = mailbox,
            .version = version,
            .messages = reply->messages,
            .message_name = "m:" + std::string(operation.name) + "ResponseMessage",
            .zone = zone_of(envelope.zone) ? envelope.zone : "UTC"};
  if (!planned || planned->after_effect) operation.run(call);
  if (planned) {
    size_t count = operation.ids ? children(child(envelope.request, operation.ids)).size() : 1;
    while (Node said = call.messages.first_child()) call.messages.remove_child(said);
    for (size_t i = 0; i < count; ++i) call.refuse(as_problem(*planned), operation.payload);
  }
  world.counters.writes += call.writes;
  if (call.writes) world.counters.writes_by_mailbox[mailbox.user.mail] += call.writes;
  bool misbehaves = planned || desk.switches.empty_answers || desk.switches.illegal_characters;
  if (desk.switches.empty_answers) {
    --desk.switches.empty_answers;
    while (Node said = call.messages.first_child()) call.messages.remove_child(said);
  }
  auto answer = finish_reply(desk.switches, *reply);
  if (misbehaves) answer.headers.add(std::string(kMisbehaves), "1");
  return answer;
}

net::ServerResponse EwsFront::Impl::answer(const Envelope& envelope, const Account& account, Instant now) {
  auto version = version_for(envelope);
  if (!version) return fault(desk.switches, version.error());
  auto name = local_name(envelope.request);
  ++world.counters.by_route["EWS " + std::string(name)];
  auto* operation = std::ranges::find(kOperations, name, &Operation::name);
  if (operation == std::end(kOperations)) {
    Problem unknown = problem("ErrorInvalidRequest");
    unknown.text = "The lab does not know the operation " + std::string(name) + ".";
    return fault(desk.switches, unknown);
  }
  auto mailbox = mailbox_for(envelope, account);
  if (!mailbox) return fault(desk.switches, mailbox.error());
  auto* planned = planned_for(name);
  if (planned && !planned->html.empty()) return plain(200, "text/html", planned->html);
  if (planned && planned->fault && !planned->after_effect)
    return fault(desk.switches, as_problem(*planned), planned->http_status);
  auto done = run(*operation, envelope, **mailbox, *version, planned, now);
  if (planned && planned->fault) return fault(desk.switches, as_problem(*planned), planned->http_status);
  return done;
}

EwsFront::EwsFront(World& world, EwsOptions options)
    : impl_(std::make_unique<Impl>(world, std::move(options))) {
  // The world may tell of changes after this front is gone.
  std::weak_ptr<bool> alive = impl_->alive;
  world.observe([impl = impl_.get(), alive](const Change& change) {
    if (alive.lock()) impl->noted(change);
  });
}
EwsFront::~EwsFront() = default;

std::optional<net::ServerResponse> EwsFront::serve(const net::ServerRequest& request, Instant now) {
  if (!same_address(request.path, "/EWS/Exchange.asmx")) return std::nullopt;
  World& world = impl_->world;
  world.settle(now);
  ++world.counters.requests;
  auto account = impl_->signed_in(request);
  if (!account) return impl_->unauthorized();
  if (request.method != "POST") return plain(200, "text/html", "<html><body>Service</body></html>");
  auto type = request.headers.find("Content-Type").value_or("");
  if (!same_address(type.substr(0, 8), "text/xml")) return plain(415, "text/html", "");
  auto envelope = read_envelope(request.body);
  if (!envelope) {
    Problem bad = problem("ErrorSchemaValidation");
    bad.text += " " + envelope.error();
    return fault(impl_->desk.switches, bad);
  }
  auto answer = impl_->answer(*envelope, *account, now);
  if (auto id = request.headers.find("client-request-id"))
    if (request.headers.find("return-client-request-id").value_or("") == "true")
      answer.headers.add("client-request-id", std::string(*id));
  return answer;
}

EwsSwitches& EwsFront::switches() {
  return impl_->desk.switches;
}

}  // namespace mailsync::lab::ews
