// mailFolders and contactFolders, their deltas, and the messages or contacts a folder lists.
#include "lab/fronts/graph/call.h"
#include "lab/fronts/graph/delta.h"
#include "lab/fronts/graph/odata.h"
#include "lab/fronts/graph/render.h"

namespace mailsync::lab::graph {
namespace {

struct Form {
  ContainerKind kind;
  std::string_view segment;
  std::string_view type;
};
constexpr Form kForms[] = {
    {ContainerKind::MailFolder, "mailFolders", "#microsoft.graph.mailFolder"},
    {ContainerKind::ContactFolder, "contactFolders", "#microsoft.graph.contactFolder"}};

Answer list_folders(Call& call, const Form& form, uint64_t parent, bool shows_default) {
  std::vector<json::object> rows;
  for (auto& [_, container] : call.mailbox->containers)
    if (container.kind == form.kind && container.parent == parent &&
        (shows_default || container.well_known != "contacts"))
      rows.push_back(render_container(call, container));
  return list_answer(call, std::move(rows));
}

Answer folders_delta(Call& call, const Form& form) {
  Mailbox& mailbox = *call.mailbox;
  Selection select(kept_option(call, "$select"));
  DeltaView view{.log = mailbox.container_log[form.kind],
                 .sequence = mailbox.sequence,
                 .collection = std::string(form.segment) + "@" + mailbox.user.id,
                 .removed_type = std::string(form.type),
                 .removed_id = ItemId{.mailbox = mailbox.number, .kind = IdKind::Container},
                 .show = [&](const ChangeLog::Entry& entry, uint64_t) -> std::vector<json::object> {
                   auto* container = mailbox.container(entry.number);
                   if (!container) return {};
                   json::object row;
                   for (auto& [name, value] : render_container(call, *container))
                     if (select.wants(name) || name == "id") row[name] = value;
                   return {std::move(row)};
                 },
                 .kept_options = {"$select", "$top"}};
  return delta_answer(call, view);
}

Answer create_folder(Call& call, const Form& form, uint64_t parent) {
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  std::string name(text_of(*body, "displayName"));
  if (name.empty()) return error_answer(call, 400, "ErrorInvalidRequest", "A folder needs a displayName.");
  for (auto& [_, other] : call.mailbox->containers)
    if (other.kind == form.kind && other.parent == parent && same_address(other.name, name))
      return error_answer(call, 409, "ErrorFolderExists", "A folder with the specified name already exists.");
  Container& made = call.world.add_container(*call.mailbox, form.kind, name, parent);
  return json_answer(201, render_container(call, made));
}

Answer one_folder(Call& call, const Form& form, Container& folder) {
  if (call.get()) return json_answer(200, render_container(call, folder));
  if (call.patch()) {
    auto body = body_object(call);
    if (!body) return std::move(body.error());
    if (auto name = text_of(*body, "displayName"); !name.empty()) folder.name = name;
    call.world.container_changed(*call.mailbox, folder);
    return json_answer(200, render_container(call, folder));
  }
  if (call.del()) {
    if (!folder.well_known.empty())
      return error_answer(call, 403, "ErrorDeleteDistinguishedFolder",
                          "Distinguished folders cannot be deleted.");
    call.world.remove_container(*call.mailbox, folder.number, call.now);
    return empty_answer(204);
  }
  (void)form;
  return error_answer(call, 405, "Request_BadRequest", "The HTTP method is not supported for this resource.");
}

}  // namespace

std::optional<Answer> serve_folders(Call& call) {
  for (const Form& form : kForms) {
    if (call.path.empty() || !same_address(call.path[0], form.segment)) continue;
    if (call.at({form.segment})) {
      if (call.post()) return create_folder(call, form, 0);
      return list_folders(call, form, 0, form.kind == ContainerKind::MailFolder);
    }
    if (call.at({form.segment, "delta"}) || call.at({form.segment, "delta()"}))
      return folders_delta(call, form);
    if (call.at({form.segment, "*"})) {
      auto folder = find_container(call, call.path[1], form.kind);
      if (!folder) return std::move(folder.error());
      return one_folder(call, form, **folder);
    }
    if (call.at({form.segment, "*", "childFolders"})) {
      if (same_address(call.path[1], "msgfolderroot")) return list_folders(call, form, 0, true);
      auto folder = find_container(call, call.path[1], form.kind);
      if (!folder) return std::move(folder.error());
      return call.post() ? create_folder(call, form, (*folder)->number)
                         : list_folders(call, form, (*folder)->number, true);
    }
  }
  return std::nullopt;
}

}  // namespace mailsync::lab::graph
