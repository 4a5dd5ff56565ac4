#include "lab/fronts/ews/call.h"

#include <algorithm>

#include "lab/meetings.h"
#include "lab/recurrence.h"
#include "lab/zones.h"

namespace mailsync::lab::ews {
namespace {

// DistinguishedFolderIdNameType → how the world calls the folder.
constexpr std::pair<std::string_view, std::string_view> kDistinguished[] = {
    {"inbox", "inbox"},         {"drafts", "drafts"},
    {"sentitems", "sentitems"}, {"deleteditems", "deleteditems"},
    {"junkemail", "junkemail"}, {"outbox", "outbox"},
    {"contacts", "contacts"},   {"calendar", "calendar"},
    {"tasks", "defaultList"}};

void put_message_xml(Node message, const Problem& problem) {
  if (problem.values.empty()) return;
  Node xml = add(message, "m:MessageXml");
  for (auto& [name, value] : problem.values) set(add(xml, "t:Value", value), "Name", name);
}

constexpr int kSeriesDays = 3660;  // as far as occurrences are counted

// Every day of a series, cancelled ones too: an instance keeps its index.
std::vector<uint32_t> days_of_series(const Item& item) {
  std::vector<uint32_t> out;
  auto* recurrence = object_of(item.fields, "recurrence");
  auto* start = object_of(item.fields, "start");
  auto at = start ? parse_local(text_of(*start, "dateTime")) : std::nullopt;
  if (!recurrence || !at) return out;
  auto first = date::floor<date::days>(*at);
  for (auto day : occurrence_days(*recurrence, *at, first, first + date::days(kSeriesDays)))
    out.push_back(day_number(day));
  return out;
}

std::expected<FolderRef, Problem> distinguished_folder(const Call& call, Node id) {
  if (Node owner = child(id, "Mailbox"); owner && !call.mailbox.owns_address(text_in(owner, "EmailAddress")))
    return std::unexpected(problem("ErrorAccessDenied"));
  std::string name = attribute(id, "Id");
  if (name == "msgfolderroot" || name == "root") return FolderRef{};
  for (auto& [ews, ours] : kDistinguished)
    if (ews == name) return FolderRef{call.mailbox.well_known(ours)};
  return std::unexpected(problem("ErrorFolderNotFound"));
}

}  // namespace

Node Call::respond() {
  Node message = add(messages, message_name.c_str());
  set(message, "ResponseClass", "Success");
  add(message, "m:ResponseCode", "NoError");
  return message;
}

Node Call::refuse(const Problem& problem, const char* payload) {
  Node message = add(messages, message_name.c_str());
  set(message, "ResponseClass", problem.code == "ErrorBatchProcessingStopped" ? "Warning" : "Error");
  add(message, "m:MessageText", problem.text);
  add(message, "m:ResponseCode", problem.code);
  add(message, "m:DescriptiveLinkKey", int64_t{0});
  put_message_xml(message, problem);
  if (payload) add(message, payload);
  return message;
}

std::string ews_text(const ItemId& id) {
  std::string text = id.text();
  std::ranges::replace(text, '-', '/');
  std::ranges::replace(text, '_', '+');
  return text;
}
std::string ews_id(const Mailbox& mailbox, const Item& item, std::optional<uint32_t> day) {
  return ews_text({.mailbox = mailbox.number,
                   .kind = item.kind,
                   .number = item.number,
                   .place = item.place,
                   .day = day.value_or(0)});
}
std::string ews_id(const Mailbox& mailbox, const Container& container) {
  return ews_text({.mailbox = mailbox.number, .kind = IdKind::Container, .number = container.number});
}
std::string root_id(const Mailbox& mailbox) {
  return ews_text({.mailbox = mailbox.number, .kind = IdKind::Container, .number = 0});
}
std::optional<ItemId> parse_ews_id(std::string_view text) {
  std::string plain(text);
  if (plain.find_first_of("-_") != std::string::npos) return std::nullopt;
  std::ranges::replace(plain, '/', '-');
  std::ranges::replace(plain, '+', '_');
  auto id = ItemId::parse(plain);
  if (!id || id->immutable) return std::nullopt;
  return id;
}

std::expected<FolderRef, Problem> find_folder(const Call& call, Node id) {
  if (local_name(id) == "DistinguishedFolderId") return distinguished_folder(call, id);
  if (local_name(id) != "FolderId") return std::unexpected(problem("ErrorSchemaValidation"));
  auto parsed = parse_ews_id(attribute(id, "Id"));
  if (!parsed || parsed->kind != IdKind::Container)
    return std::unexpected(problem("ErrorInvalidIdMalformed"));
  if (parsed->mailbox != call.mailbox.number) return std::unexpected(problem("ErrorAccessDenied"));
  if (!parsed->number) return FolderRef{};
  Container* container = call.mailbox.container(parsed->number);
  if (!container) return std::unexpected(problem("ErrorFolderNotFound"));
  return FolderRef{container};
}

std::expected<FolderRef, Problem> find_folder_in(const Call& call, Node holder) {
  auto ids = children(holder);
  if (ids.empty()) return std::unexpected(problem("ErrorSchemaValidation"));
  return find_folder(call, ids.front());
}

std::expected<ItemRef, Problem> find_item(const Call& call, Node id) {
  bool occurrence = local_name(id) == "OccurrenceItemId";
  std::string text = occurrence                                  ? attribute(id, "RecurringMasterId")
                     : local_name(id) == "RecurringMasterItemId" ? attribute(id, "OccurrenceId")
                                                                 : attribute(id, "Id");
  auto parsed = parse_ews_id(text);
  if (!parsed || parsed->kind == IdKind::Container)
    return std::unexpected(problem("ErrorInvalidIdMalformed"));
  if (parsed->mailbox != call.mailbox.number) return std::unexpected(problem("ErrorAccessDenied"));
  Item* item = call.mailbox.item(parsed->number);
  // An item has another id once it has moved.
  if (!item || item->kind != parsed->kind || item->place != parsed->place)
    return std::unexpected(problem("ErrorItemNotFound"));
  ItemRef ref{.item = item, .day = std::nullopt, .change_key = attribute(id, "ChangeKey")};
  if (local_name(id) == "RecurringMasterItemId") return ref;
  if (parsed->day) ref.day = parsed->day;
  if (occurrence) {
    auto all = days_of_series(*item);
    int index = id.attribute("InstanceIndex").as_int();
    if (index < 1 || static_cast<size_t>(index) > all.size())
      return std::unexpected(problem("ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange"));
    ref.day = all[static_cast<size_t>(index) - 1];
  }
  if (ref.day &&
      (item->kind != IdKind::Event || !has_occurrence(*item, *ref.day) || item->cancelled.contains(*ref.day)))
    return std::unexpected(problem("ErrorItemNotFound"));
  return ref;
}

std::optional<Problem> stale(const Call& call, const ItemRef& ref) {
  if (call.desk.switches.ignore_change_keys || ref.change_key == change_key(ref.item->version))
    return std::nullopt;
  return problem("ErrorIrresolvableConflict");
}

std::string time_text(const Call& call, Instant instant) {
  std::string text = Instant{instant.us / 1'000'000 * 1'000'000}.to_iso();
  int digits = call.desk.switches.fraction_digits;
  if (digits <= 0 || !text.ends_with('Z')) return text;
  std::string fraction = std::to_string(1'000'000 + instant.us % 1'000'000).substr(1);
  fraction.resize(static_cast<size_t>(digits), '0');
  return text.substr(0, text.size() - 1) + "." + fraction + "Z";
}

}  // namespace mailsync::lab::ews
