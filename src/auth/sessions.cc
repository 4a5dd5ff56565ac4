#include "auth/sessions.h"

#include <algorithm>

#include "auth/encoding.h"
#include "auth/organizations.h"
#include "auth/password.h"
#include "auth/transactions.h"

namespace mailsync::auth {
namespace {

// Written this often at most, so that reading pages does not write a row each time.
constexpr Duration kSeenStep = std::chrono::minutes(1);

db::Blob hashed(std::string_view text) {
  return {sha256(text)};
}
// Hashed, because people type passwords into the wrong field.
db::Blob login_subject(const std::string& login) {
  return hashed("login\n" + login);
}
db::Blob peer_subject(const std::string& peer) {
  return hashed("peer\n" + peer);
}

std::unexpected<Error> not_signed_in() {
  return fail(ErrorKind::LoginNeeded, "you are not signed in, or the session has ended: sign in");
}

std::string login_of(const SignIn& request) {
  return canonical_login(request.login).value_or(std::string(request.login.substr(0, 254)));
}

}  // namespace

struct Sessions::Candidate {
  std::optional<User> user;
  std::string hash;
};

bool Session::reaches(UserId other) const {
  return user.role == Role::SystemAdmin || other == user.id || people.contains(other);
}

bool Session::reaches(OrganizationId organization) const {
  return user.role == Role::SystemAdmin || std::ranges::find(administers, organization) != administers.end();
}

Result<void> Sessions::check_failures(db::Session& session, const SignIn& request, Instant now) {
  TRY(const auto rows,
      session.query(
          "SELECT subject, failures, last_at_us FROM sign_in_failure WHERE subject = $1 OR subject = $2",
          {login_subject(login_of(request)), peer_subject(request.peer)}));
  for (const auto& row : rows) {
    const bool by_login = row[0].bytes() == login_subject(login_of(request)).bytes;
    const int64_t over =
        row[1].integer() - (by_login ? limits_.failures_per_login : limits_.failures_per_peer);
    const Instant last = row[2].instant();
    if (over < 0 || now - last > limits_.failures_forgotten) continue;
    const Duration wait = std::min<Duration>(std::chrono::seconds(int64_t{1} << std::min<int64_t>(over, 20)),
                                             limits_.longest_wait);
    if (now < last + wait) {
      Error error{.kind = ErrorKind::Throttled,
                  .message = "too many sign-ins failed: wait a moment, then try again"};
      error.retry_after = last + wait - now;
      return fail(std::move(error));
    }
  }
  return {};
}

// A known user's failures are in the audit log too; of names that do not exist there could be any number.
Result<void> Sessions::note_failure(const SignIn& request, const std::optional<User>& user, Instant now) {
  return write_again(database_, db::Durability::Normal, [&](db::SqlTransaction& tx) -> Result<void> {
    for (const auto& subject : {login_subject(login_of(request)), peer_subject(request.peer)})
      TRY_VOID(
          tx.execute("INSERT INTO sign_in_failure (subject, failures, last_at_us) VALUES ($1, 1, $2) ON "
                     "CONFLICT (subject) DO UPDATE SET "
                     "failures = CASE WHEN sign_in_failure.last_at_us < $3 THEN 1 ELSE "
                     "sign_in_failure.failures + 1 END, "
                     "last_at_us = excluded.last_at_us",
                     {subject, now, now - limits_.failures_forgotten}));
    if (!user) return {};
    const Actor nobody{.user = {}, .name = user->login, .via = "web", .peer = request.peer};
    return note(tx, now, deed_to(*user, nobody, "session.refused"));
  });
}

Result<SignedIn> Sessions::begin_now(db::SqlTransaction& tx, User user, Instant now) {
  SignedIn out{.token = Secret(random_.token()), .csrf = random_.token(), .user = std::move(user)};
  TRY_VOID(
      tx.execute("INSERT INTO web_session (token_hash, account_id, user_id, csrf, created_at_us, seen_at_us) "
                 "VALUES ($1, $2, $3, $4, $5, $5)",
                 {hashed(out.token.reveal()), out.user.account, out.user.id, out.csrf, now}));
  return out;
}

Result<Sessions::Candidate> Sessions::check_password(const SignIn& request, Instant now) {
  Candidate candidate;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY_VOID(check_failures(session, request, now));
    TRY(const auto rows,
        session.query("SELECT id, account_id, login, display_name, role, disabled_at_us, "
                      "organization_id, second_factor, password_hash FROM user_account WHERE "
                      "login = $1",
                      {login_of(request)}));
    if (rows.empty()) return {};
    candidate.user = user_from(rows[0]);
    candidate.hash = rows[0][8].text();
    return {};
  }));
  bool good = false;
  // Who was invited has no password yet.
  if (candidate.user && !candidate.hash.empty()) {
    good = verify_password(candidate.hash, request.password);
  } else {
    pretend_to_verify(request.password);
  }
  if (!good || candidate.user->disabled_at) {
    TRY_VOID(note_failure(request, candidate.user, now));
    return fail(ErrorKind::LoginNeeded,
                "name or password is wrong, or the user is disabled: try again or ask your administrator");
  }
  return candidate;
}

