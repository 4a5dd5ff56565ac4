#include "auth/one_time_links.h"

#include "auth/encoding.h"

namespace mailsync::auth {
namespace {

db::Blob hashed(const Secret& token) {
  return {sha256("one-time link\n" + token.reveal())};
}

}  // namespace

std::string_view name_of(LinkPurpose purpose) {
  switch (purpose) {
    case LinkPurpose::FirstAdministrator:
      return "first_administrator";
    case LinkPurpose::Invitation:
      return "invitation";
    case LinkPurpose::PasswordReset:
      return "password_reset";
  }
  std::unreachable();
}

Result<Secret> make_link(db::SqlTransaction& tx, Random& random, const OneTimeLink& link) {
  TRY_VOID(end_links_of(tx, link.account, link.user));
  Secret token(random.token());
  TRY_VOID(tx.execute(
      "INSERT INTO one_time_link (token_hash, account_id, user_id, purpose, expires_at_us) VALUES ($1, $2, "
      "$3, $4, $5)",
      {hashed(token), link.account, link.user, name_of(link.purpose), link.expires}));
  return token;
}

Result<std::optional<OneTimeLink>> find_link(db::Session& session, const Secret& token, Instant now) {
  TRY(const db::Rows rows,
      session.query(
          "SELECT account_id, user_id, purpose, expires_at_us FROM one_time_link WHERE token_hash = $1 "
          "AND expires_at_us > $2",
          {hashed(token), now}));
  if (rows.empty()) return std::nullopt;
  OneTimeLink link{.account = rows[0][0].id<AccountId>(),
                   .user = rows[0][1].id<UserId>(),
                   .expires = rows[0][3].instant()};
  for (const auto purpose :
       {LinkPurpose::FirstAdministrator, LinkPurpose::Invitation, LinkPurpose::PasswordReset})
    if (name_of(purpose) == rows[0][2].text()) link.purpose = purpose;
  return link;
}

Result<void> end_link(db::SqlTransaction& tx, const Secret& token) {
  TRY(const int64_t ended, tx.execute("DELETE FROM one_time_link WHERE token_hash = $1", {hashed(token)}));
  if (ended == 0) return fail(ErrorKind::Gone, "this link was used already: ask for a new one");
  return {};
}

Result<void> end_links_of(db::SqlTransaction& tx, AccountId account, UserId user) {
  TRY_VOID(tx.execute("DELETE FROM one_time_link WHERE account_id = $1 AND user_id = $2", {account, user}));
  return {};
}

}  // namespace mailsync::auth
