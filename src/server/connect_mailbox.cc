#include "server/connect_mailbox.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "auth/encoding.h"
#include "base/log.h"
#include "server/pages.h"

namespace mailsync::server {
namespace {

constexpr const char* kStart = "/api/v1/oauth/start";
constexpr const char* kCallback = "/api/v1/oauth/callback";
constexpr const char* kPage = "/start/mail-sync/signed-in";
constexpr Duration kPatience = std::chrono::minutes(10);
constexpr size_t kMostBegun = 1000;
constexpr size_t kMostBegunPerSession = 8;

std::optional<MailboxId> mailbox_in(const net::ServerRequest& request) {
  const auto text = request.query_value("mailbox");
  int64_t number = 0;
  if (!text) return std::nullopt;
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (problem != std::errc() || end != text->data() + text->size() || number <= 0) return std::nullopt;
  return MailboxId{number};
}

Error error_of(ErrorKind kind, std::string words) {
  return {.kind = kind, .message = std::move(words)};
}

}  // namespace

ConnectMailbox::Refused::Refused(Error e) : error(std::move(e)), reason(reason_of(error)) {}

bool ConnectMailbox::serves(std::string_view path) {
  return path == kStart || path == kCallback;
}

Task<net::ServerResponse> ConnectMailbox::answer(ConnectMailbox& self, net::ServerRequest request) {
  if (request.method != "GET") co_return plain_page(405, "This is a page: open it in the browser.");
  const Secret token = auth::session_token(request.headers, self.https_);
  auto session = co_await self.sessions_.check(token);
  // The application asks who he is, then says that the sign-in has to begin again.
  if (!session) co_return redirect_to(kPage);
  const UserId user = session->user.id;
  // The session's token itself is not kept.
  const std::string session_name = auth::base64url(auth::sha256(token.reveal()));
  admin::SignInOutcome about;
  std::optional<Refused> refused;
  if (request.path == kStart) {
    auto next = co_await self.start(std::move(request), std::move(*session), session_name, about);
    if (next) co_return redirect_to(*next);
    refused = std::move(next).error();
  } else {
    auto done = co_await self.finish(std::move(request), std::move(*session), session_name, about);
    if (!done) refused = std::move(done).error();
  }
  about.reason = "connected";
  if (refused) {
    log::error("mailbox_not_connected", refused->error, {{"reason", refused->reason}});
    tell(about, std::move(refused->reason), std::move(refused->error));
  }
  co_return redirect_to(std::string(kPage) + "?outcome=" + self.outcomes_.keep(std::move(about), user));
}

// Forgets what is too old, and of a session that begins again and again the oldest: it cannot keep others
// out.
void ConnectMailbox::make_room(const std::string& session_name) {
  const Instant now = executor_.clock().now();
  std::erase_if(begun_, [&](const auto& entry) { return now - entry.second.pending.begun > kPatience; });
  size_t own = 0;
  auto oldest = begun_.end();
  for (auto at = begun_.begin(); at != begun_.end(); ++at) {
    if (at->second.pending.session != session_name) continue;
    ++own;
    if (oldest == begun_.end() || at->second.pending.begun < oldest->second.pending.begun) oldest = at;
  }
  if (own >= kMostBegunPerSession) begun_.erase(oldest);
}

Task<ConnectMailbox::Answered<sync::Mailbox>> ConnectMailbox::own_mailbox(MailboxId id,
                                                                          auth::Session session) {
  auto mailbox = co_await executor_.blocking([this, id] { return data_.store->mailbox(id); });
  if (!mailbox && mailbox.error().kind != ErrorKind::Gone)
    co_return std::unexpected(Refused(std::move(mailbox).error()));
  if (!mailbox || mailbox->account != session.user.account || mailbox->user != session.user.id)
    co_return std::unexpected(
        Refused(error_of(ErrorKind::Gone,
                         "There is no such mailbox of yours. Only its owner can sign in for "
                         "a mailbox: ask your administrator whose it is.")));
  co_return *std::move(mailbox);
}

Task<ConnectMailbox::Answered<std::string>> ConnectMailbox::start(net::ServerRequest request,
                                                                  auth::Session session,
                                                                  std::string session_name,
                                                                  admin::SignInOutcome& about) {
  CO_TRY(const sync::Mailbox mailbox,
         co_await own_mailbox(mailbox_in(request).value_or(MailboxId{}), std::move(session)));
  about.mailbox = mailbox.id;
  about.address = mailbox.address;
  CO_TRY(std::shared_ptr<const Access> access, co_await connections_.access_to(mailbox));
  const std::string method = auth::method_for_mailbox(access->configuration, mailbox.access_method);
  if (method.empty())
    co_return std::unexpected(
        Refused(error_of(ErrorKind::Unsupported, auth::why_not_available(access->configuration))));
  if (method != "graph_user")
    co_return std::unexpected(Refused(error_of(
        ErrorKind::Unsupported, "The mailbox " + mailbox.address +
                                    " is reached with your organization's own permission: nobody needs to "
                                    "sign in for it.")));
  if (access->app.redirect_uri.empty())
    co_return std::unexpected(
        Refused(error_of(ErrorKind::Unsupported,
                         "Microsoft would not know where to send you back to: your administrator has to set "
                         "[server] public_url to the address under which browsers open Mail Sync.")));
  make_room(session_name);
  if (begun_.size() >= kMostBegun)
    co_return std::unexpected(Refused(
        error_of(ErrorKind::Throttled, "Too many people sign in right now: try again in ten minutes.")));
  auth::SignInStart begin = auth::begin_sign_in(
      access->app, user_scopes(), std::move(session_name), random_, executor_.clock().now(),
      {.login_hint = mailbox.address, .prompt = "select_account", .claims = ""});
  const std::string state = begin.pending.state;
  begun_[state] = {.pending = std::move(begin.pending),
                   .mailbox = mailbox.id,
                   .address = mailbox.address,
                   .access = std::move(access)};
  co_return begin.url;
}

Task<ConnectMailbox::Answered<void>> ConnectMailbox::finish(net::ServerRequest request, auth::Session session,
                                                            std::string session_name,
                                                            admin::SignInOutcome& about) {
  make_room("");
  const auto found = begun_.find(std::string(request.query_value("state").value_or("")));
  if (found == begun_.end() || !auth::same_secret(found->second.pending.session, session_name))
    co_return std::unexpected(Refused(
        "expired", error_of(ErrorKind::Forbidden,
                            "This sign-in was not begun here, was used already, or took longer than ten "
                            "minutes. Nothing was changed: begin again.")));
  // Good for one answer.
  const Begun begun = std::move(begun_.extract(found).mapped());
  about.mailbox = begun.mailbox;
  about.address = begun.address;
  // The service that was asked, whatever is configured by now (S2).
  const Access& access = *begun.access;
  CO_TRY(const std::string code,
         auth::finish_sign_in(access.app, begun.pending, request, session_name, executor_.clock().now()));
  CO_TRY(auth::Tokens tokens, co_await connections_.oauth().redeem_code(
                                  access.app, code, begun.pending.verifier, begun.pending.scopes));
  CO_TRY(auth::Identity who,
         auth::read_id_token(access.app, tokens.id_token, begun.pending.nonce, executor_.clock().now()));
  // Once more: the mailbox may have been given to somebody else meanwhile.
  CO_TRY(sync::Mailbox mailbox, co_await own_mailbox(begun.mailbox, std::move(session)));
  CO_TRY_VOID(co_await store(std::move(mailbox), access, std::move(who), std::move(tokens)));
  co_return Answered<void>{};
}

Task<ConnectMailbox::Answered<void>> ConnectMailbox::store(sync::Mailbox mailbox, const Access& access,
                                                           auth::Identity who, auth::Tokens tokens) {
  if (tokens.refresh_token.empty())
    co_return std::unexpected(
        Refused("denied", error_of(ErrorKind::LoginNeeded,
                                   "Microsoft gave no lasting permission: allow Mail Sync to keep access to "
                                   "the data you gave it access to when you are asked.")));
  CO_TRY(const SignedInAccount account, co_await signed_in_account(connections_.http(), executor_.clock(),
                                                                   access.graph_root(), tokens.access_token));
  // Always the same person, by object id (S49): another one would mix two mailboxes' items. The first time,
  // the account must be the one that has the mailbox's address.
  const bool known = mailbox.remote_user.empty()
                         ? account.has(mailbox.address)
                         : mailbox.remote_user == who.object_id || account.has(mailbox.remote_user);
  if (account.object_id != who.object_id || !known)
    co_return std::unexpected(Refused(
        "wrong_account", error_of(ErrorKind::Forbidden, "You signed in as " + account.name +
                                                            ", but this mailbox is " + mailbox.address +
                                                            ". Nothing was changed: try again and choose "
                                                            "the account of " +
                                                            mailbox.address + ".")));
  mailbox.remote_user = who.object_id;
  mailbox.access_method = "graph_user";
  // A pause, a hold and a missing licence are not lifted by a sign-in.
  if (mailbox.state == sync::MailboxState::NeedsLogin || mailbox.state == sync::MailboxState::Forbidden ||
      mailbox.state == sync::MailboxState::Stopped) {
    mailbox.state = sync::MailboxState::Active;
    mailbox.state_text.clear();
  }
  const auth::Grant grant = access.grant(mailbox);
  CO_TRY(const int64_t version,
         co_await connections_.vault().put(*grant.refresh_token, std::move(tokens.refresh_token)));
  static_cast<void>(version);
  CO_TRY(const MailboxId same,
         co_await executor_.blocking([this, mailbox] { return save(*data_.store, mailbox); }));
  connections_.tokens().forget(grant.id);
  scheduler_.look_again(same);
  log::info("mailbox_connected", {{"mailbox", mailbox.id}});
  co_return Answered<void>{};
}

}  // namespace mailsync::server
