#include "lab/fronts/graph/call.h"

namespace mailsync::lab::graph {

bool Call::at(std::initializer_list<std::string_view> pattern) const {
  if (pattern.size() != path.size()) return false;
  auto segment = path.begin();
  for (auto wanted : pattern) {
    if (wanted != "*" && !same_address(wanted, *segment)) return false;
    ++segment;
  }
  return true;
}

Answer json_answer(int status, const json::value& body) {
  Answer answer;
  answer.status = status;
  answer.headers.add(
      "Content-Type",
      "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8");
  answer.body = json::serialize(body);
  return answer;
}

Answer empty_answer(int status) {
  Answer answer;
  answer.status = status;
  return answer;
}

Answer error_answer(const Call& call, int status, std::string_view code, std::string_view message) {
  std::string id = call.world.guid();
  auto client_id = call.request.headers.find("client-request-id");
  json::object inner{{"date", iso_seconds(call.now).substr(0, 19)},
                     {"request-id", id},
                     {"client-request-id", client_id ? *client_id : std::string_view(id)}};
  auto answer =
      json_answer(status, {{"error", {{"code", code}, {"message", message}, {"innerError", inner}}}});
  answer.headers.add("request-id", id);
  return answer;
}

Answer not_found(const Call& call) {
  return error_answer(call, 404, "ErrorItemNotFound", "The specified object was not found in the store.");
}

Answer bad_id(const Call& call) {
  return error_answer(call, 400, "ErrorInvalidIdMalformed", "Id is malformed.");
}

std::expected<json::object, Answer> body_object(const Call& call) {
  auto type = call.request.headers.find("Content-Type").value_or("");
  if (!type.starts_with("application/json"))
    return std::unexpected(
        error_answer(call, 415, "RequestBodyRead", "A JSON body needs the Content-Type application/json."));
  boost::system::error_code failed;
  auto value = json::parse(call.request.body, failed);
  if (failed || !value.is_object())
    return std::unexpected(error_answer(call, 400, "BadRequest",
                                        "Unable to read JSON request payload. Please ensure Content-Type "
                                        "header is set and payload is of valid JSON format."));
  return value.get_object();
}

std::optional<Answer> precondition(const Call& call, uint64_t version) {
  auto wanted = call.request.headers.find("If-Match");
  if (!wanted || *wanted == "*" || call.world.faults.ignore_if_match) return std::nullopt;
  if (wanted->find(change_key(version)) != std::string_view::npos) return std::nullopt;
  return error_answer(call, 412, "ErrorIrresolvableConflict",
                      "The send or update operation could not be performed because the change key passed in "
                      "the request does not "
                      "match the current change key for the item.");
}

std::expected<Found, Answer> find_item(Call& call, std::string_view id, IdKind kind) {
  auto parsed = ItemId::parse(id);
  if (!parsed) return std::unexpected(bad_id(call));
  if (parsed->mailbox != call.mailbox->number || parsed->kind != kind)
    return std::unexpected(not_found(call));
  Item* item = call.mailbox->item(parsed->number);
  if (!item || (!parsed->immutable && parsed->place != item->place)) return std::unexpected(not_found(call));
  if (!parsed->day) return Found{item, {}};
  if (!item->exceptions.contains(parsed->day) && !has_occurrence(*item, parsed->day))
    return std::unexpected(not_found(call));
  return Found{item, parsed->day};
}

std::expected<Container*, Answer> find_container(Call& call, std::string_view id_or_name,
                                                 ContainerKind kind) {
  if (Container* named = call.mailbox->well_known(id_or_name);
      named && named->kind == kind && !id_or_name.empty())
    return named;
  auto parsed = ItemId::parse(id_or_name);
  if (!parsed) return std::unexpected(bad_id(call));
  Container* container =
      parsed->mailbox == call.mailbox->number ? call.mailbox->container(parsed->number) : nullptr;
  if (!container || parsed->kind != IdKind::Container || container->kind != kind)
    return std::unexpected(not_found(call));
  return container;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<uint8_t>(c);
    if (std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~')
      out += c;
    else
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

std::string iso_seconds(Instant instant) {
  return Instant{instant.us / 1'000'000 * 1'000'000}.to_iso();
}

}  // namespace mailsync::lab::graph
