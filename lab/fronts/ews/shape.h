// Which properties of an item or a folder the client wants: BaseShape, AdditionalProperties and what is
// beside them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "lab/fronts/ews/call.h"

namespace mailsync::lab::ews {

// ExtendedFieldURI. Its key is how Graph names the same property ("String {guid} Name x", "Integer 0xe07"),
// so that both fronts see one property.
struct ExtendedField {
  std::string set;            // GUID in lower case, or empty
  std::string distinguished;  // as the client wrote it, to be given back
  std::string tag;            // "0xe07"
  std::string name;
  std::string id;
  std::string type;  // "String", "StringArray", …
  std::string key() const;
};
// nullopt: it names nothing.
std::optional<ExtendedField> read_extended(Node uri);
void write_extended(Node parent, const ExtendedField& field);  // t:ExtendedFieldURI
bool many_valued(const ExtendedField& field);

enum class BaseShape { IdOnly, Default, All };

struct Shape {
  BaseShape base = BaseShape::IdOnly;
  bool mime = false;
  std::string body = "Best";     // "HTML", "Text"
  std::set<std::string> fields;  // "item:Subject"; "contacts:EmailAddress/EmailAddress1"
  std::vector<ExtendedField> extended;
  bool names(std::string_view uri) const { return fields.contains(std::string(uri)); }
};
// Of an ItemShape or FolderShape.
std::expected<Shape, Problem> read_shape(Node shape);

// "item:Subject", or "contacts:PhoneNumber/MobilePhone" of a t:FieldURI or t:IndexedFieldURI.
std::string field_uri(Node path);

}  // namespace mailsync::lab::ews
