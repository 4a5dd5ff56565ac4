#include "lab/fronts/graph/stored.h"

#include <algorithm>
#include <array>

namespace mailsync::lab::graph {
namespace {

// The value's form: s text, b true or false, n number, o object, a list, t list of texts, d date and time, z
// dateTimeTimeZone.
struct Property {
  std::string_view name;
  char form;
};

constexpr Property kMessage[] = {{"subject", 's'},
                                 {"body", 'o'},
                                 {"toRecipients", 'a'},
                                 {"ccRecipients", 'a'},
                                 {"bccRecipients", 'a'},
                                 {"replyTo", 'a'},
                                 {"from", 'o'},
                                 {"sender", 'o'},
                                 {"importance", 's'},
                                 {"isRead", 'b'},
                                 {"flag", 'o'},
                                 {"categories", 't'},
                                 {"internetMessageId", 's'},
                                 {"inferenceClassification", 's'},
                                 {"isDeliveryReceiptRequested", 'b'},
                                 {"isReadReceiptRequested", 'b'},
                                 {"internetMessageHeaders", 'a'},
                                 {"singleValueExtendedProperties", 'a'},
                                 {"multiValueExtendedProperties", 'a'},
                                 {"attachments", 'a'},
                                 {"extensions", 'a'},
                                 {"conversationId", 's'},
                                 {"receivedDateTime", 'd'},
                                 {"sentDateTime", 'd'},
                                 {"isDraft", 'b'},
                                 {"hasAttachments", 'b'},
                                 {"bodyPreview", 's'},
                                 {"parentFolderId", 's'},
                                 {"webLink", 's'},
                                 {"uniqueBody", 'o'},
                                 {"conversationIndex", 's'}};

constexpr Property kContact[] = {{"assistantName", 's'},
                                 {"birthday", 'd'},
                                 {"businessAddress", 'o'},
                                 {"businessHomePage", 's'},
                                 {"businessPhones", 't'},
                                 {"children", 't'},
                                 {"companyName", 's'},
                                 {"department", 's'},
                                 {"displayName", 's'},
                                 {"emailAddresses", 'a'},
                                 {"fileAs", 's'},
                                 {"generation", 's'},
                                 {"givenName", 's'},
                                 {"homeAddress", 'o'},
                                 {"homePhones", 't'},
                                 {"imAddresses", 't'},
                                 {"initials", 's'},
                                 {"jobTitle", 's'},
                                 {"manager", 's'},
                                 {"middleName", 's'},
                                 {"mobilePhone", 's'},
                                 {"nickName", 's'},
                                 {"officeLocation", 's'},
                                 {"otherAddress", 'o'},
                                 {"personalNotes", 's'},
                                 {"primaryEmailAddress", 'o'},
                                 {"profession", 's'},
                                 {"secondaryEmailAddress", 'o'},
                                 {"spouseName", 's'},
                                 {"surname", 's'},
                                 {"tertiaryEmailAddress", 'o'},
                                 {"title", 's'},
                                 {"yomiCompanyName", 's'},
                                 {"yomiGivenName", 's'},
                                 {"yomiSurname", 's'},
                                 {"categories", 't'},
                                 {"parentFolderId", 's'},
                                 {"singleValueExtendedProperties", 'a'},
                                 {"multiValueExtendedProperties", 'a'},
                                 {"extensions", 'a'}};

constexpr Property kTask[] = {{"body", 'o'},
                              {"categories", 't'},
                              {"completedDateTime", 'z'},
                              {"dueDateTime", 'z'},
                              {"importance", 's'},
                              {"isReminderOn", 'b'},
                              {"recurrence", 'o'},
                              {"reminderDateTime", 'z'},
                              {"startDateTime", 'z'},
                              {"status", 's'},
                              {"title", 's'},
                              {"linkedResources", 'a'},
                              {"checklistItems", 'a'},
                              {"extensions", 'a'},
                              {"hasAttachments", 'b'},
                              {"bodyLastModifiedDateTime", 'd'}};

constexpr Property kEvent[] = {{"allowNewTimeProposals", 'b'},
                               {"attendees", 'a'},
                               {"body", 'o'},
                               {"categories", 't'},
                               {"end", 'z'},
                               {"hideAttendees", 'b'},
                               {"importance", 's'},
                               {"isAllDay", 'b'},
                               {"isOnlineMeeting", 'b'},
                               {"isReminderOn", 'b'},
                               {"location", 'o'},
                               {"locations", 'a'},
                               {"onlineMeetingProvider", 's'},
                               {"recurrence", 'o'},
                               {"reminderMinutesBeforeStart", 'n'},
                               {"responseRequested", 'b'},
                               {"sensitivity", 's'},
                               {"showAs", 's'},
                               {"start", 'z'},
                               {"subject", 's'},
                               {"transactionId", 's'},
                               {"singleValueExtendedProperties", 'a'},
                               {"multiValueExtendedProperties", 'a'},
                               {"extensions", 'a'},
                               {"isDraft", 'b'},
                               {"originalStartTimeZone", 's'},
                               {"originalEndTimeZone", 's'},
                               {"attachments", 'a'},
                               {"organizer", 'o'},
                               {"isOrganizer", 'b'},
                               {"responseStatus", 'o'},
                               {"iCalUId", 's'},
                               {"type", 's'},
                               {"seriesMasterId", 's'},
                               {"originalStart", 'd'},
                               {"isCancelled", 'b'},
                               {"bodyPreview", 's'},
                               {"webLink", 's'}};

constexpr std::string_view kAlwaysReadOnly[] = {"id",
                                                "changeKey",
                                                "createdDateTime",
                                                "lastModifiedDateTime",
                                                "parentFolderId",
                                                "webLink",
                                                "bodyPreview",
                                                "hasAttachments",
                                                "isDraft",
                                                "isOrganizer",
                                                "organizer",
                                                "responseStatus",
                                                "iCalUId",
                                                "type",
                                                "seriesMasterId",
                                                "originalStart",
                                                "isCancelled",
                                                "uniqueBody",
                                                "conversationId",
                                                "conversationIndex",
                                                "receivedDateTime",
                                                "sentDateTime",
                                                "bodyLastModifiedDateTime",
                                                "originalStartTimeZone",
                                                "originalEndTimeZone"};

std::span<const Property> properties_of(Shape shape) {
  switch (shape) {
    case Shape::Message:
      return kMessage;
    case Shape::Contact:
      return kContact;
    case Shape::Task:
      return kTask;
    case Shape::Event:
      return kEvent;
  }
  return {};
}

std::string_view type_name(Shape shape) {
  switch (shape) {
    case Shape::Message:
      return "microsoft.graph.message";
    case Shape::Contact:
      return "microsoft.graph.contact";
    case Shape::Task:
      return "microsoft.graph.todoTask";
    case Shape::Event:
      return "microsoft.graph.event";
  }
  return {};
}

bool fits(const json::value& value, char form) {
  if (value.is_null()) return true;
  switch (form) {
    case 's':
      return value.is_string();
    case 'b':
      return value.is_bool();
    case 'n':
      return value.is_number();
    case 'o':
      return value.is_object();
    case 'a':
      return value.is_array() &&
             std::ranges::all_of(value.get_array(), [](auto& e) { return e.is_object(); });
    case 't':
      return value.is_array() &&
             std::ranges::all_of(value.get_array(), [](auto& e) { return e.is_string(); });
    case 'd':
      return value.is_string() && (Instant::from_iso(std::string_view(value.get_string())) ||
                                   parse_day(std::string_view(value.get_string())));
    case 'z':
      return value.is_object() && parse_local(text_of(value.get_object(), "dateTime")) &&
             zone_of(text_of(value.get_object(), "timeZone"));
    default:
      return false;
  }
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return std::string(text);
}

void trim_value(json::value& value) {
  if (value.is_string()) value = json::value(trimmed(value.get_string()));
  if (value.is_array())
    for (auto& element : value.get_array()) trim_value(element);
}

void name_addresses(json::value& list) {
  if (!list.is_array()) return;
  for (auto& element : list.get_array()) {
    if (!element.is_object()) continue;
    auto& object = element.get_object();
    auto* nested = object.if_contains("emailAddress");
    auto& email = nested && nested->is_object() ? nested->get_object() : object;
    if (!email.contains("address") || !text_of(email, "name").empty()) continue;
    json::value address = email.at("address");  // a copy: the new member may move the others
    email["name"] = std::move(address);
  }
}

void wrap_html(json::value& body) {
  if (!body.is_object()) return;
  auto& object = body.get_object();
  std::string type(text_of(object, "contentType"));
  std::ranges::transform(type, type.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (type.empty()) type = "text";
  object["contentType"] = type;
  std::string content(text_of(object, "content"));
  if (type != "html" || content.find("<html") != std::string::npos) return;
  object["content"] =
      "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>" +
      content + "</body></html>";
}

void text_to_html(json::value& body) {
  if (!body.is_object() || text_of(body.get_object(), "contentType") == "html") return;
  std::string html;
  for (char c : text_of(body.get_object(), "content")) {
    if (c == '<')
      html += "&lt;";
    else if (c == '>')
      html += "&gt;";
    else if (c == '&')
      html += "&amp;";
    else if (c == '\n')
      html += "<br>\r\n";
    else if (c != '\r')
      html += c;
  }
  body = json::object{{"contentType", "html"}, {"content", "<div class=\"PlainText\">" + html + "</div>"}};
  wrap_html(body);
}

void rewrite_contact(json::object& body) {
  for (std::string_view name : {"businessPhones", "homePhones", "mobilePhone", "displayName", "givenName",
                                "surname", "companyName", "jobTitle"})
    if (auto* value = body.if_contains(name)) trim_value(*value);
  if (auto* addresses = body.if_contains("emailAddresses")) name_addresses(*addresses);
  // Outlook keeps a birthday as that day's 11:59 UTC.
  if (auto day = text_of(body, "birthday"); day.size() >= 10)
    body["birthday"] = std::string(day.substr(0, 10)) + "T11:59:00Z";
}

}  // namespace

std::optional<Answer> check_properties(const Call& call, Shape shape, const json::object& body) {
  auto known = properties_of(shape);
  for (auto& [key, value] : body) {
    std::string_view name(key);
    if (name.starts_with("@odata.") || name == "id" || name == "changeKey" || name == "createdDateTime" ||
        name == "lastModifiedDateTime")
      continue;
    auto property = std::ranges::find(known, name, &Property::name);
    if (property == known.end())
      return error_answer(call, 400, "RequestBodyRead",
                          "The property '" + std::string(name) + "' does not exist on type '" +
                              std::string(type_name(shape)) +
                              "'. Make sure to only use property names that are defined by the type.");
    if (fits(value, property->form)) continue;
    if (property->form == 'z' && value.is_object() && !zone_of(text_of(value.get_object(), "timeZone")))
      return error_answer(
          call, 400, "TimeZoneNotSupportedException",
          "The time zone '" + std::string(text_of(value.get_object(), "timeZone")) + "' is not supported.");
    return error_answer(
        call, 400, "RequestBodyRead",
        "Cannot convert the value of property '" + std::string(name) + "' to the expected type.");
  }
  if (auto* headers = array_of(body, "internetMessageHeaders")) {
    if (headers->size() > 5)
      return error_answer(call, 400, "InvalidInternetMessageHeaderCollection",
                          "Maximum number of headers in one message should be less than or equal to 5.");
    for (auto& header : *headers)
      if (auto name = text_of(header.get_object(), "name");
          !name.starts_with("x-") && !name.starts_with("X-"))
        return error_answer(
            call, 400, "InvalidInternetMessageHeader",
            "The internet message header name '" + std::string(name) + "' should start with 'x-' or 'X-'.");
  }
  if (auto* body_value = object_of(body, "body")) {
    std::string type(text_of(*body_value, "contentType"));
    if (!type.empty() && !same_address(type, "text") && !same_address(type, "html"))
      return error_answer(call, 400, "RequestBodyRead", "Requested value '" + type + "' was not found.");
  }
  return std::nullopt;
}

json::object stored_form(const Call& call, Shape shape, json::object body) {
  for (auto name : kAlwaysReadOnly) body.erase(name);
  std::vector<std::string> drop;
  for (auto& [name, _] : body)
    if (std::string_view(name).starts_with("@odata.")) drop.emplace_back(name);
  for (auto& name : drop) body.erase(name);
  if (auto* value = body.if_contains("body")) {
    if (call.world.faults.rewrite_on_store) wrap_html(*value);
  }
  if (auto* value = body.if_contains("body");
      value && shape == Shape::Event && call.world.faults.event_text_becomes_html)
    text_to_html(*value);
  if (!call.world.faults.rewrite_on_store) return body;
  for (std::string_view name : {"subject", "title"})
    if (auto* value = body.if_contains(name)) trim_value(*value);
  for (std::string_view name : {"toRecipients", "ccRecipients", "bccRecipients", "replyTo", "attendees"})
    if (auto* value = body.if_contains(name)) name_addresses(*value);
  if (shape == Shape::Contact) rewrite_contact(body);
  return body;
}

}  // namespace mailsync::lab::graph
