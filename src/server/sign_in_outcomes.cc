#include "server/sign_in_outcomes.h"

#include <algorithm>
#include <utility>

namespace mailsync::server {
namespace {

constexpr Duration kPatience = std::chrono::minutes(10);
constexpr size_t kMostEnded = 1000;

}  // namespace

std::string SignInOutcomes::keep(admin::SignInOutcome outcome, UserId user) {
  const Instant now = clock_.now();
  std::erase_if(ended_, [&](const auto& entry) { return now - entry.second.at > kPatience; });
  if (ended_.size() >= kMostEnded)
    ended_.erase(std::ranges::min_element(ended_, {}, [](const auto& entry) { return entry.second.at; }));
  const std::string name = random_.token();
  ended_[name] = {.outcome = std::move(outcome), .user = user, .at = now};
  return name;
}

std::optional<admin::SignInOutcome> SignInOutcomes::find(std::string_view name, UserId user) const {
  const auto found = ended_.find(name);
  if (found == ended_.end() || found->second.user != user) return std::nullopt;
  if (clock_.now() - found->second.at > kPatience) return std::nullopt;
  return found->second.outcome;
}

std::string reason_of(const Error& error) {
  if (error.vendor_code == "AADSTS65004" || error.vendor_code == "access_denied") return "denied";
  switch (error.kind) {
    case ErrorKind::Transient:
    case ErrorKind::Throttled:
    case ErrorKind::Ambiguous:
    case ErrorKind::Cancelled:
    case ErrorKind::VersionStale:
      return "away";
    case ErrorKind::Forbidden:
      return "policy";
    case ErrorKind::SwitchedOff:
      return "switched_off";
    case ErrorKind::Gone:
    case ErrorKind::Unsupported:
      return "not_set_up";
    case ErrorKind::LoginNeeded:
    case ErrorKind::CursorLost:
    case ErrorKind::ItemInvalid:
    case ErrorKind::Corrupt:
      return "refused";
  }
  std::unreachable();
}

void tell(admin::SignInOutcome& about, std::string reason, Error error) {
  about.reason = std::move(reason);
  about.detail = std::move(error.message);
  about.code = std::move(error.vendor_code);
  about.request_id = std::move(error.request_id);
}

}  // namespace mailsync::server
