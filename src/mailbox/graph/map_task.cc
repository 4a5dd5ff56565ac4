#include <algorithm>
#include <array>

#include "format/html_text.h"
#include "mailbox/graph/map.h"

namespace mailsync::graph {
namespace {

using model::Task;

constexpr std::array<std::string_view, 5> kStatus = {"notStarted", "inProgress", "completed",
                                                     "waitingOnOthers", "deferred"};
constexpr std::array<std::string_view, 3> kImportance = {"low", "normal", "high"};

template <typename E, size_t N>
Field<E> enum_of(const std::array<std::string_view, N>& names, const Field<std::string>& from, E fallback) {
  if (!from.supplied()) return {};
  const auto* found = std::ranges::find(names, std::string_view(from.value_or("")));
  return found == names.end() ? fallback : static_cast<E>(found - names.begin());
}

Field<model::Date> date_field(const Field<WireDateTime>& from) {
  if (!from.supplied()) return {};
  return Field<model::Date>::of(from.is_set() ? date_of(from.value()) : std::nullopt);
}

Field<WireDateTime> wire_date(const Field<model::Date>& from) {
  if (!from.supplied()) return {};
  if (!from.is_set()) return Field<WireDateTime>::cleared();
  return wire_of(from.value());
}

Field<Instant> reminder_of(const WireTask& task) {
  if (!task.reminder.supplied() && !task.is_reminder_on.supplied()) return {};
  const bool off = task.is_reminder_on.is_set() && !task.is_reminder_on.value();
  if (off || !task.reminder.is_set()) return Field<Instant>::cleared();
  return Field<Instant>::of(instant_of(task.reminder.value()));
}

std::optional<model::Date> first_day_of(const Task& task, const WireTask* current) {
  if (task.due.is_set()) return task.due.value();
  if (task.start.is_set()) return task.start.value();
  if (!current) return std::nullopt;
  if (!task.due.supplied() && current->due.is_set()) return date_of(current->due.value());
  if (!task.start.supplied() && current->start.is_set()) return date_of(current->start.value());
  return std::nullopt;
}

}  // namespace

model::Task task_of(const WireTask& from) {
  Task out;
  out.subject = from.title;
  if (from.body.is_set())
    out.body =
        from.body.value().html ? format::text_of_html(from.body.value().content) : from.body.value().content;
  else if (from.body.is_cleared())
    out.body = Field<std::string>::cleared();
  out.due = date_field(from.due);
  out.start = date_field(from.start);
  out.completed_on = date_field(from.completed);
  out.status = enum_of(kStatus, from.status, Task::Status::NotStarted);
  out.importance = enum_of(kImportance, from.importance, Task::Importance::Normal);
  out.reminder_at = reminder_of(from);
  if (from.recurrence.is_set())
    out.recurrence = Field<model::Recurrence>::of(recurrence_of(from.recurrence.value()));
  else if (from.recurrence.is_cleared())
    out.recurrence = Field<model::Recurrence>::cleared();
  return out;
}

Result<WireTask> wire_of(const model::Task& task, const WireTask* current) {
  WireTask out;
  if (task.subject.supplied()) out.title = task.subject.value_or("");
  if (task.body.supplied()) out.body = WireBody{task.body.value_or(""), false};
  out.due = wire_date(task.due);
  out.start = wire_date(task.start);
  if (task.status.is_set()) out.status = std::string(kStatus[static_cast<size_t>(task.status.value())]);
  // Taking the day away is the status' business: the server does it when the task is open again.
  if (task.completed_on.is_set()) out.completed = wire_of(task.completed_on.value());
  if (task.importance.supplied())
    out.importance =
        std::string(kImportance[static_cast<size_t>(task.importance.value_or(Task::Importance::Normal))]);
  if (task.reminder_at.is_set()) {
    const auto wall = model::wall_time_at(task.reminder_at.value(), "UTC");
    if (wall) out.reminder = WireDateTime{wall->to_text(), "UTC"};
    out.is_reminder_on = true;
  } else if (task.reminder_at.is_cleared()) {
    out.is_reminder_on = false;
  }
  if (task.recurrence.is_set()) {
    const auto first = first_day_of(task, current);
    if (!first)
      return fail(ErrorKind::ItemInvalid, "A repeating task needs a due date in Microsoft 365: give it one.");
    out.recurrence = wire_of(task.recurrence.value(), *first, "UTC");
    // To Do refuses a recurrence without a due date.
    if (!out.due.supplied() && !(current && current->due.is_set())) out.due = wire_of(*first);
  } else if (task.recurrence.is_cleared()) {
    out.recurrence = Field<WireRecurrence>::cleared();
  }
  return out;
}

sync::RemoteItem item_of(const WireTask& task, std::string_view category) {
  sync::RemoteItem item;
  item.kind = sync::Kind::Task;
  item.id = RemoteId{task.id};
  item.version = Version{task.change_key};
  item.changed_at = task.modified.value_or(Instant{});
  item.marked = has_category(task.categories.value_or({}), category);
  item.fields = model::fields_of(task_of(task));
  item.made_by = OperationId{task.operation};
  if (task.recurrence.is_set() && !recurrence_of(task.recurrence.value()))
    item.read_only_because = "the way it repeats is not known";
  return item;
}

}  // namespace mailsync::graph
