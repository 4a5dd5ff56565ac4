#include "admin/operations.h"

#include <array>

namespace mailsync::admin {
namespace {

constexpr size_t kMostKept = 200;  // of all accounts; each is small
constexpr Duration kForceGap = std::chrono::minutes(1);

constexpr std::array<std::pair<UserAction, std::string_view>, 9> kNames{
    {{UserAction::Add, "add"},
     {UserAction::Remove, "remove"},
     {UserAction::Enable, "enable"},
     {UserAction::Disable, "disable"},
     {UserAction::ForceSync, "force_sync"},
     {UserAction::DryRun, "dry_run"},
     {UserAction::Reset, "reset"},
     {UserAction::Reinitialize, "reinitialize"},
     {UserAction::ChangeProfile, "change_profile"}}};

}  // namespace

std::string_view name_of(UserAction action) {
  for (const auto& [each, name] : kNames)
    if (each == action) return name;
  return {};
}

std::optional<UserAction> user_action(std::string_view name) {
  for (const auto& [action, each] : kNames)
    if (each == name) return action;
  return std::nullopt;
}

std::shared_ptr<Operation> Operations::begin(Operation operation) {
  for (auto at = all_.begin(); at != all_.end() && all_.size() >= kMostKept;)
    at = at->second->running ? std::next(at) : all_.erase(at);
  operation.id = ++last_;
  auto out = std::make_shared<Operation>(std::move(operation));
  all_[out->id] = out;
  return out;
}

std::shared_ptr<const Operation> Operations::find(AccountId account, int64_t id) const {
  const auto found = all_.find(id);
  if (found == all_.end() || found->second->account != account) return nullptr;
  return found->second;
}

bool Operations::may_force(UserId user, Instant now) {
  std::erase_if(forced_, [&](const auto& each) { return now - each.second >= kForceGap; });
  return forced_.emplace(user, now).second;
}

}  // namespace mailsync::admin
