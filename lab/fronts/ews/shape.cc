#include "lab/fronts/ews/shape.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace mailsync::lab::ews {
namespace {

// DistinguishedPropertySetType, from [MS-OXPROPS] section 1.3.2.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kSets{{
    {"Meeting", "6ed8da90-450b-101b-98da-00aa003f1305"},
    {"Appointment", "00062002-0000-0000-c000-000000000046"},
    {"Common", "00062008-0000-0000-c000-000000000046"},
    {"PublicStrings", "00020329-0000-0000-c000-000000000046"},
    {"Address", "00062004-0000-0000-c000-000000000046"},
    {"InternetHeaders", "00020386-0000-0000-c000-000000000046"},
    {"CalendarAssistant", "11000e07-b51b-40d6-af21-caa85edab1d0"},
    {"UnifiedMessaging", "4442858e-a9e3-4e80-b900-317a210cc15b"},
    {"Task", "00062003-0000-0000-c000-000000000046"},
    {"Sharing", "00062040-0000-0000-c000-000000000046"},
}};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string hex_of(std::string_view text) {
  bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  std::array<char, 16> digits{};
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

}  // namespace

// Graph: "{type} {guid} Name {name}", "{type} {guid} Id {0xid}", "{type} {0xtag}".
std::string ExtendedField::key() const {
  if (!tag.empty()) return type + " " + tag;
  return type + " {" + set + "} " + (name.empty() ? "Id " + id : "Name " + name);
}

std::optional<ExtendedField> read_extended(Node uri) {
  ExtendedField field;
  field.type = attribute(uri, "PropertyType");
  field.name = attribute(uri, "PropertyName");
  field.distinguished = attribute(uri, "DistinguishedPropertySetId");
  field.set = lower(attribute(uri, "PropertySetId"));
  for (auto& [name, guid] : kSets)
    if (name == field.distinguished) field.set = guid;
  if (auto id = attribute(uri, "PropertyId"); !id.empty()) field.id = hex_of(id);
  if (auto tag = attribute(uri, "PropertyTag"); !tag.empty()) field.tag = hex_of(tag);
  bool named = !field.set.empty() && (!field.name.empty() || !field.id.empty());
  if (field.type.empty() || (field.tag.empty() && !named)) return std::nullopt;
  return field;
}

void write_extended(Node parent, const ExtendedField& field) {
  Node uri = add(parent, "t:ExtendedFieldURI");
  if (!field.tag.empty()) set(uri, "PropertyTag", field.tag);
  if (!field.distinguished.empty())
    set(uri, "DistinguishedPropertySetId", field.distinguished);
  else if (!field.set.empty())
    set(uri, "PropertySetId", field.set);
  if (!field.name.empty()) set(uri, "PropertyName", field.name);
  if (!field.id.empty()) {
    unsigned value = 0;
    std::from_chars(field.id.data() + 2, field.id.data() + field.id.size(), value, 16);
    set(uri, "PropertyId", std::to_string(value));
  }
  set(uri, "PropertyType", field.type);
}

bool many_valued(const ExtendedField& field) {
  return field.type.ends_with("Array");
}

std::string field_uri(Node path) {
  std::string uri = attribute(path, "FieldURI");
  if (local_name(path) == "IndexedFieldURI") uri += "/" + attribute(path, "FieldIndex");
  return uri;
}

std::expected<Shape, Problem> read_shape(Node node) {
  Shape shape;
  std::string base = text_in(node, "BaseShape");
  if (base == "Default")
    shape.base = BaseShape::Default;
  else if (base == "AllProperties")
    shape.base = BaseShape::All;
  else if (base != "IdOnly")
    return std::unexpected(problem("ErrorSchemaValidation"));
  shape.mime = is_true(text_in(node, "IncludeMimeContent"));
  if (auto body = text_in(node, "BodyType"); !body.empty()) shape.body = body;
  for (Node path : children(child(node, "AdditionalProperties"))) {
    if (local_name(path) != "ExtendedFieldURI") {
      shape.fields.insert(field_uri(path));
      continue;
    }
    auto field = read_extended(path);
    if (!field) return std::unexpected(problem("ErrorInvalidExtendedProperty"));
    shape.extended.push_back(std::move(*field));
  }
  return shape;
}

}  // namespace mailsync::lab::ews
