// Graph's resources as they are on the wire, as far as we read or write them. Read and PATCH share one struct
// per resource: a field that is not supplied is neither in the JSON read nor in the JSON sent (F28). Names
// and types: learn.microsoft.com/graph/api/resources, v1.0 metadata of August 2026.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "model/field.h"

namespace mailsync::graph {

using model::Field;

// What every Outlook item has.
struct WireItem {
  std::string id;
  std::optional<Instant> modified;  // lastModifiedDateTime
  std::string change_key;           // or what the ETag holds between W/" and "
  bool removed = false;             // "@removed" of a delta page
};

struct WireAddress {
  std::string name, address;
  bool operator==(const WireAddress&) const = default;
};

// dateTimeTimeZone: a wall time in a zone named the Windows or the IANA way.
struct WireDateTime {
  std::string date_time, time_zone;
  bool operator==(const WireDateTime&) const = default;
};

struct WireBody {
  std::string content;
  bool html = false;
};

struct WireAttachment {
  std::string type;  // "file", "item", "reference"
  std::string id, name, content_type, content_id, source_url;
  int64_t size = 0;
  bool is_inline = false;  // what the sender said; not trusted (F117)
};

struct WireMessage : WireItem {
  std::string parent_folder_id, subject, body_preview, internet_message_id, conversation_id, importance;
  std::optional<Instant> sent, received;
  bool is_draft = false, has_attachments = false;
  std::vector<std::string> categories;
  WireAddress from, sender;
  std::vector<WireAddress> to, cc, bcc, reply_to;
  std::optional<WireBody> body;
  std::vector<std::pair<std::string, std::string>> headers;  // those that somebody looks at, in order
  std::vector<WireAttachment> attachments;
};

struct WirePostalAddress {
  std::string street, city, state, postal_code, country;
};

struct WireContact : WireItem {
  std::string parent_folder_id;
  Field<std::string> given_name, middle_name, surname, title, generation, display_name;
  Field<std::string> company_name, department, job_title, mobile_phone, business_home_page;
  Field<std::vector<WireAddress>> emails;
  Field<std::vector<std::string>> business_phones, categories;
  Field<WirePostalAddress> business_address;
  std::string operation;  // our extended property, where it was asked for
};

struct WireRecurrence {
  std::string type, index, first_day_of_week;
  int64_t interval = 1, day_of_month = 0, month = 0;
  std::vector<std::string> days_of_week;
  std::string range_type, start_date, end_date, time_zone;
  int64_t occurrences = 0;
};

struct WireTask : WireItem {
  Field<std::string> title, status, importance;
  Field<WireBody> body;
  Field<WireDateTime> due, start, completed, reminder;
  Field<bool> is_reminder_on;
  Field<WireRecurrence> recurrence;
  Field<std::vector<std::string>> categories;
  std::string operation;  // of our linked resource, where it was expanded
};

struct WireAttendee {
  WireAddress who;
  std::string type, response;
};

struct WireEvent : WireItem {
  Field<std::string> subject, location, sensitivity, show_as;
  Field<WireBody> body;
  Field<WireDateTime> start, end;
  Field<bool> is_all_day, is_reminder_on;
  Field<int64_t> reminder_minutes;
  Field<std::vector<WireAttendee>> attendees;
  Field<WireRecurrence> recurrence;
  Field<std::vector<std::string>> categories;
  // Read only.
  std::string type;  // "singleInstance", "occurrence", "exception", "seriesMaster"
  std::string series_master_id, ical_uid, transaction_id, online_url, start_zone, end_zone;
  std::optional<WireAddress> organizer;
  std::optional<Instant> original_start;  // of an occurrence or exception
  bool is_organizer = false, is_cancelled = false, is_online_meeting = false, is_draft = false;
  std::vector<std::string> cancelled_occurrences;  // "OID.<master>.<date>"
  std::vector<WireEvent> exceptions;
  std::string operation;  // our extended property, where it was asked for
};

struct WireFolder {  // mailFolder and contactFolder
  std::string id, name, parent_id;
  int64_t child_count = 0;
};

struct WireTaskList {
  std::string id, name, well_known;  // "none", "defaultList", "flaggedEmails"
  bool removed = false;
};

struct WireSubscription {
  std::string id, resource, notification_url;
  std::optional<Instant> expires;
};

struct WireNotice {
  std::string subscription_id, client_state, lifecycle_event;
};

// One page of any collection. With a deltaLink it is the last of its round; without both links it is whole.
template <typename T>
struct WirePage {
  std::vector<T> items;
  std::string next_link, delta_link;
};

// {error:{code,message,innerError}}; empty strings where the answer has no such body (F145).
struct WireError {
  std::string code, message, inner_code, request_id;
};

}  // namespace mailsync::graph
