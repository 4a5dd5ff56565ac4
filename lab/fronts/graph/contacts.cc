// contacts and their folders' contents.
#include <algorithm>

#include "lab/fronts/graph/call.h"
#include "lab/fronts/graph/delta.h"
#include "lab/fronts/graph/odata.h"
#include "lab/fronts/graph/render.h"
#include "lab/fronts/graph/stored.h"

namespace mailsync::lab::graph {
namespace {

Answer shown(const Call& call, const Item& item, int status = 200) {
  json::object row = render_contact(call, item, parse_expand(call.query("$expand")));
  Selection select(call.query("$select"));
  json::object out{{"@odata.context", call.base + "/$metadata#contacts/$entity"}};
  for (auto& [name, value] : row)
    if (select.wants(name) || name == "id" || std::string_view(name).starts_with("@odata.") ||
        name == "singleValueExtendedProperties" || name == "extensions")
      out[name] = value;
  return json_answer(status, out);
}

// F108: at most three addresses, two business phones and two home phones.
std::optional<Answer> over_the_limits(const Call& call, const json::object& body) {
  struct Limit {
    std::string_view name;
    size_t most;
  };
  for (auto [name, most] : {Limit{"emailAddresses", 3}, {"businessPhones", 2}, {"homePhones", 2}})
    if (auto* list = array_of(body, name); list && list->size() > most)
      return error_answer(call, 400, "ErrorInvalidArgument",
                          "The collection " + std::string(name) + " has more than the " +
                              std::to_string(most) + " entries that a contact can hold.");
  return std::nullopt;
}

void complete(json::object& fields) {
  std::string given(text_of(fields, "givenName")), surname(text_of(fields, "surname"));
  if (text_of(fields, "displayName").empty()) {
    std::string name = given + (given.empty() || surname.empty() ? "" : " ") + surname;
    if (name.empty()) name = text_of(fields, "companyName");
    if (auto* addresses = array_of(fields, "emailAddresses");
        name.empty() && addresses && !addresses->empty())
      name = text_of((*addresses)[0].as_object(), "address");
    fields["displayName"] = name;
  }
  if (text_of(fields, "fileAs").empty() && !surname.empty())
    fields["fileAs"] = surname + (given.empty() ? "" : ", " + given);
  if (!fields.contains("categories")) fields["categories"] = json::array();
}

// The three positions are another view of the list.
void merge_positions(json::object& body) {
  json::array merged;
  bool any = false;
  for (std::string_view name : {"primaryEmailAddress", "secondaryEmailAddress", "tertiaryEmailAddress"}) {
    auto* value = body.if_contains(name);
    if (!value) continue;
    any = true;
    if (value->is_object()) merged.push_back(*value);
  }
  if (any && !body.contains("emailAddresses")) body["emailAddresses"] = merged;
  for (std::string_view name : {"primaryEmailAddress", "secondaryEmailAddress", "tertiaryEmailAddress"})
    body.erase(name);
}

std::expected<json::object, Answer> accepted_body(const Call& call) {
  auto body = body_object(call);
  if (!body) return std::unexpected(std::move(body.error()));
  if (auto refused = check_properties(call, Shape::Contact, *body))
    return std::unexpected(std::move(*refused));
  if (auto refused = over_the_limits(call, *body)) return std::unexpected(std::move(*refused));
  json::object stored = stored_form(call, Shape::Contact, std::move(*body));
  merge_positions(stored);
  return stored;
}

Answer create(Call& call, Container& folder) {
  auto body = accepted_body(call);
  if (!body) return std::move(body.error());
  complete(*body);
  Item& item = call.world.add(*call.mailbox, IdKind::Contact, folder.number, std::move(*body), call.now);
  return shown(call, item, 201);
}

Answer list(Call& call, const Container& folder) {
  std::vector<json::object> rows;
  auto expand = parse_expand(call.query("$expand"));
  bool filtered = !call.query("$filter").empty();
  for (uint64_t number : folder.items) {
    Item& item = *call.mailbox->item(number);
    json::object row = render_contact(call, item, expand);
    if (filtered)
      if (auto* value = item.fields.if_contains("singleValueExtendedProperties");
          value && !row.contains("singleValueExtendedProperties"))
        row["singleValueExtendedProperties"] = *value;
    rows.push_back(std::move(row));
  }
  return list_answer(call, std::move(rows));
}

Answer contacts_delta(Call& call, Container& folder) {
  Mailbox& mailbox = *call.mailbox;
  Selection select(kept_option(call, "$select"));
  DeltaView view{
      .log = folder.log,
      .sequence = mailbox.sequence,
      .collection = "contacts@" + mailbox.id_of(folder),
      .removed_type = "#microsoft.graph.contact",
      .removed_id =
          ItemId{.mailbox = mailbox.number, .kind = IdKind::Contact, .immutable = call.prefer.immutable_ids},
      .show = [&](const ChangeLog::Entry& entry, uint64_t) -> std::vector<json::object> {
        Item* item = mailbox.item(entry.number);
        if (!item) return {};
        json::object row{{"@odata.type", "#microsoft.graph.contact"}};
        for (auto& [name, value] : render_contact(call, *item))
          if (select.wants(name) || name == "id" || std::string_view(name).starts_with("@odata."))
            row[name] = value;
        return {std::move(row)};
      },
      .kept_options = {"$select", "$top"}};
  return delta_answer(call, view);
}

Answer one(Call& call, Item& item) {
  if (call.get()) {
    if (auto every = call.world.faults.change_key_drift; every && ++call.desk.reads % every == 0)
      item.version = call.world.new_version();
    return shown(call, item);
  }
  if (call.patch()) {
    auto body = accepted_body(call);
    if (!body) return std::move(body.error());
    if (auto stale = precondition(call, item.version)) return std::move(*stale);
    Item before = item;
    for (auto& [name, value] : *body) item.fields[name] = value;
    complete(item.fields);
    call.world.changed(*call.mailbox, item, call.now);
    before.version = item.version;
    return shown(call, call.world.faults.stale_echo ? before : item);
  }
  if (call.del()) {
    if (auto stale = precondition(call, item.version)) return std::move(*stale);
    if (call.world.faults.deleted_contacts_readable)
      call.world.move(*call.mailbox, item, call.mailbox->well_known("deleteditems")->number, call.now);
    else
      call.world.remove(*call.mailbox, item.number, call.now);
    return empty_answer(204);
  }
  return error_answer(call, 405, "Request_BadRequest", "The HTTP method is not supported for this resource.");
}

}  // namespace

std::optional<Answer> serve_contacts(Call& call) {
  Container* folder = nullptr;
  if (call.path.size() >= 3 && same_address(call.path[0], "contactFolders") &&
      same_address(call.path[2], "contacts")) {
    auto found = find_container(call, call.path[1], ContainerKind::ContactFolder);
    if (!found) return std::move(found.error());
    folder = *found;
    call.path.erase(call.path.begin(), call.path.begin() + 2);
  } else if (!call.path.empty() && same_address(call.path[0], "contacts")) {
    folder = call.mailbox->well_known("contacts");
  } else {
    return std::nullopt;
  }
  if (call.path.size() == 1) return call.post() ? create(call, *folder) : list(call, *folder);
  if (call.at({"contacts", "delta"}) || call.at({"contacts", "delta()"}))
    return contacts_delta(call, *folder);
  if (call.path.size() != 2) return std::nullopt;
  auto found = find_item(call, call.path[1], IdKind::Contact);
  if (!found) return std::move(found.error());
  return one(call, *found->item);
}

}  // namespace mailsync::lab::graph
