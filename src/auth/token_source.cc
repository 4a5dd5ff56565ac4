#include "auth/token_source.h"

#include <algorithm>

#include "auth/encoding.h"

namespace mailsync::auth {
namespace {

// A refusal that only a person can lift is believed for this long, unless the stored grant changes before.
constexpr Duration kBelieved = std::chrono::minutes(10);
// While the old token still serves, a renewal that failed for a passing reason is tried again after this.
constexpr Duration kBetweenTries = std::chrono::seconds(30);
// A token that ends sooner is not handed out: the request has to arrive as well.
constexpr Duration kMargin = std::chrono::seconds(30);

bool needs_a_person(const Error& error) {
  return error.kind == ErrorKind::LoginNeeded || error.kind == ErrorKind::Forbidden ||
         error.kind == ErrorKind::SwitchedOff;
}

}  // namespace

struct TokenSource::Entry {
  std::string grant_id;
  std::optional<Tokens> tokens;
  std::string claims;  // of an unanswered challenge
  std::optional<Error> refusal;
  Instant failed_at{-1'000'000'000'000};
  int64_t refused_version = 0;  // of the stored refresh token
  bool renewing = false;
  std::vector<Wait*> waiting;
  std::optional<Error> last_error;  // of the last renewal

  bool fresh(Instant now) const {
    return tokens && claims.empty() && now < tokens->issued + (tokens->expires - tokens->issued) * 8 / 10;
  }
  bool usable(Instant now) const { return tokens && claims.empty() && now + kMargin < tokens->expires; }
};

// Until the renewal that runs is over.
struct TokenSource::Wait {
  std::shared_ptr<Entry> entry;
  std::coroutine_handle<> caller;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  explicit Wait(std::shared_ptr<Entry> e) : entry(std::move(e)) {}
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() {
    *alive = false;
    std::erase(entry->waiting, this);
  }
  bool await_ready() const { return !entry->renewing; }
  void await_suspend(std::coroutine_handle<> handle) {
    caller = handle;
    entry->waiting.push_back(this);
  }
  void await_resume() const {}
};

TokenSource::TokenSource(Executor& executor, OAuthClient& oauth, Vault& vault)
    : executor_(executor), oauth_(oauth), vault_(vault) {}
TokenSource::~TokenSource() {
  *alive_ = false;
}

TokenSource::Key TokenSource::key_of(const Grant& grant, const net::Origin& resource,
                                     const std::vector<std::string>& scopes) {
  auto sorted = scopes;
  std::ranges::sort(sorted);
  Key key = grant.id + "\n" + resource.scheme + "://" + resource.host + ":" + std::to_string(resource.port);
  for (const auto& scope : sorted) key += "\n" + scope;
  return key;
}

Task<Result<net::Bearer>> TokenSource::bearer(Grant grant, net::Origin resource,
                                              std::vector<std::string> scopes) {
  auto& place = entries_[key_of(grant, resource, scopes)];
  if (!place) {
    place = std::make_shared<Entry>();
    place->grant_id = grant.id;
  }
  const auto entry = place;
  const Instant now = executor_.clock().now();
  const bool just_failed = entry->usable(now) && now < entry->failed_at + kBetweenTries;
  if (!entry->fresh(now) && !just_failed) {
    if (!entry->renewing) {
      entry->renewing = true;
      // A task of its own: whoever asked first may be cancelled while others wait for the same token.
      executor_.spawn(renew(*this, entry, std::move(grant), std::move(scopes)));
    }
    Wait wait(entry);
    co_await wait;
  }
  if (entry->usable(executor_.clock().now()))
    co_return net::Bearer{.token = entry->tokens->access_token, .origin = std::move(resource)};
  if (entry->last_error) co_return fail(*entry->last_error);
  co_return fail(ErrorKind::Transient,
                 "the token was withdrawn while it was fetched: it is tried again later");
}

Task<void> TokenSource::renew(TokenSource& self, std::shared_ptr<Entry> entry, Grant grant,
                              std::vector<std::string> scopes) {
  const auto alive = self.alive_;
  const bool may = co_await self.may_ask(entry, grant);
  if (!*alive) co_return;
  if (may) {
    const std::string claims = entry->claims;
    auto tokens = co_await self.ask(std::move(grant), std::move(scopes), claims);
    if (!*alive) co_return;
    if (tokens) {
      entry->tokens = std::move(*tokens);
      entry->last_error.reset();
      entry->refusal.reset();
      if (entry->claims == claims) entry->claims.clear();
    } else {
      entry->last_error = tokens.error();
      if (needs_a_person(tokens.error())) entry->refusal = std::move(tokens).error();
      entry->failed_at = self.executor_.clock().now();
    }
  }
  entry->renewing = false;
  for (auto* wait : std::exchange(entry->waiting, {}))
    self.executor_.post([caller = wait->caller, still = wait->alive] {
      if (*still) caller.resume();
    });
}

Task<bool> TokenSource::may_ask(std::shared_ptr<Entry> entry, Grant grant) {
  int64_t version = 0;
  if (grant.refresh_token) {
    const auto stored = co_await vault_.read(*grant.refresh_token);
    if (stored && *stored) version = (*stored)->version;
  }
  const bool same = std::exchange(entry->refused_version, version) == version;
  const bool stands = entry->refusal && same && entry->claims.empty() &&
                      executor_.clock().now() < entry->failed_at + kBelieved;
  if (!stands) entry->refusal.reset();
  co_return !stands;
}

Task<Result<Tokens>> TokenSource::ask(Grant grant, std::vector<std::string> scopes, std::string claims) {
  if (grant.refresh_token) return refresh(std::move(grant), std::move(scopes), std::move(claims));
  return oauth_.app_token(std::move(grant.app), scopes.empty() ? std::string() : std::move(scopes.front()),
                          std::move(claims));
}

Task<Result<Tokens>> TokenSource::refresh(Grant grant, std::vector<std::string> scopes, std::string claims) {
  // Twice at most: when the service refuses a refresh token that another worker has replaced meanwhile, the
  // newer one is tried; when it is still the same, the grant is really dead.
  for (int attempt = 1;; ++attempt) {
    CO_TRY(const auto stored, co_await vault_.read(*grant.refresh_token));
    if (!stored) co_return fail(ErrorKind::LoginNeeded, "no sign-in is stored for this mailbox: sign in");
    auto tokens = co_await oauth_.refresh(grant.app, stored->value, scopes, claims);
    if (tokens) {
      if (!tokens->refresh_token.empty()) {
        auto kept = co_await vault_.replace(*grant.refresh_token, tokens->refresh_token, stored->version);
        // Stale: another worker stored its own newer one, or the owner signed in anew. Theirs stays; our
        // token works too.
        if (!kept && kept.error().kind != ErrorKind::VersionStale) co_return fail(std::move(kept).error());
      }
      co_return tokens;
    }
    if (tokens.error().kind != ErrorKind::LoginNeeded || attempt == 2) co_return tokens;
    CO_TRY(const auto again, co_await vault_.read(*grant.refresh_token));
    if (!again || again->version == stored->version) co_return tokens;
  }
}

void TokenSource::reject(const Grant& grant, const net::Bearer& rejected,
                         const std::vector<std::string>& scopes, std::string_view www_authenticate) {
  const auto found = entries_.find(key_of(grant, rejected.origin, scopes));
  if (found == entries_.end()) return;
  auto& entry = *found->second;
  // Several requests may have carried the old token; the later refusals must not throw away its successor.
  if (!entry.tokens || !entry.tokens->access_token.equals(rejected.token.reveal())) return;
  entry.tokens.reset();
  entry.last_error.reset();
  entry.claims = claims_of_challenge(www_authenticate);
}

void TokenSource::forget(std::string_view grant_id) {
  std::erase_if(entries_, [&](const auto& entry) { return entry.second->grant_id == grant_id; });
}

std::string claims_of_challenge(std::string_view www_authenticate) {
  static constexpr std::string_view kName = "claims=\"";
  const auto at = www_authenticate.find(kName);
  if (at == std::string_view::npos) return {};
  auto value = www_authenticate.substr(at + kName.size());
  std::string text;
  for (size_t i = 0; i < value.size() && value[i] != '"'; ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    text += value[i];
  }
  if (text.starts_with('{')) return text;
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  const auto decoded = from_base64url(text);
  return decoded && decoded->starts_with('{') ? *decoded : std::string();
}

}  // namespace mailsync::auth
