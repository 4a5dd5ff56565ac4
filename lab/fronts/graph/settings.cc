// Master categories, mailbox settings, users, and the translation of ids.
#include <algorithm>

#include "lab/fronts/graph/call.h"
#include "lab/fronts/graph/odata.h"
#include "lab/fronts/graph/render.h"

namespace mailsync::lab::graph {
namespace {

json::object user_object(const User& user) {
  return {{"businessPhones", json::array()},
          {"displayName", user.display_name},
          {"givenName", nullptr},
          {"jobTitle", nullptr},
          {"mail", user.mail},
          {"mobilePhone", nullptr},
          {"officeLocation", nullptr},
          {"preferredLanguage", nullptr},
          {"surname", nullptr},
          {"userPrincipalName", user.upn},
          {"id", user.id}};
}

Answer categories(Call& call) {
  json::array& list = call.mailbox->categories;
  if (call.path.size() == 2) {
    if (call.get()) {
      std::vector<json::object> rows;
      for (auto& value : list) rows.push_back(value.as_object());
      return list_answer(call, std::move(rows), 1000);
    }
    auto body = body_object(call);
    if (!body) return std::move(body.error());
    std::string name(text_of(*body, "displayName"));
    if (name.empty())
      return error_answer(call, 400, "ErrorInvalidRequest", "A category needs a displayName.");
    for (auto& value : list)
      if (same_address(text_of(value.as_object(), "displayName"), name))
        return error_answer(call, 409, "ErrorCategoryNameAlreadyExists",
                            "A category with this name already exists.");
    std::string color(text_of(*body, "color"));
    list.push_back(
        {{"id", call.world.guid()}, {"displayName", name}, {"color", color.empty() ? "preset0" : color}});
    return json_answer(201, list.back());
  }
  auto it = std::ranges::find_if(
      list, [&](auto& value) { return text_of(value.as_object(), "id") == call.path[2]; });
  if (it == list.end()) return not_found(call);
  if (call.patch()) {
    auto body = body_object(call);
    if (!body) return std::move(body.error());
    if (body->contains("displayName"))
      return error_answer(call, 400, "ErrorInvalidRequest",
                          "The displayName of a category cannot be changed.");  // F41
    if (auto color = text_of(*body, "color"); !color.empty()) it->as_object()["color"] = color;
  }
  if (call.del()) {
    list.erase(it);
    return empty_answer(204);
  }
  return json_answer(200, *it);
}

Answer mailbox_settings(Call& call) {
  const User& user = call.mailbox->user;
  return json_answer(200, {{"archiveFolder", call.mailbox->id_of(*call.mailbox->well_known("archive"))},
                           {"timeZone", user.time_zone},
                           {"delegateMeetingMessageDeliveryOptions", "sendToDelegateOnly"},
                           {"dateFormat", "yyyy-MM-dd"},
                           {"timeFormat", "HH:mm"},
                           {"userPurpose", "user"},
                           {"language", {{"locale", "en-US"}, {"displayName", "English (United States)"}}}});
}

}  // namespace

std::optional<Answer> serve_settings(Call& call) {
  if (call.path.size() >= 2 && call.path.size() <= 3 && same_address(call.path[0], "outlook") &&
      same_address(call.path[1], "masterCategories"))
    return categories(call);
  if (call.at({"mailboxSettings"}) && call.get()) return mailbox_settings(call);
  return std::nullopt;
}

std::optional<Answer> serve_translate(Call& call) {
  if (!call.at({"translateExchangeIds"}) || !call.post()) return std::nullopt;
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  auto* ids = array_of(*body, "inputIds");
  auto source = text_of(*body, "sourceIdType"), target = text_of(*body, "targetIdType");
  if (!ids || ids->size() > 1000)
    return error_answer(call, 400, "ErrorInvalidRequest", "inputIds is missing, or has more than 1000 ids.");
  auto known = [](std::string_view type) {
    return type == "restId" || type == "restImmutableEntryId" || type == "ewsId";
  };
  if (!known(source) || !known(target))
    return error_answer(call, 400, "ErrorInvalidRequest",
                        "The lab translates restId, ewsId and restImmutableEntryId.");
  json::array value;
  for (auto& id : *ids) {
    std::string text(id.is_string() ? std::string_view(id.get_string()) : "");
    auto parsed = ItemId::parse(text);
    Item* item =
        parsed && parsed->mailbox == call.mailbox->number ? call.mailbox->item(parsed->number) : nullptr;
    if (!item) {
      value.push_back(
          {{"sourceId", text},
           {"errorDetails", {{"code", "ErrorInvalidIdMalformed"}, {"message", "Id is malformed."}}}});
      continue;
    }
    parsed->immutable = target == "restImmutableEntryId";
    parsed->place = parsed->immutable ? 0 : item->place;
    value.push_back({{"sourceId", text}, {"targetId", parsed->text()}});
  }
  return json_answer(200, {{"@odata.context", call.base + "/$metadata#Collection"}, {"value", value}});
}

std::optional<Answer> serve_users(Call& call) {
  if (call.mailbox) {
    if (!call.path.empty() || !call.get()) return std::nullopt;
    return json_answer(200, user_object(call.mailbox->user));
  }
  if (!call.at({"users"}) || !call.get()) return std::nullopt;
  if (call.grant.app_only() && !call.grant.has("User.Read.All") && !call.grant.has("User.ReadBasic.All") &&
      !call.grant.has("Directory.Read.All"))
    return error_answer(call, 403, "Authorization_RequestDenied",
                        "Insufficient privileges to complete the operation.");
  std::vector<json::object> rows;
  for (auto& mailbox : call.world.mailboxes()) rows.push_back(user_object(mailbox->user));
  return list_answer(call, std::move(rows), 100);
}

}  // namespace mailsync::lab::graph
