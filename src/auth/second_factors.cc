#include "auth/second_factors.h"

#include "auth/transactions.h"

namespace mailsync::auth {
namespace {

constexpr const char* kSecret = "second_factor";
constexpr const char* kPending = "second_factor_pending";

SecretName name_for(const User& user, std::string purpose) {
  return {
      .account = user.account, .row = "user:" + std::to_string(user.id.value), .purpose = std::move(purpose)};
}

std::unexpected<Error> wrong_code() {
  return fail({.kind = ErrorKind::ItemInvalid,
               .message =
                   "This is not the code of now: wait for the next one in your authenticator app and enter "
                   "its six digits. If it is refused again, check the clock of your device.",
               .vendor_code = "code"});
}

}  // namespace

Task<Result<std::optional<Secret>>> SecondFactors::secret_of(User user, std::string purpose) {
  CO_TRY(auto stored, co_await vault_.read(name_for(user, std::move(purpose))));
  if (!stored) co_return std::optional<Secret>();
  co_return std::optional<Secret>(std::move(stored->value));
}

Task<Result<SecondFactors::Begun>> SecondFactors::begin(User user) {
  if (user.second_factor)
    co_return fail(ErrorKind::ItemInvalid, "You sign in with a second factor already: remove it first.");
  Secret secret = new_second_factor(random_);
  CO_TRY(const int64_t version, co_await vault_.put(name_for(user, kPending), secret));
  static_cast<void>(version);
  std::string link = second_factor_link(secret, user.login);
  co_return Begun{.secret = std::move(secret), .link = std::move(link)};
}

Task<Result<std::vector<std::string>>> SecondFactors::confirm(User user, std::string code, Actor actor) {
  const Instant now = executor_.clock().now();
  CO_TRY(const auto pending, co_await secret_of(user, kPending));
  if (!pending)
    co_return fail(ErrorKind::ItemInvalid,
                   "The setting up of a second factor was not begun: begin it again.");
  const auto step = matching_step(*pending, code, now, 0);
  if (!step) co_return wrong_code();
  CO_TRY(const int64_t version, co_await vault_.put(name_for(user, kSecret), *pending));
  static_cast<void>(version);
  std::vector<std::string> codes = new_recovery_codes(random_);
  auto stored = co_await executor_.blocking([this, user, codes, actor, now, used = *step] {
    return write_again(database_, db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(tx.execute("DELETE FROM recovery_code WHERE user_id = $1", {user.id}));
      for (const std::string& each : codes)
        TRY_VOID(tx.execute("INSERT INTO recovery_code (user_id, code_hash, account_id) VALUES ($1, $2, $3)",
                            {user.id, db::Blob{recovery_code_hash(each)}, user.account}));
      TRY_VOID(tx.execute("UPDATE user_account SET second_factor = 1, second_factor_step = $2 WHERE id = $1",
                          {user.id, used}));
      return note(tx, now, deed_to(user, actor, "second_factor.set_up"));
    });
  });
  if (!stored) co_return std::unexpected(std::move(stored).error());
  CO_TRY_VOID(co_await vault_.remove(name_for(user, kPending)));
  co_return codes;
}

Task<Result<SecondFactors::Proof>> SecondFactors::prove(User user, std::string code) {
  CO_TRY(const auto secret, co_await secret_of(user, kSecret));
  // Whether its step was used before is asked where it is spent.
  if (secret)
    if (const auto step = matching_step(*secret, code, executor_.clock().now(), 0))
      co_return Proof{.step = *step, .recovery_hash = {}};
  co_return Proof{.step = 0, .recovery_hash = recovery_code_hash(code)};
}

Result<void> SecondFactors::spend(db::SqlTransaction& tx, const User& user, const Proof& proof) {
  int64_t spent = 0;
  if (proof.step > 0) {
    TRY(spent,
        tx.execute(
            "UPDATE user_account SET second_factor_step = $2 WHERE id = $1 AND second_factor_step < $2",
            {user.id, proof.step}));
  } else {
    TRY(spent, tx.execute("DELETE FROM recovery_code WHERE user_id = $1 AND code_hash = $2",
                          {user.id, db::Blob{proof.recovery_hash}}));
  }
  if (spent == 0)
    return fail(
        {.kind = ErrorKind::LoginNeeded,
         .message = "The code is wrong or was used already: wait for the next one in your authenticator app.",
         .vendor_code = "second_factor_failed"});
  return {};
}

Task<Result<void>> SecondFactors::forget(User user, Actor actor, std::string action,
                                         std::optional<Proof> proof) {
  const Instant now = executor_.clock().now();
  auto done = co_await executor_.blocking([this, user, actor, action, proof, now] {
    return write_again(database_, db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
      if (proof && !spend(tx, user, *proof)) return wrong_code();
      TRY_VOID(tx.execute("DELETE FROM recovery_code WHERE user_id = $1", {user.id}));
      TRY_VOID(tx.execute("UPDATE user_account SET second_factor = 0 WHERE id = $1", {user.id}));
      return note(tx, now, deed_to(user, actor, action));
    });
  });
  CO_TRY_VOID(done);
  co_return co_await vault_.remove(name_for(user, kSecret));
}

Task<Result<void>> SecondFactors::remove(User user, std::string code, Actor actor) {
  if (!user.second_factor) co_return fail(ErrorKind::ItemInvalid, "There is no second factor to remove.");
  CO_TRY(Proof proof, co_await prove(user, std::move(code)));
  co_return co_await forget(std::move(user), std::move(actor), "second_factor.removed", std::move(proof));
}

Task<Result<void>> SecondFactors::take_away(User user, Actor actor) {
  co_return co_await forget(std::move(user), std::move(actor), "second_factor.taken_away", std::nullopt);
}

}  // namespace mailsync::auth
