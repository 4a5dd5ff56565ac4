#include "server/connect_mailbox.h"

#include <charconv>
#include <utility>

#include "auth/encoding.h"
#include "base/log.h"

namespace mailsync::server {
namespace {

constexpr const char* kStart = "/api/v1/oauth/start";
constexpr const char* kCallback = "/api/v1/oauth/callback";
constexpr const char* kDone = "/mailboxes";
constexpr Duration kPatience = std::chrono::minutes(10);
constexpr size_t kMostBegun = 1000;

net::ServerResponse words(int status, const std::string& text) {
  net::ServerResponse response{.status = status};
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.body = text + "\n";
  return response;
}

std::optional<MailboxId> mailbox_in(const net::ServerRequest& request) {
  const auto text = request.query_value("mailbox");
  int64_t number = 0;
  if (!text) return std::nullopt;
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (problem != std::errc() || end != text->data() + text->size() || number <= 0) return std::nullopt;
  return MailboxId{number};
}

}  // namespace

bool ConnectMailbox::serves(std::string_view path) {
  return path == kStart || path == kCallback;
}

Task<net::ServerResponse> ConnectMailbox::answer(ConnectMailbox& self, net::ServerRequest request) {
  if (request.method != "GET") co_return words(405, "This is a page: open it in the browser.");
  const Secret token = auth::session_token(request.headers, self.https_);
  auto session = co_await self.sessions_.check(token);
  if (!session) co_return words(401, "Sign in to Mail Sync first, then connect the mailbox again.");
  // The session's token itself is not kept.
  const std::string session_name = auth::base64url(auth::sha256(token.reveal()));
  const bool starts = request.path == kStart;
  auto next = starts ? co_await self.start(std::move(request), std::move(*session), session_name)
                     : co_await self.finish(std::move(request), session_name);
  if (!next) {
    log::error("mailbox_not_connected", next.error());
    co_return words(next.error().kind == ErrorKind::Transient ? 503 : 403, next.error().message);
  }
  net::ServerResponse response = words(302, "");
  response.headers.set("Location", *next);
  co_return response;
}

void ConnectMailbox::forget_old() {
  const Instant now = executor_.clock().now();
  std::erase_if(begun_, [&](const auto& entry) { return now - entry.second.pending.begun > kPatience; });
}

Task<Result<std::string>> ConnectMailbox::start(net::ServerRequest request, auth::Session session,
                                                std::string session_name) {
  const auto unknown = [] { return fail(ErrorKind::Gone, "there is no such mailbox of yours"); };
  const auto id = mailbox_in(request);
  if (!id) co_return unknown();
  const auto mailbox = co_await executor_.blocking([this, id = *id] { return data_.store->mailbox(id); });
  if (!mailbox || mailbox->account != session.user.account || mailbox->user != session.user.id)
    co_return unknown();
  if (connections_.app().redirect_uri.empty())
    co_return fail(ErrorKind::Unsupported,
                   "[server] public_url is not set: an administrator sets it, so that Microsoft "
                   "can send you back here");
  forget_old();
  if (begun_.size() >= kMostBegun)
    co_return fail(ErrorKind::Transient, "too many sign-ins have begun: try again in ten minutes");
  auth::SignInStart begin = auth::begin_sign_in(
      connections_.app(), user_scopes(), std::move(session_name), random_, executor_.clock().now(),
      {.login_hint = mailbox->address, .prompt = "select_account", .claims = ""});
  const std::string state = begin.pending.state;
  begun_[state] = {.pending = std::move(begin.pending), .mailbox = *id};
  co_return begin.url;
}

Task<Result<std::string>> ConnectMailbox::finish(net::ServerRequest request, std::string session_name) {
  forget_old();
  const auto found = begun_.find(std::string(request.query_value("state").value_or("")));
  if (found == begun_.end())
    co_return fail(
        ErrorKind::Forbidden,
        "this sign-in was not begun here, or too long ago: begin again where you connect the mailbox");
  // Good for one answer.
  const Begun begun = std::move(begun_.extract(found).mapped());
  const Instant now = executor_.clock().now();
  CO_TRY(const std::string code,
         auth::finish_sign_in(connections_.app(), begun.pending, request, session_name, now));
  CO_TRY(const auth::Tokens tokens,
         co_await connections_.oauth().redeem_code(connections_.app(), code, begun.pending.verifier,
                                                   begun.pending.scopes));
  CO_TRY(const auth::Identity who, auth::read_id_token(connections_.app(), tokens.id_token,
                                                       begun.pending.nonce, executor_.clock().now()));
  CO_TRY_VOID(co_await store(begun.mailbox, who, tokens.refresh_token));
  co_return kDone;
}

Task<Result<void>> ConnectMailbox::store(MailboxId id, auth::Identity who, Secret refresh_token) {
  if (refresh_token.empty())
    co_return fail(ErrorKind::LoginNeeded,
                   "Microsoft gave no lasting permission (offline_access): allow it when asked");
  CO_TRY(sync::Mailbox mailbox, co_await executor_.blocking([this, id] { return data_.store->mailbox(id); }));
  // Always the same person: by object id, never by address (S49). Another one would mix two mailboxes' items.
  if (!mailbox.remote_user.empty() && mailbox.remote_user != who.object_id)
    co_return fail(ErrorKind::Forbidden,
                   "you signed in as another account than the one this mailbox was connected with: "
                   "choose that of " +
                       mailbox.address);
  mailbox.access_method = "graph_user";
  mailbox.remote_user = who.object_id;
  mailbox.state = sync::MailboxState::Active;
  mailbox.state_text.clear();
  const auth::Grant grant = connections_.grant_of(mailbox);
  CO_TRY(const int64_t version,
         co_await connections_.vault().put(*grant.refresh_token, std::move(refresh_token)));
  static_cast<void>(version);
  CO_TRY(const MailboxId same,
         co_await executor_.blocking([this, mailbox] { return save(*data_.store, mailbox); }));
  connections_.tokens().forget(grant.id);
  scheduler_.look_again(same);
  log::info("mailbox_connected", {{"mailbox", id}});
  co_return Result<void>{};
}

}  // namespace mailsync::server
