#include "sync/plan_report.h"

#include <array>

#include "model/contact.h"
#include "model/meeting.h"
#include "model/task.h"

namespace mailsync::sync {

namespace {

constexpr std::array<std::string_view, 3> kPurposes{"dry_run", "undo", "held"};
constexpr std::array<std::string_view, 7> kStates{"running", "ready",    "waiting", "approved",
                                                  "done",    "rejected", "failed"};
constexpr std::array<std::string_view, 7> kActions{"create", "change", "merge", "delete",
                                                   "park",   "mail",   "keep"};

template <typename E, size_t n>
std::optional<E> named(const std::array<std::string_view, n>& names, std::string_view name) {
  for (size_t i = 0; i < n; ++i)
    if (names[i] == name) return static_cast<E>(i);
  return std::nullopt;
}

std::string title_of_contact(const Fields& fields) {
  const auto contact = model::contact_from(fields);
  if (!contact) return {};
  std::string out = contact->given_name.value_or("");
  if (const std::string family = contact->family_name.value_or(""); !family.empty())
    out += (out.empty() ? "" : " ") + family;
  if (out.empty()) out = contact->company.value_or("");
  if (out.empty() && contact->emails.is_set() && !contact->emails.value().empty())
    out = contact->emails.value().front();
  return out;
}

}  // namespace

std::string_view name_of(PlanPurpose purpose) {
  return kPurposes.at(static_cast<size_t>(purpose));
}
std::string_view name_of(PlanState state) {
  return kStates.at(static_cast<size_t>(state));
}
std::string_view name_of(PlanAction action) {
  return kActions.at(static_cast<size_t>(action));
}
std::optional<PlanPurpose> plan_purpose_named(std::string_view name) {
  return named<PlanPurpose>(kPurposes, name);
}
std::optional<PlanState> plan_state_named(std::string_view name) {
  return named<PlanState>(kStates, name);
}
std::optional<PlanAction> plan_action_named(std::string_view name) {
  return named<PlanAction>(kActions, name);
}

std::string title_of(Kind kind, const Fields& fields) {
  switch (kind) {
    case Kind::Email:
      return {};
    case Kind::Contact:
      return title_of_contact(fields);
    case Kind::Task: {
      const auto task = model::task_from(fields);
      return task ? task->subject.value_or("") : "";
    }
    case Kind::Meeting: {
      const auto meeting = model::meeting_from(fields);
      return meeting ? meeting->subject.value_or("") : "";
    }
  }
  std::unreachable();
}

}  // namespace mailsync::sync
