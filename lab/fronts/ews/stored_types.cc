// Properties of messages, contacts and tasks, as they are written.
#include <algorithm>
#include <cctype>

#include "lab/fronts/ews/contact_fields.h"
#include "lab/fronts/ews/recurrence_xml.h"
#include "lab/fronts/ews/stored.h"
#include "lab/zones.h"

namespace mailsync::lab::ews {
namespace {

// "contacts:PhoneNumber/MobilePhone" → the part behind the slash, when the part before is `uri`.
std::optional<std::string> index_of(const Setting& setting, std::string_view uri) {
  if (!setting.uri.starts_with(uri) || setting.uri.size() <= uri.size() || setting.uri[uri.size()] != '/')
    return std::nullopt;
  return setting.uri.substr(uri.size() + 1);
}

// "EmailAddress2" → 1; nullopt for anything but 1 to 3.
std::optional<size_t> place_of(const std::string& key) {
  char digit = key.empty() ? '0' : key.back();
  if (digit < '1' || digit > '3') return std::nullopt;
  return static_cast<size_t>(digit - '1');
}

// Puts one entry into a list of texts, and lets no empty ones stand at its end.
void put_at(const Edit& edit, std::string_view field, size_t index, json::value value,
            const json::value& nothing) {
  json::value held = edit.now(field);
  json::array list = held.is_array() ? held.get_array() : json::array();
  while (list.size() <= index) list.push_back(nothing);
  list[index] = std::move(value);
  while (!list.empty() && list.back() == nothing) list.pop_back();
  edit.patch[field] = std::move(list);
}

Applied set_phone(const Edit& edit, const std::string& key, const std::string& number) {
  for (auto& phone : kPhoneKeys) {
    if (phone.key != key) continue;
    std::string_view list = phone.list;
    if (list.empty())
      edit.beside(key, number);
    else if (list == "mobilePhone")
      edit.patch["mobilePhone"] = number.empty() ? json::value() : json::value(number);
    else
      put_at(edit, list, phone.index, json::value(number), json::value(""));
    return true;
  }
  return false;
}

Applied set_address(const Edit& edit, const Setting& setting, const std::string& text) {
  constexpr std::string_view kPrefix = "contacts:PhysicalAddress:";
  std::string_view rest = std::string_view(setting.uri).substr(kPrefix.size());
  auto slash = rest.find('/');
  for (auto& [key, field] : kAddressKeys)
    for (auto& [element, part] : kAddressParts)
      if (rest.substr(0, slash) == element && rest.substr(slash + 1) == key) {
        json::value held = edit.now(field);
        json::object address = held.is_object() ? held.get_object() : json::object();
        if (text.empty())
          address.erase(part);
        else
          address[part] = text;
        edit.patch[field] = std::move(address);
        return true;
      }
  return false;
}

json::value day_of(const std::string& text) {
  // The day as the client wrote it: midnight there, wherever that is.
  auto day = text.empty() ? std::nullopt : parse_day(text.substr(0, 10));
  return day ? json::value(date_time_time_zone(*day, "UTC")) : json::value();
}

}  // namespace

Applied set_contact(const Edit& edit, const Setting& setting) {
  std::string text = content_of(setting.value);
  for (auto& [element, field] : kContactTexts)
    if (setting.uri == "contacts:" + std::string(element)) {
      edit.patch[field] = text.empty() ? json::value() : json::value(text);
      return true;
    }
  if (auto key = index_of(setting, "contacts:PhoneNumber")) return set_phone(edit, *key, text);
  if (auto key = index_of(setting, "contacts:EmailAddress")) {
    auto place = place_of(*key);
    if (!place) return false;
    json::object none{{"name", ""}, {"address", ""}};
    std::string name = setting.value ? attribute(setting.value, "Name") : "";
    json::object one{{"name", text.empty() || !name.empty() ? name : text}, {"address", text}};
    if (text.empty()) one = none;
    put_at(edit, "emailAddresses", *place, std::move(one), none);
    return true;
  }
  if (auto key = index_of(setting, "contacts:ImAddress")) {
    auto place = place_of(*key);
    if (place) put_at(edit, "imAddresses", *place, json::value(text), json::value(""));
    return place.has_value();
  }
  if (setting.uri.starts_with("contacts:PhysicalAddress:")) return set_address(edit, setting, text);
  if (setting.uri == "contacts:Birthday") {
    // Outlook keeps a birthday as that day's 11:59 UTC.
    edit.patch["birthday"] = text.empty() ? json::value() : json::value(text.substr(0, 10) + "T11:59:00Z");
    return true;
  }
  if (setting.uri == "contacts:WeddingAnniversary") {
    edit.beside("WeddingAnniversary", text.empty() ? text : text.substr(0, 10) + "T11:59:00Z");
    return true;
  }
  if (setting.uri == "contacts:Children") {
    json::array list;
    for (Node one : children(setting.value)) list.push_back(json::value(content_of(one)));
    edit.patch["children"] = std::move(list);
    return true;
  }
  return setting.uri == "contacts:FileAsMapping";
}

Applied set_task(const Edit& edit, const Setting& setting) {
  const std::string& uri = setting.uri;
  std::string text = content_of(setting.value);
  if (uri == "task:DueDate" || uri == "task:StartDate" || uri == "task:CompleteDate") {
    edit.patch[uri == "task:DueDate"     ? "dueDateTime"
               : uri == "task:StartDate" ? "startDateTime"
                                         : "completedDateTime"] = day_of(text);
    if (uri == "task:CompleteDate" && !text.empty()) edit.patch["status"] = "completed";
  } else if (uri == "task:Status") {
    std::string status = text.empty() ? "NotStarted" : text;
    status[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(status[0])));
    edit.patch["status"] = status;
    if (status == "completed" && edit.now("completedDateTime").is_null())
      edit.patch["completedDateTime"] = day_of(edit.call.now.to_iso());
    if (status != "completed") edit.patch["completedDateTime"] = nullptr;
  } else if (uri == "task:PercentComplete") {
    double percent = std::strtod(text.c_str(), nullptr);
    if (percent < 0 || percent > 100) return std::unexpected(problem("ErrorInvalidPercentCompleteValue"));
    edit.beside("PercentComplete", text);
    if (percent == 100) edit.patch["status"] = "completed";
  } else if (uri == "task:Recurrence") {
    auto recurrence = setting.value ? read_recurrence(setting.value) : std::nullopt;
    if (setting.value && !recurrence) return std::unexpected(problem("ErrorUnsupportedRecurrence"));
    edit.patch["recurrence"] = recurrence ? json::value(*recurrence) : json::value();
  } else if (uri == "task:ActualWork" || uri == "task:TotalWork" || uri == "task:Mileage" ||
             uri == "task:BillingInformation") {
    edit.beside(uri.substr(5), text);
  } else {
    return false;
  }
  return true;
}

