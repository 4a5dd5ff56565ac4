// FindItem: a folder's items by restriction, page by page; and the occurrences in a window (CalendarView).
#include <algorithm>

#include "lab/fronts/ews/render.h"
#include "lab/fronts/ews/stored.h"
#include "lab/meetings.h"

namespace mailsync::lab::ews {
namespace {

constexpr size_t kMostItems = 1000;  // EwsFindCountLimit

struct Row {
  Item* item = nullptr;
  std::optional<uint32_t> day;
};

// The property as GetItem would show it; nullopt when the item does not have it.
std::optional<std::string> value_at(Call& call, const Row& row, Node path) {
  Shape shape;
  if (local_name(path) == "ExtendedFieldURI") {
    if (auto field = read_extended(path)) shape.extended.push_back(*field);
  } else {
    std::string uri = field_uri(path);
    shape.fields.insert(uri.starts_with("contacts:EmailAddress/") ? "contacts:EmailAddresses" : uri);
  }
  pugi::xml_document aside;
  Node shown = render_item(call, aside, *row.item, row.day, shape, true);
  auto properties = children(shown);
  if (properties.size() < 2) return std::nullopt;
  Node property = properties.back();
  if (local_name(property) == "ExtendedProperty") return text_in(property, "Value");
  if (local_name(property) != "EmailAddresses") return content_of(property);
  std::string key = attribute(path, "FieldIndex");
  for (Node entry : children(property))
    if (attribute(entry, "Key") == key) return content_of(entry);
  return std::nullopt;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool contains(Node test, const std::optional<std::string>& value) {
  if (!value) return false;
  bool exact = attribute(test, "ContainmentComparison") == "Exact";
  std::string wanted = attribute(child(test, "Constant"), "Value");
  std::string have = exact ? *value : lower(*value);
  if (!exact) wanted = lower(wanted);
  std::string mode = attribute(test, "ContainmentMode");
  if (mode == "FullString") return have == wanted;
  if (mode == "Prefixed") return have.starts_with(wanted);
  return have.find(wanted) != std::string::npos;
}

bool fits(Call& call, const Row& row, Node test) {
  auto name = local_name(test);
  auto parts = children(test);
  if (name == "And") return std::ranges::all_of(parts, [&](Node part) { return fits(call, row, part); });
  if (name == "Or") return std::ranges::any_of(parts, [&](Node part) { return fits(call, row, part); });
  if (name == "Not") return !parts.empty() && !fits(call, row, parts[0]);
  if (parts.empty()) return false;
  auto value = value_at(call, row, parts[0]);
  if (name == "Exists") return value.has_value();
  if (name == "Contains") return contains(test, value);
  std::string wanted = attribute(child(child(test, "FieldURIOrConstant"), "Constant"), "Value");
  if (name == "IsEqualTo") return value && same_address(*value, wanted);
  if (name == "IsNotEqualTo") return !value || !same_address(*value, wanted);
  if (!value) return false;
  auto at = Instant::from_iso(*value), other = read_time(call, wanted);
  auto order = at && other ? *at <=> *other : *value <=> wanted;
  if (name == "IsGreaterThan") return order > 0;
  if (name == "IsGreaterThanOrEqualTo") return order >= 0;
  if (name == "IsLessThan") return order < 0;
  return name == "IsLessThanOrEqualTo" && order <= 0;
}

std::expected<std::vector<Row>, Problem> rows_in_view(Call& call, const Container& folder, Node view) {
  auto from = read_time(call, attribute(view, "StartDate")), to = read_time(call, attribute(view, "EndDate"));
  if (!from || !to || *to < *from) return std::unexpected(problem("ErrorCalendarInvalidPropertyValue"));
  if (*to - *from > std::chrono::hours(24 * 366 * 2))
    return std::unexpected(problem("ErrorCalendarViewRangeTooBig"));
  std::multimap<Instant, Row> found;
  for (uint64_t number : folder.items) {
    Item& item = *call.mailbox.item(number);
    if (item.kind != IdKind::Event) continue;
    if (object_of(item.fields, "recurrence")) {
      for (uint32_t day : occurrences_between(item, *from, *to))
        found.emplace(span_of(item, day)->start, Row{&item, day});
    } else if (auto span = span_of(item); span && span->start < *to && span->end > *from) {
      found.emplace(span->start, Row{&item, std::nullopt});
    }
  }
  std::vector<Row> rows;
  for (auto& [_, row] : found) rows.push_back(row);
  return rows;
}

std::vector<Row> rows_in(Call& call, const Container& folder, Node restriction) {
  std::vector<Row> rows;
  auto tests = children(restriction);
  for (auto it = folder.items.rbegin(); it != folder.items.rend(); ++it) {
    Row row{call.mailbox.item(*it), std::nullopt};
    if (tests.empty() || fits(call, row, tests[0])) rows.push_back(row);
  }
  return rows;
}

}  // namespace

void find_items(Call& call) {
  auto shape = read_shape(child(call.request, "ItemShape"));
  Node page = child(call.request, "IndexedPageItemView"), view = child(call.request, "CalendarView");
  for (Node id : children(child(call.request, "ParentFolderIds"))) {
    auto folder = find_folder(call, id);
    if (!shape || !folder || !folder->container) {
      call.refuse(!shape ? shape.error() : problem("ErrorFolderNotFound"));
      continue;
    }
    std::expected<std::vector<Row>, Problem> rows = std::vector<Row>();
    rows = view ? rows_in_view(call, *folder->container, view)
                : rows_in(call, *folder->container, child(call.request, "Restriction"));
    if (!rows) {
      call.refuse(rows.error());
      continue;
    }
    size_t offset = std::min<size_t>(page.attribute("Offset").as_uint(), rows->size());
    size_t most = std::min<size_t>((page ? page : view).attribute("MaxEntriesReturned").as_uint(kMostItems),
                                   kMostItems);
    size_t end = std::min(rows->size(), offset + most);
    Node root = add(call.respond(), "m:RootFolder");
    if (page) set(root, "IndexedPagingOffset", std::to_string(end));
    set(root, "TotalItemsInView", std::to_string(rows->size()));
    set(root, "IncludesLastItemInRange", end == rows->size() ? "true" : "false");
    Node items = add(root, "t:Items");
    for (size_t i = offset; i < end; ++i)
      render_item(call, items, *(*rows)[i].item, (*rows)[i].day, *shape, false);
  }
}

}  // namespace mailsync::lab::ews
