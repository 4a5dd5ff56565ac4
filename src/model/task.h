// Something to do.
#pragma once

#include <string>

#include "model/field.h"
#include "model/fields.h"
#include "model/recurrence.h"

namespace mailsync::model {

struct Task {
  enum class Status { NotStarted, InProgress, Completed, Waiting, Deferred };
  enum class Importance { Low, Normal, High };

  Field<std::string> subject;
  Field<std::string> body;  // plain text
  Field<Date> due, start;   // dates without time: F105, F106
  Field<Status> status;
  Field<Date> completed_on;
  Field<Importance> importance;
  Field<Instant> reminder_at;
  Field<Recurrence> recurrence;
  bool operator==(const Task&) const = default;
};

Fields fields_of(const Task& task);
Result<Task> task_from(const Fields& fields);

}  // namespace mailsync::model