Applied set_message(const Edit& edit, const Setting& setting) {
  const std::string& uri = setting.uri;
  std::string text = content_of(setting.value);
  constexpr std::pair<std::string_view, std::string_view> kLists[] = {
      {"message:ToRecipients", "toRecipients"},
      {"message:CcRecipients", "ccRecipients"},
      {"message:BccRecipients", "bccRecipients"},
      {"message:ReplyTo", "replyTo"}};
  for (auto& [name, field] : kLists)
    if (uri == name) {
      edit.patch[field] = read_recipients(setting.value);
      return true;
    }
  if (uri == "message:From" || uri == "message:Sender") {
    auto one = read_recipients(setting.value);
    edit.patch[uri == "message:From" ? "from" : "sender"] = one.empty() ? json::value() : one[0];
  } else if (uri == "message:IsRead") {
    edit.patch["isRead"] = is_true(text);
  } else if (uri == "message:IsReadReceiptRequested") {
    edit.patch["isReadReceiptRequested"] = is_true(text);
  } else if (uri == "message:IsDeliveryReceiptRequested") {
    edit.patch["isDeliveryReceiptRequested"] = is_true(text);
  } else if (uri == "message:InternetMessageId") {
    edit.patch["internetMessageId"] = text;
  } else if (uri == "message:References" || uri == "item:InReplyTo") {
    json::value held = edit.now("internetMessageHeaders");
    json::array headers = held.is_array() ? held.get_array() : json::array();
    headers.push_back({{"name", uri == "item:InReplyTo" ? "In-Reply-To" : "References"}, {"value", text}});
    edit.patch["internetMessageHeaders"] = std::move(headers);
  } else {
    return false;
  }
  return true;
}

}  // namespace mailsync::lab::ews
