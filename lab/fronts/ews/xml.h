// XML in and out of the EWS front: reading under caps, and writing with the prefixes of EWS. Names are
// compared without their prefix, because every client picks its own.
#pragma once

#include <expected>
#include <memory>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mailsync::lab::ews {

using Node = pugi::xml_node;

constexpr size_t kMaxXmlBytes = 64u << 20;  // of a request: attachments travel in it as base64
constexpr size_t kMaxXmlDepth = 64;         // the deepest request of EWS has about 15

// The document, or why it is refused: too large, too deep, with a DOCTYPE (no entities but XML's own), or not
// XML.
std::expected<std::unique_ptr<pugi::xml_document>, std::string> parse_xml(std::string_view text);

std::string_view local_name(Node node);
Node child(Node parent, std::string_view name);  // the first child element of this local name, or none
std::vector<Node> children(Node parent);         // all child elements
std::string content_of(Node node);               // all of its own text; empty for none
std::string text_in(Node parent, std::string_view name);
std::string attribute(Node node, const char* name);  // empty for none
bool is_true(std::string_view text);                 // xs:boolean: "true" or "1"

Node add(Node parent, const char* name);
Node add(Node parent, const char* name, std::string_view text);
Node add(Node parent, const char* name, bool value);
Node add(Node parent, const char* name, int64_t value);
// Without this overload a literal would become a bool.
inline Node add(Node parent, const char* name, const char* text) {
  return add(parent, name, std::string_view(text));
}
void set(Node node, const char* name, std::string_view value);  // an attribute

// `illegal` leaves control characters in as references that XML 1.0 forbids (F114); otherwise they are
// dropped.
std::string write_xml(const pugi::xml_document& document, bool illegal);

}  // namespace mailsync::lab::ews