Result<SignedIn> Sessions::let_in(const SignIn& request, const Candidate& candidate, Instant now,
                                  const std::optional<SecondFactors::Proof>& proof) {
  std::string newer;
  if (outdated(candidate.hash)) newer = hash_password(request.password).value_or(std::string());
  SignedIn out;
  const auto done =
      write_again(database_, db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
        if (proof) TRY_VOID(SecondFactors::spend(tx, *candidate.user, *proof));
        if (!newer.empty())
          TRY_VOID(tx.execute("UPDATE user_account SET password_hash = $2 WHERE id = $1",
                              {candidate.user->id, newer}));
        TRY_VOID(tx.execute("DELETE FROM sign_in_failure WHERE subject = $1",
                            {login_subject(candidate.user->login)}));
        TRY_VOID(tx.execute("UPDATE user_account SET signed_in_at_us = $2 WHERE id = $1",
                            {candidate.user->id, now}));
        if (!request.former_token.empty())
          TRY_VOID(tx.execute("DELETE FROM web_session WHERE token_hash = $1",
                              {hashed(request.former_token.reveal())}));
        TRY(out, begin_now(tx, *candidate.user, now));
        return note(tx, now,
                    deed_to(*candidate.user, actor_of(*candidate.user, request.peer), "session.begun"));
      });
  if (!done && done.error().vendor_code == "second_factor_failed")
    TRY_VOID(note_failure(request, candidate.user, now));
  TRY_VOID(done);
  return out;
}

Task<Result<SignedIn>> Sessions::sign_in(SignIn request) {
  const Instant now = executor_.clock().now();
  CO_TRY(const Candidate candidate,
         co_await executor_.blocking([this, now, request] { return check_password(request, now); }));
  std::optional<SecondFactors::Proof> proof;
  if (candidate.user->second_factor) {
    if (second_factors_ == nullptr)
      co_return fail(
          ErrorKind::SwitchedOff,
          "this user signs in with a second factor, and the server cannot check it without its master "
          "key: the operator sets [vault]");
    if (request.code.empty())
      co_return fail(
          {.kind = ErrorKind::LoginNeeded,
           .message = "Enter the six digits that your authenticator app shows, or a recovery code.",
           .vendor_code = "second_factor_needed"});
    CO_TRY(proof, co_await second_factors_->prove(*candidate.user, request.code));
  }
  co_return co_await executor_.blocking(
      [this, now, request, candidate, proof] { return let_in(request, candidate, now, proof); });
}

Task<Result<SignedIn>> Sessions::begin(UserId user) {
  const Instant now = executor_.clock().now();
  co_return co_await executor_.blocking([this, now, user]() -> Result<SignedIn> {
    SignedIn out;
    TRY_VOID(write_again(database_, db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
      TRY(const auto rows, tx.query("SELECT id, account_id, login, display_name, role, disabled_at_us, "
                                    "organization_id, second_factor FROM user_account WHERE id = $1",
                                    {user}));
      if (rows.empty()) return fail(ErrorKind::Gone, "this user does not exist any more");
      TRY(out, begin_now(tx, user_from(rows[0]), now));
      return {};
    }));
    return out;
  });
}

