#include "mailbox/graph/codec.h"

#include <charconv>
#include <memory>

namespace mailsync::graph {

std::string change_key_of_etag(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

WireItem read_item(const JsonObject& from) {
  WireItem item;
  item.id = text(from, "id");
  item.change_key = text(from, "changeKey");
  if (item.change_key.empty()) item.change_key = change_key_of_etag(text(from, "@odata.etag"));
  item.removed = from.contains("@removed");
  item.modified = instant(from, "lastModifiedDateTime");
  return item;
}

WireAddress read_address(const std::optional<JsonObject>& emailAddress) {
  if (!emailAddress) return {};
  return {text(*emailAddress, "name"), text(*emailAddress, "address")};
}

WireAddress read_recipient(const std::optional<JsonObject>& recipient) {
  return recipient ? read_address(child(*recipient, "emailAddress")) : WireAddress{};
}

std::vector<WireAddress> read_recipients(const JsonObject& from, std::string_view name) {
  std::vector<WireAddress> out;
  if (const auto items = list(from, name))
    for (const JsonValue item : *items) out.push_back(read_recipient(item.if_object()));
  return out;
}

Field<WireDateTime> read_date_time(const JsonObject& from, std::string_view name) {
  const auto found = from.if_contains(name);
  if (!found) return {};
  if (found->is_null()) return Field<WireDateTime>::cleared();
  const auto members = found->if_object();
  if (!members) return {};
  return WireDateTime{text(*members, "dateTime"), text(*members, "timeZone")};
}

void put_date_time(object& to, std::string_view name, const Field<WireDateTime>& field) {
  if (!field.supplied()) return;
  if (!field.is_set()) {
    to[name] = nullptr;
    return;
  }
  to[name] = object{{"dateTime", field.value().date_time}, {"timeZone", field.value().time_zone}};
}

Field<WireBody> read_body(const JsonObject& from, std::string_view name) {
  const auto members = child(from, name);
  if (!members) return {};
  const std::string type = text(*members, "contentType");
  return WireBody{text(*members, "content"), type == "html" || type == "HTML"};
}

void put_text_body(object& to, std::string_view name, const Field<WireBody>& field) {
  if (!field.supplied()) return;
  to[name] = object{{"contentType", field.is_set() && field.value().html ? "html" : "text"},
                    {"content", field.is_set() ? field.value().content : std::string()}};
}

object operation_property(std::string_view operation) {
  return {{"id", kOperationProperty}, {"value", operation}};
}

std::string read_operation(const JsonObject& from) {
  if (const auto properties = list(from, "singleValueExtendedProperties"))
    for (const JsonValue property : *properties)
      if (const auto members = property.if_object()) {
        // Exchange answers with the GUID in whatever case it likes.
        std::string id = text(*members, "id");
        if (id.size() == kOperationProperty.size() && id.ends_with("MailSyncOperation"))
          return text(*members, "value");
      }
  return {};
}

WireFolder read_folder(const JsonObject& from) {
  return {text(from, "id"), text(from, "displayName"), text(from, "parentFolderId"),
          number(from, "childFolderCount").value_or(0)};
}

WireTaskList read_task_list(const JsonObject& from) {
  return {text(from, "id"), text(from, "displayName"), text(from, "wellknownListName"),
          from.contains("@removed")};
}

WireSubscription read_subscription(const JsonObject& from) {
  return {text(from, "id"), text(from, "resource"), text(from, "notificationUrl"),
          instant(from, "expirationDateTime")};
}

namespace {

// Codes and ids are shown to people and written to logs: one word of what such names are made of.
std::string word_of(const JsonObject& from, std::string_view name) {
  constexpr size_t kLongest = 128;
  std::string out;
  for (const char c : text(from, name)) {
    const bool fits = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      std::string_view("._-:/").find(c) != std::string_view::npos;
    if (!fits || out.size() >= kLongest) return out;
    out += c;
  }
  return out;
}

}  // namespace

WireError read_error(std::string_view body) {
  WireError out;
  const auto parsed = parse_object(body, "error");
  if (!parsed) return out;
  const auto error = child(parsed->get_object(), "error");
  if (!error) return out;
  out.code = word_of(*error, "code");
  out.message = text(*error, "message");
  auto inner = child(*error, "innerError");
  if (!inner) inner = child(*error, "innererror");
  if (inner) {
    out.inner_code = word_of(*inner, "code");
    out.request_id = word_of(*inner, "request-id");
  }
  return out;
}

std::vector<WireNotice> read_notices(const JsonObject& from) {
  std::vector<WireNotice> out;
  if (const auto notices = list(from, "value"))
    for (const JsonValue notice : *notices)
      if (const auto members = notice.if_object())
        out.push_back({text(*members, "subscriptionId"), text(*members, "clientState"),
                       text(*members, "lifecycleEvent")});
  return out;
}

std::string write_categories(const std::vector<std::string>& categories) {
  return boost::json::serialize(object{{"categories", array_of(categories)}});
}

std::string write_batch(const std::vector<BatchStep>& steps) {
  array requests;
  for (size_t i = 0; i < steps.size(); ++i) {
    const BatchStep& step = steps[i];
    object request{{"id", std::to_string(i)}, {"method", step.method}, {"url", step.url}};
    object headers;
    for (const auto& [name, words] : step.headers.all()) headers[name] = words;
    if (!step.body.empty()) {
      headers["Content-Type"] = "application/json";
      request["body"] = boost::json::parse(step.body);
    }
    if (!headers.empty()) request["headers"] = std::move(headers);
    if (!step.depends_on.empty()) request["dependsOn"] = array{boost::json::string(step.depends_on)};
    requests.push_back(std::move(request));
  }
  return boost::json::serialize(object{{"requests", std::move(requests)}});
}

Result<std::vector<BatchAnswer>> read_batch(std::string_view bytes, size_t steps) {
  TRY(const JsonDocument parsed, parse_object(bytes, "a batch of requests"));
  std::vector<BatchAnswer> out(steps);
  const auto answers = list(parsed.get_object(), "responses");
  if (!answers)
    return fail(ErrorKind::Transient,
                "Microsoft 365 answered a batch of requests without any answers in it; "
                "they are asked again later");
  for (const JsonValue item : *answers) {
    const auto answer = item.if_object();
    if (!answer) continue;
    const std::string id = text(*answer, "id");
    size_t at = steps;
    std::from_chars(id.data(), id.data() + id.size(), at);
    if (at >= steps) continue;
    out[at].status = static_cast<int>(number(*answer, "status").value_or(0));
    if (const auto headers = child(*answer, "headers"))
      headers->each([&](std::string_view name, const JsonValue& words) {
        if (const auto set = words.if_string()) out[at].headers.add(std::string(name), std::string(*set));
      });
    // It stays in the memory of the whole answer. An id that comes twice counts by its last.
    if (const auto body = answer->if_contains("body")) out[at].body = parsed.part(*body);
  }
  return out;
}

}  // namespace mailsync::graph
