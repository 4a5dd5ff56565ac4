// t:TaskType.
#include "lab/fronts/ews/recurrence_xml.h"
#include "lab/fronts/ews/render.h"
#include "lab/zones.h"

namespace mailsync::lab::ews {
namespace {

void put_day(ItemView& v, const char* name, std::string_view field) {
  auto* at = v.fields.if_contains(field);
  if (auto instant = at ? instant_of(*at) : std::nullopt) add(v.out, name, time_text(v.call, *instant));
}

bool complete(const ItemView& v) {
  return text_of(v.fields, "status") == "completed";
}

void put_percent(ItemView& v) {
  auto* beside = object_of(v.fields, "exchange");
  auto text = beside ? text_of(*beside, "PercentComplete") : std::string_view();
  add(v.out, "t:PercentComplete", complete(v) ? "100" : text.empty() ? "0" : text);
}

void put_status(ItemView& v) {
  std::string status(text_of(v.fields, "status"));
  if (status.empty()) status = "notStarted";
  status[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(status[0])));
  add(v.out, "t:Status", status);
}

constexpr auto kOld = Version::E2007;
constexpr Property kTask[] = {
    {"task:ChangeCount", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:ChangeCount", static_cast<int64_t>(v.item.place + 1)); }},
    {"task:CompleteDate", kAll, kOld, [](ItemView& v) { put_day(v, "t:CompleteDate", "completedDateTime"); }},
    {"task:DueDate", kDefault, kOld, [](ItemView& v) { put_day(v, "t:DueDate", "dueDateTime"); }},
    {"task:IsComplete", kAll, kOld, [](ItemView& v) { add(v.out, "t:IsComplete", complete(v)); }},
    {"task:IsRecurring", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:IsRecurring", object_of(v.fields, "recurrence") != nullptr); }},
    {"task:IsTeamTask", kAll, kOld, [](ItemView& v) { add(v.out, "t:IsTeamTask", false); }},
    {"task:Owner", kAll, kOld, [](ItemView& v) { add(v.out, "t:Owner", v.call.mailbox.user.display_name); }},
    {"task:PercentComplete", kDefault, kOld, put_percent},
    {"task:Recurrence", kAll | kGetOnly, kOld,
     [](ItemView& v) {
       if (auto* recurrence = object_of(v.fields, "recurrence"))
         put_recurrence(v.out, "t:Recurrence", *recurrence);
     }},
    {"task:StartDate", kDefault, kOld, [](ItemView& v) { put_day(v, "t:StartDate", "startDateTime"); }},
    {"task:Status", kDefault, kOld, put_status},
    {"task:StatusDescription", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:StatusDescription", text_of(v.fields, "status")); }},
};

}  // namespace

std::span<const Property> task_properties() {
  return kTask;
}

}  // namespace mailsync::lab::ews
