// todoTask: learn.microsoft.com/graph/api/resources/todotask
#include "mailbox/graph/codec.h"

namespace mailsync::graph {

WireTask read_task(const JsonObject& from) {
  WireTask out;
  static_cast<WireItem&>(out) = read_item(from);
  if (out.removed) return out;
  out.title = text_field(from, "title");
  out.status = text_field(from, "status");
  out.importance = text_field(from, "importance");
  out.body = read_body(from, "body");
  // To Do always answers with the whole task and leaves out what is not set: absent is cleared here.
  const auto when = [&from](std::string_view name) {
    Field<WireDateTime> field = read_date_time(from, name);
    return field.supplied() ? field : Field<WireDateTime>::cleared();
  };
  out.due = when("dueDateTime");
  out.start = when("startDateTime");
  out.completed = when("completedDateTime");
  out.reminder = when("reminderDateTime");
  out.is_reminder_on = flag_field(from, "isReminderOn");
  if (const auto recurrence = child(from, "recurrence"))
    out.recurrence = read_recurrence(*recurrence);
  else
    out.recurrence = Field<WireRecurrence>::cleared();
  out.categories = texts_field(from, "categories");
  if (const auto links = list(from, "linkedResources"))
    for (const JsonValue link : *links)
      if (const auto members = link.if_object();
          members && text(*members, "applicationName") == kLinkedApplication)
        out.operation = text(*members, "externalId");
  return out;
}

std::string write_task(const WireTask& task) {
  object out;
  put(out, "title", task.title);
  put(out, "status", task.status);
  put(out, "importance", task.importance);
  put_text_body(out, "body", task.body);
  put_date_time(out, "dueDateTime", task.due);
  put_date_time(out, "startDateTime", task.start);
  put_date_time(out, "completedDateTime", task.completed);
  put_date_time(out, "reminderDateTime", task.reminder);
  put(out, "isReminderOn", task.is_reminder_on);
  if (task.recurrence.supplied()) {
    if (const auto* recurrence = task.recurrence.get())
      out["recurrence"] = write_recurrence(*recurrence);
    else
      out["recurrence"] = nullptr;
  }
  put(out, "categories", task.categories);
  if (!task.operation.empty())
    out["linkedResources"] = array{object{{"applicationName", kLinkedApplication},
                                          {"displayName", kLinkedApplication},
                                          {"externalId", task.operation}}};
  return boost::json::serialize(out);
}

}  // namespace mailsync::graph
