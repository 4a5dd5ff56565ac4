#include "lab/fronts/ews/xml.h"

#include <sstream>

namespace mailsync::lab::ews {
namespace {

size_t depth_of(const pugi::xml_document& document) {
  struct Deepest : pugi::xml_tree_walker {
    int most = 0;
    bool for_each(Node&) override {
      most = std::max(most, depth());
      return most <= static_cast<int>(kMaxXmlDepth);
    }
  } walker;
  // Not const in pugixml, though it changes nothing.
  const_cast<pugi::xml_document&>(document).traverse(
      walker);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  return static_cast<size_t>(walker.most);
}

struct Text final : pugi::xml_writer {
  std::string bytes;
  void write(const void* data, size_t size) override { bytes.append(static_cast<const char*>(data), size); }
};

}  // namespace

std::expected<std::unique_ptr<pugi::xml_document>, std::string> parse_xml(std::string_view text) {
  if (text.size() > kMaxXmlBytes) return std::unexpected("The request is too large.");
  auto document = std::make_unique<pugi::xml_document>();
  constexpr unsigned kFlags = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol |
                              pugi::parse_ws_pcdata_single | pugi::parse_doctype |
                              pugi::parse_wconv_attribute;
  auto result = document->load_buffer(text.data(), text.size(), kFlags, pugi::encoding_utf8);
  if (!result)
    return std::unexpected("The request is not well-formed XML: " + std::string(result.description()) +
                           " at byte " + std::to_string(result.offset) + ".");
  for (Node node : document->children())
    if (node.type() == pugi::node_doctype) return std::unexpected("For security reasons DTD is prohibited.");
  if (depth_of(*document) > kMaxXmlDepth) return std::unexpected("The request is nested too deeply.");
  if (!document->document_element()) return std::unexpected("The request is empty.");
  return document;
}

std::string_view local_name(Node node) {
  std::string_view name = node.name();
  auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

Node child(Node parent, std::string_view name) {
  for (Node node : parent.children())
    if (node.type() == pugi::node_element && local_name(node) == name) return node;
  return {};
}

std::vector<Node> children(Node parent) {
  std::vector<Node> out;
  for (Node node : parent.children())
    if (node.type() == pugi::node_element) out.push_back(node);
  return out;
}

std::string content_of(Node node) {
  std::string out;
  for (Node part : node.children())
    if (part.type() == pugi::node_pcdata || part.type() == pugi::node_cdata) out += part.value();
  return out;
}

std::string text_in(Node parent, std::string_view name) {
  return content_of(child(parent, name));
}

std::string attribute(Node node, const char* name) {
  return node.attribute(name).value();
}

bool is_true(std::string_view text) {
  return text == "true" || text == "1";
}

Node add(Node parent, const char* name) {
  return parent.append_child(name);
}
Node add(Node parent, const char* name, std::string_view text) {
  Node node = parent.append_child(name);
  if (!text.empty()) node.append_child(pugi::node_pcdata).set_value(std::string(text).c_str());
  return node;
}
Node add(Node parent, const char* name, bool value) {
  return add(parent, name, std::string_view(value ? "true" : "false"));
}
Node add(Node parent, const char* name, int64_t value) {
  return add(parent, name, std::string_view(std::to_string(value)));
}
void set(Node node, const char* name, std::string_view value) {
  node.append_attribute(name).set_value(std::string(value).c_str());
}

std::string write_xml(const pugi::xml_document& document, bool illegal) {
  Text out;
  out.bytes = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
  unsigned flags = pugi::format_raw | pugi::format_no_declaration;
  if (!illegal) flags |= pugi::format_skip_control_chars;
  document.save(out, "", flags, pugi::encoding_utf8);
  return std::move(out.bytes);
}

}  // namespace mailsync::lab::ews
