#include "model/task.h"

#include "model/json.h"

namespace mailsync::model {

template <>
struct Spelling<Task::Status> {
  static constexpr std::string_view names[] = {"not_started", "in_progress", "completed", "waiting",
                                               "deferred"};
};
template <>
struct Spelling<Task::Importance> {
  static constexpr std::string_view names[] = {"low", "normal", "high"};
};

namespace {
template <typename T, typename F>
void each_field(T& task, F visit) {
  visit("subject", task.subject);
  visit("body", task.body);
  visit("due", task.due);
  visit("start", task.start);
  visit("status", task.status);
  visit("completed_on", task.completed_on);
  visit("importance", task.importance);
  visit("reminder_at", task.reminder_at);
  visit("recurrence", task.recurrence);
}
}  // namespace

Fields fields_of(const Task& task) {
  Fields out;
  each_field(task, [&out](std::string_view name, const auto& field) { put_field(out, name, field); });
  return out;
}

Result<Task> task_from(const Fields& fields) {
  Task out;
  Result<void> all;
  each_field(out, [&](std::string_view name, auto& field) {
    if (all) all = take_field(fields, name, field);
  });
  if (!all) return fail(std::move(all).error());
  return out;
}

}  // namespace mailsync::model
