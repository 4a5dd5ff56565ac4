#include "mailbox/graph/client.h"
#include "net/url.h"

namespace mailsync::graph {
namespace {

// Bodies as text: the HTML that Exchange makes of every body would never equal what was written.
constexpr std::string_view kTextBody = "outlook.body-content-type=\"text\"";
constexpr std::string_view kEvent =
    "changeKey,lastModifiedDateTime,categories,subject,body,location,sensitivity,showAs,start,end,isAllDay,"
    "isReminderOn,reminderMinutesBeforeStart,attendees,organizer,recurrence,type,seriesMasterId,iCalUId,"
    "transactionId,"
    "originalStart,originalStartTimeZone,originalEndTimeZone,isOrganizer,isCancelled,isOnlineMeeting,"
    "onlineMeeting,"
    "onlineMeetingUrl,isDraft";

}  // namespace

// learn.microsoft.com/graph/api/event-get, "Get a series master with its exceptions and cancelled
// occurrences" (F92).
std::string Client::event_path(const std::string& id) const {
  return path("/events/" + net::percent_encode(id) + "?$select=" + std::string(kEvent) +
              ",cancelledOccurrences,exceptionOccurrences&$expand=exceptionOccurrences");
}

PageTask<WireEvent> Client::calendar_view_delta(std::string start, std::string end, std::string link) {
  return page<WireEvent>(
      delta_call(path("/calendarView/delta?startDateTime=" + net::percent_encode(start) +
                      "&endDateTime=" + net::percent_encode(end)),
                 std::move(link), "Reading what changed in the calendar", std::string(kTextBody)),
      read_event);
}

Task<Result<WireEvent>> Client::event(std::string id) {
  Call call;
  call.url = event_path(id);
  call.what = "Reading a meeting";
  call.prefer = kTextBody;
  return one<WireEvent>(std::move(call), read_event);
}

PageTask<WireEvent> Client::instances(std::string master, std::string start, std::string end,
                                      std::string link) {
  Call call;
  call.url = link.empty() ? path("/events/" + net::percent_encode(master) +
                                 "/instances?startDateTime=" + net::percent_encode(start) +
                                 "&endDateTime=" + net::percent_encode(end) + "&$top=100")
                          : std::move(link);
  call.what = "Reading the occurrences of a series";
  call.prefer = kTextBody;
  return page<WireEvent>(std::move(call), read_event);
}

Task<Result<WireEvent>> Client::create_event(std::string json) {
  Call call;
  call.method = "POST";
  call.url = path("/events");
  call.what = "Creating a meeting";
  call.prefer = kTextBody;
  call.body = std::move(json);
  return one<WireEvent>(std::move(call), read_event);
}

Task<Result<WireEvent>> Client::patch_event(std::string id, std::string json, std::string change_key) {
  Call call;
  call.method = "PATCH";
  call.url = path("/events/" + net::percent_encode(id));
  call.what = "Changing a meeting";
  call.prefer = kTextBody;
  call.body = std::move(json);
  call.change_key = std::move(change_key);
  return one<WireEvent>(std::move(call), read_event);
}

Task<Result<void>> Client::delete_event(std::string id, std::string change_key) {
  Call call;
  call.method = "DELETE";
  call.url = path("/events/" + net::percent_encode(id));
  call.what = "Deleting a meeting";
  call.change_key = std::move(change_key);
  return nothing(std::move(call));
}

PageTask<WireEvent> Client::find_events(std::string operation) {
  Call call;
  call.url =
      path("/events?$select=id,changeKey,type,transactionId&$filter=" +
           net::percent_encode("singleValueExtendedProperties/Any(ep: ep/id eq '" +
                               std::string(kOperationProperty) + "' and ep/value eq '" + operation + "')"));
  call.what = "Looking for a meeting that was created";
  return page<WireEvent>(std::move(call), read_event);
}

}  // namespace mailsync::graph