Task<Result<Session>> Sessions::check(Secret token) {
  if (token.empty()) co_return not_signed_in();
  const Instant now = executor_.clock().now();
  co_return co_await executor_.blocking([this, now, key = hashed(token.reveal())]() -> Result<Session> {
    std::optional<Session> session;
    Instant seen;
    TRY_VOID(database_.read([&](db::Session& reader) -> Result<void> {
      TRY(const auto rows,
          reader.query("SELECT u.id, u.account_id, u.login, u.display_name, u.role, "
                       "u.disabled_at_us, u.organization_id, u.second_factor, s.csrf, "
                       "s.created_at_us, s.seen_at_us FROM web_session s JOIN user_account u ON u.id = "
                       "s.user_id WHERE s.token_hash = $1",
                       {key}));
      if (rows.empty()) return {};
      session = Session{.user = user_from(rows[0]),
                        .csrf = rows[0][8].text(),
                        .begun = rows[0][9].instant(),
                        .administers = {},
                        .people = {}};
      seen = rows[0][10].instant();
      if (session->user.role != Role::OrgAdmin) return {};
      TRY(session->administers, administered_by(reader, session->user.id));
      TRY(const auto people, users_within(reader, session->user.account, session->administers));
      session->people.insert(people.begin(), people.end());
      return {};
    }));
    if (!session || session->user.disabled_at || now - seen > limits_.idle ||
        now - session->begun > limits_.absolute)
      return not_signed_in();
    if (now - seen > kSeenStep)
      TRY_VOID(write_again(database_, db::Durability::Normal, [&](db::SqlTransaction& tx) -> Result<void> {
        TRY_VOID(tx.execute("UPDATE web_session SET seen_at_us = $2 WHERE token_hash = $1", {key, now}));
        return {};
      }));
    return std::move(*session);
  });
}

Task<Result<void>> Sessions::sign_out(Secret token) {
  co_return co_await executor_.blocking([this, key = hashed(token.reveal())] {
    return write_again(database_, db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(tx.execute("DELETE FROM web_session WHERE token_hash = $1", {key}));
      return {};
    });
  });
}

Task<Result<void>> Sessions::clean_up() {
  const Instant now = executor_.clock().now();
  co_return co_await executor_.blocking([this, now] {
    return write_again(database_, db::Durability::Normal, [&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(tx.execute("DELETE FROM web_session WHERE seen_at_us < $1 OR created_at_us < $2",
                          {now - limits_.idle, now - limits_.absolute}));
      TRY_VOID(tx.execute("DELETE FROM sign_in_failure WHERE last_at_us < $1",
                          {now - limits_.failures_forgotten}));
      return {};
    });
  });
}

namespace {

std::string cookie(std::string_view value, bool https, std::string_view more) {
  return std::string(https ? "__Host-mailsync=" : "mailsync=") + std::string(value) +
         "; Path=/; HttpOnly; SameSite=Lax" + (https ? "; Secure" : "") + std::string(more);
}

}  // namespace

std::string session_cookie(const Secret& token, bool https) {
  return cookie(token.reveal(), https, "");
}
std::string ended_session_cookie(bool https) {
  return cookie("", https, "; Max-Age=0");
}

Secret session_token(const net::Headers& headers, bool https) {
  const std::string_view name = https ? "__Host-mailsync" : "mailsync";
  for (const auto& [field, value] : headers.all()) {
    if (!std::ranges::equal(field, std::string_view("cookie"),
                            [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; }))
      continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      auto pair = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
        return Secret(std::string(pair.substr(name.size() + 1)));
    }
  }
  return {};
}

bool csrf_matches(const Session& session, const net::Headers& headers) {
  return same_secret(headers.find("X-CSRF-Token").value_or(""), session.csrf);
}

}  // namespace mailsync::auth
