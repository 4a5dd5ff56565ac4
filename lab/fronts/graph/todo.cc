// To Do: lists, tasks, linked resources and checklist items, with the service's own idea of dates (F105,
// F106).
#include <algorithm>

#include "lab/fronts/graph/call.h"
#include "lab/fronts/graph/delta.h"
#include "lab/fronts/graph/odata.h"
#include "lab/fronts/graph/render.h"
#include "lab/fronts/graph/stored.h"
#include "lab/recurrence.h"

namespace mailsync::lab::graph {
namespace {

// Due and completed are days: midnight labelled UTC, whatever zone was given. A reminder is a moment.
void store_times(json::object& fields) {
  for (std::string_view name : {"dueDateTime", "startDateTime", "completedDateTime"}) {
    auto* value = object_of(fields, name);
    auto local = value ? parse_local(text_of(*value, "dateTime")) : std::nullopt;
    if (local) fields[name] = date_time_time_zone(date::floor<date::days>(*local), "UTC");
  }
  if (auto* reminder = fields.if_contains("reminderDateTime"))
    if (auto instant = instant_of(*reminder))
      fields["reminderDateTime"] = date_time_time_zone(to_local(*instant, *zone_of("UTC")), "UTC");
}

void give_ids(World& world, json::object& fields, std::string_view list, Instant now) {
  auto* values = fields.if_contains(list);
  if (!values || !values->is_array()) return;
  for (auto& value : values->get_array()) {
    if (!value.is_object()) continue;
    auto& object = value.get_object();
    if (!object.contains("id")) object["id"] = world.guid();
    if (list == "checklistItems" && !object.contains("createdDateTime"))
      object["createdDateTime"] = iso_seconds(now);
    if (list == "checklistItems" && !object.contains("isChecked")) object["isChecked"] = false;
  }
}

void complete_fields(Call& call, json::object& fields) {
  auto set_default = [&](std::string_view name, const auto& value) {
    if (auto* old = fields.if_contains(name); !old || old->is_null()) fields[name] = value;
  };
  set_default("title", "");
  set_default("status", "notStarted");
  set_default("importance", "normal");
  set_default("isReminderOn", false);
  set_default("categories", json::array());
  set_default("body", json::object{{"content", ""}, {"contentType", "text"}});
  set_default("linkedResources", json::array());
  set_default("checklistItems", json::array());
  give_ids(call.world, fields, "linkedResources", call.now);
  give_ids(call.world, fields, "checklistItems", call.now);
  store_times(fields);
  if (text_of(fields, "status") == "completed") {
    if (!object_of(fields, "completedDateTime"))
      fields["completedDateTime"] =
          date_time_time_zone(date::floor<date::days>(to_local(call.now, *zone_of("UTC"))), "UTC");
  } else {
    fields.erase("completedDateTime");
  }
}

// Completing a repeating task leaves it done and makes the next one (F107).
void repeat(Call& call, Item& done) {
  auto* recurrence = object_of(done.fields, "recurrence");
  auto* due = object_of(done.fields, "dueDateTime");
  if (!recurrence || !due) return;
  auto at = parse_local(text_of(*due, "dateTime"));
  if (!at) return;
  auto day = date::floor<date::days>(*at);
  auto days = occurrence_days(*recurrence, *at, day + date::days(1), day + date::days(3660));
  json::object next = done.fields;
  done.fields.erase("recurrence");
  if (days.empty()) return;
  next.erase("completedDateTime");
  next["status"] = "notStarted";
  next["dueDateTime"] = date_time_time_zone(days.front(), "UTC");
  call.world.add(*call.mailbox, IdKind::Task, done.container, std::move(next), call.now);
}

std::optional<Answer> invalid(const Call& call, const json::object& body) {
  if (auto refused = check_properties(call, Shape::Task, body)) return refused;
  constexpr std::string_view kStatuses[] = {"notStarted", "inProgress", "completed", "waitingOnOthers",
                                            "deferred"};
  if (auto status = text_of(body, "status");
      !status.empty() && std::ranges::find(kStatuses, status) == std::end(kStatuses))
    return error_answer(call, 400, "invalidRequest", "Invalid value of status.");
  auto* recurrence = object_of(body, "recurrence");
  if (recurrence && !rrule_of(*recurrence))
    return error_answer(call, 400, "invalidRequest", "Invalid recurrence pattern.");
  return std::nullopt;
}

Answer shown(const Call& call, const Item& item, int status = 200) {
  return json_answer(status, render_task(call, item, parse_expand(call.query("$expand"))));
}

Answer create_task(Call& call, Container& list) {
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  if (auto refused = invalid(call, *body)) return std::move(*refused);
  if (list.well_known == "flaggedEmails")
    return error_answer(call, 400, "invalidRequest",
                        "Tasks cannot be created in the list of flagged emails.");
  json::object fields = stored_form(call, Shape::Task, std::move(*body));
  complete_fields(call, fields);
  fields["bodyLastModifiedDateTime"] = iso_seconds(call.now);
  Item& item = call.world.add(*call.mailbox, IdKind::Task, list.number, std::move(fields), call.now);
  return shown(call, item, 201);
}

Answer change_task(Call& call, Item& item) {
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  if (auto refused = invalid(call, *body)) return std::move(*refused);
  if (auto stale = precondition(call, item.version)) return std::move(*stale);
  bool was_done = text_of(item.fields, "status") == "completed";
  bool body_changed = body->contains("body");
  Item before = item;
  for (auto& [name, value] : stored_form(call, Shape::Task, std::move(*body))) item.fields[name] = value;
  complete_fields(call, item.fields);
  if (body_changed) item.fields["bodyLastModifiedDateTime"] = iso_seconds(call.now);
  if (!was_done && text_of(item.fields, "status") == "completed") repeat(call, item);
  call.world.changed(*call.mailbox, item, call.now);
  before.version = item.version;
  return shown(call, call.world.faults.stale_echo ? before : item);
}

Answer tasks_delta(Call& call, Container& list) {
  Mailbox& mailbox = *call.mailbox;
  Selection select(kept_option(call, "$select"));
  auto expand = parse_expand(kept_option(call, "$expand"));
  DeltaView view{.log = list.log,
                 .sequence = mailbox.sequence,
                 .collection = "tasks@" + mailbox.id_of(list),
                 .removed_type = "#microsoft.graph.todoTask",
                 .removed_id = ItemId{.mailbox = mailbox.number, .kind = IdKind::Task},
                 .show = [&](const ChangeLog::Entry& entry, uint64_t) -> std::vector<json::object> {
                   Item* item = mailbox.item(entry.number);
                   if (!item) return {};
                   json::object row{{"@odata.type", "#microsoft.graph.todoTask"}};
                   for (auto& [name, value] : render_task(call, *item, expand))
                     if (select.wants(name) || name == "id" ||
                         std::string_view(name).starts_with("@odata.") || find_expansion(expand, name))
                       row[name] = value;
                   return {std::move(row)};
                 },
                 .kept_options = {"$select", "$expand", "$top"}};
  return delta_answer(call, view);
}

Answer lists_delta(Call& call) {
  Mailbox& mailbox = *call.mailbox;
  DeltaView view{.log = mailbox.container_log[ContainerKind::TaskList],
                 .sequence = mailbox.sequence,
                 .collection = "lists@" + mailbox.user.id,
                 .removed_type = "#microsoft.graph.todoTaskList",
                 .removed_id = ItemId{.mailbox = mailbox.number, .kind = IdKind::Container},
                 .show = [&](const ChangeLog::Entry& entry, uint64_t) -> std::vector<json::object> {
                   auto* list = mailbox.container(entry.number);
                   if (!list) return {};
                   return {render_container(call, *list)};
                 },
                 .kept_options = {"$select", "$top"}};
  return delta_answer(call, view);
}

// linkedResources and checklistItems are collections of their own under the task.
Answer parts(Call& call, Item& item, std::string_view name) {
  auto& list =
      item.fields[name].is_array() ? item.fields[name].get_array() : item.fields[name].emplace_array();
  if (call.path.size() == 6) {
    if (call.get()) {
      std::vector<json::object> rows;
      for (auto& value : list) rows.push_back(value.as_object());
      return list_answer(call, std::move(rows), 100);
    }
    auto body = body_object(call);
    if (!body) return std::move(body.error());
    (*body)["id"] = call.world.guid();
    list.push_back(*body);
    give_ids(call.world, item.fields, name, call.now);
    call.world.changed(*call.mailbox, item, call.now);
    return json_answer(201, list.back());
  }
  auto it = std::ranges::find_if(
      list, [&](auto& value) { return text_of(value.as_object(), "id") == call.path[6]; });
  if (it == list.end()) return not_found(call);
  if (call.get()) return json_answer(200, *it);
  if (call.patch()) {
    auto body = body_object(call);
    if (!body) return std::move(body.error());
    for (auto& [key, value] : *body)
      if (key != "id") it->as_object()[key] = value;
    call.world.changed(*call.mailbox, item, call.now);
    return json_answer(200, *it);
  }
  list.erase(it);
  call.world.changed(*call.mailbox, item, call.now);
  return empty_answer(204);
}

Answer task_in(Call& call, Container& list) {
  if (call.path.size() == 4) {
    if (call.post()) return create_task(call, list);
    std::vector<json::object> rows;
    auto expand = parse_expand(call.query("$expand"));
    for (uint64_t number : list.items) rows.push_back(render_task(call, *call.mailbox->item(number), expand));
    return list_answer(call, std::move(rows), 100);
  }
  if (call.path[4] == "delta" || call.path[4] == "delta()") return tasks_delta(call, list);
  auto found = find_item(call, call.path[4], IdKind::Task);
  if (!found) return std::move(found.error());
  Item& item = *found->item;
  if (item.container != list.number) return not_found(call);
  if (call.path.size() >= 6 && (call.path[5] == "linkedResources" || call.path[5] == "checklistItems"))
    return parts(call, item, call.path[5]);
  if (call.get()) return shown(call, item);
  if (call.patch()) return change_task(call, item);
  if (call.del()) {
    call.world.remove(*call.mailbox, item.number, call.now);
    return empty_answer(204);
  }
  return error_answer(call, 405, "invalidRequest", "The HTTP method is not supported for this resource.");
}

}  // namespace

std::optional<Answer> serve_todo(Call& call) {
  if (call.path.size() < 2 || !same_address(call.path[0], "todo") || !same_address(call.path[1], "lists"))
    return std::nullopt;
  if (call.path.size() == 2) {
    if (call.post()) {
      auto body = body_object(call);
      if (!body) return std::move(body.error());
      Container& list = call.world.add_container(*call.mailbox, ContainerKind::TaskList,
                                                 std::string(text_of(*body, "displayName")));
      return json_answer(201, render_container(call, list));
    }
    std::vector<json::object> rows;
    for (auto& [_, container] : call.mailbox->containers)
      if (container.kind == ContainerKind::TaskList) rows.push_back(render_container(call, container));
    return list_answer(call, std::move(rows), 100);
  }
  if (call.path[2] == "delta" || call.path[2] == "delta()") return lists_delta(call);
  auto list = find_container(call, call.path[2], ContainerKind::TaskList);
  if (!list) return std::move(list.error());
  if (call.path.size() >= 4 && same_address(call.path[3], "tasks")) return task_in(call, **list);
  if (call.path.size() != 3) return std::nullopt;
  if (call.get()) return json_answer(200, render_container(call, **list));
  if (!(*list)->well_known.empty())
    return error_answer(call, 400, "invalidRequest", "A built-in list cannot be changed.");
  if (call.patch()) {
    auto body = body_object(call);
    if (!body) return std::move(body.error());
    (*list)->name = text_of(*body, "displayName");
    call.world.container_changed(*call.mailbox, **list);
    return json_answer(200, render_container(call, **list));
  }
  call.world.remove_container(*call.mailbox, (*list)->number, call.now);
  return empty_answer(204);
}

}  // namespace mailsync::lab::graph
