// Bytes ⇄ wire structs. Tolerant to unknown and missing members, capped in size; never fails on one member.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "mailbox/graph/json_read.h"
#include "mailbox/graph/wire.h"
#include "net/http.h"

namespace mailsync::graph {

// Our mark on contacts, events and drafts: the operation that created them (F1, F14). The GUID is this
// product's own property set; the value is an unguessable operation id (F7).
inline constexpr std::string_view kOperationProperty =
    "String {5d0c2bb2-8a37-4f0e-9f4e-0d2c1c8c4a51} Name MailSyncOperation";
// The application name of our linked resource on a To Do task.
inline constexpr std::string_view kLinkedApplication = "Mail Sync";
// The header by which a mail of ours is known wherever it goes.
inline constexpr std::string_view kOperationHeader = "X-MailSync-Operation";

// What an @odata.etag holds: W/"abc" → abc.
std::string change_key_of_etag(std::string_view etag);

// ---- reading one resource ----
WireMessage read_message(const JsonObject& from);
WireContact read_contact(const JsonObject& from);
WireTask read_task(const JsonObject& from);
WireEvent read_event(const JsonObject& from);
WireFolder read_folder(const JsonObject& from);
WireTaskList read_task_list(const JsonObject& from);
WireSubscription read_subscription(const JsonObject& from);
WireError read_error(std::string_view body);
std::vector<WireNotice> read_notices(const JsonObject& from);
// The value of our extended property in "singleValueExtendedProperties"; "" when it is not there.
std::string read_operation(const JsonObject& from);

// ---- reading a page ----
template <typename T>
WirePage<T> page_in(const JsonObject& root, T (*read)(const JsonObject&)) {
  WirePage<T> page;
  page.next_link = text(root, "@odata.nextLink");
  page.delta_link = text(root, "@odata.deltaLink");
  if (const auto items = list(root, "value")) {
    page.items.reserve(items->size());
    for (const JsonValue item : *items)
      if (const auto members = item.if_object()) page.items.push_back(read(*members));
  }
  return page;
}
template <typename T>
Result<WirePage<T>> read_page(std::string_view bytes, std::string_view what, T (*read)(const JsonObject&)) {
  TRY(const JsonDocument parsed, parse_object(bytes, what));
  return page_in<T>(parsed.get_object(), read);
}

// ---- writing: JSON text with the supplied fields alone ----
std::string write_contact(const WireContact& contact);
std::string write_task(const WireTask& task);
std::string write_event(const WireEvent& event, std::string_view transaction_id = {});
// {"categories":[…]}
std::string write_categories(const std::vector<std::string>& categories);

// ---- recurrence (codec_recurrence.cc) ----
WireRecurrence read_recurrence(const JsonObject& from);
object write_recurrence(const WireRecurrence& recurrence);

// ---- shared pieces ----
WireItem read_item(const JsonObject& from);
WireAddress read_address(const std::optional<JsonObject>& emailAddress);
WireAddress read_recipient(const std::optional<JsonObject>& recipient);
std::vector<WireAddress> read_recipients(const JsonObject& from, std::string_view name);
Field<WireDateTime> read_date_time(const JsonObject& from, std::string_view name);
void put_date_time(object& to, std::string_view name, const Field<WireDateTime>& field);
Field<WireBody> read_body(const JsonObject& from, std::string_view name);
// As text; cleared becomes an empty text.
void put_text_body(object& to, std::string_view name, const Field<WireBody>& field);
object operation_property(std::string_view operation);

// ---- $batch (learn.microsoft.com/graph/json-batching) ----
struct BatchStep {
  std::string method = "GET";
  std::string url;  // relative to the service root: "/users/u/messages/m"
  net::Headers headers;
  std::string body;        // JSON; "" = none
  std::string depends_on;  // id of an earlier step: its position as text; "" = none
};
struct BatchAnswer {
  int status = 0;  // 0: the answer holds nothing for this step (F129)
  net::Headers headers;
  JsonDocument body;  // JSON; text (base64) for what is not JSON; null for none
};
// Steps are named "0", "1", … by position.
std::string write_batch(const std::vector<BatchStep>& steps);
// One answer per step, in order.
Result<std::vector<BatchAnswer>> read_batch(std::string_view bytes, size_t steps);

}  // namespace mailsync::graph
