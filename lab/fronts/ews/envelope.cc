#include "lab/fronts/ews/envelope.h"

namespace mailsync::lab::ews {
namespace {

// The namespace that the node's prefix stands for there.
std::string_view namespace_of(Node node) {
  std::string_view name = node.name();
  auto colon = name.find(':');
  std::string wanted =
      colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
  for (Node at = node; at.type() == pugi::node_element; at = at.parent())
    if (auto declared = at.attribute(wanted.c_str())) return declared.value();
  return {};
}

void read_header(Node header, Envelope& envelope) {
  if (Node version = child(header, "RequestServerVersion")) envelope.version = attribute(version, "Version");
  envelope.zone = attribute(child(child(header, "TimeZoneContext"), "TimeZoneDefinition"), "Id");
  Node impersonation = child(header, "ExchangeImpersonation");
  if (!impersonation) return;
  envelope.impersonate = "";
  for (Node sid : children(child(impersonation, "ConnectingSID"))) {
    envelope.impersonate = content_of(sid);
    envelope.impersonate_by_sid = local_name(sid) == "SID";
  }
}

Node start_envelope(pugi::xml_document& document, const EwsSwitches& switches) {
  Node root = add(document, "s:Envelope");
  set(root, "xmlns:s", kSoap);
  ServerBuild build = build_of(switches.version);
  Node info = add(add(root, "s:Header"), "h:ServerVersionInfo");
  set(info, "MajorVersion", std::to_string(build.major));
  set(info, "MinorVersion", std::to_string(build.minor));
  set(info, "MajorBuildNumber", std::to_string(build.major_build));
  set(info, "MinorBuildNumber", std::to_string(build.minor_build));
  set(info, "Version", switches.version == Version::E2016 ? "V2017_07_11" : name_of(switches.version));
  set(info, "xmlns:h", kTypes);
  return add(root, "s:Body");
}

net::ServerResponse xml_answer(const EwsSwitches& switches, const pugi::xml_document& document, int status) {
  net::ServerResponse answer;
  answer.status = status;
  answer.headers.add("Content-Type", xml_content_type(switches));
  answer.body = write_xml(document, switches.illegal_characters);
  return answer;
}

}  // namespace

std::expected<Envelope, std::string> read_envelope(std::string_view body) {
  auto document = parse_xml(body);
  if (!document) return std::unexpected(document.error());
  Envelope envelope{.document = std::move(*document)};
  Node root = envelope.document->document_element();
  if (local_name(root) != "Envelope" || namespace_of(root) != kSoap)
    return std::unexpected("The request is no SOAP 1.1 envelope.");
  read_header(child(root, "Header"), envelope);
  auto requests = children(child(root, "Body"));
  if (requests.size() != 1) return std::unexpected("The body holds no request, or several.");
  envelope.request = requests.front();
  if (namespace_of(envelope.request) != kMessages)
    return std::unexpected("The request is not of the namespace " + std::string(kMessages) + ".");
  return envelope;
}

std::unique_ptr<Reply> start_reply(const EwsSwitches& switches, std::string_view operation) {
  auto reply = std::make_unique<Reply>();
  reply->body = start_envelope(reply->document, switches);
  reply->response = add(reply->body, ("m:" + std::string(operation) + "Response").c_str());
  set(reply->response, "xmlns:m", kMessages);
  set(reply->response, "xmlns:t", kTypes);
  reply->messages = add(reply->response, "m:ResponseMessages");
  return reply;
}

net::ServerResponse finish_reply(const EwsSwitches& switches, const Reply& reply) {
  return xml_answer(switches, reply.document, 200);
}

net::ServerResponse fault(const EwsSwitches& switches, const Problem& problem, int status) {
  pugi::xml_document document;
  Node body = start_envelope(document, switches);
  Node out = add(body, "s:Fault");
  set(add(out, "faultcode", "a:" + problem.code), "xmlns:a", kTypes);
  set(add(out, "faultstring", problem.text), "xml:lang", "en-US");
  Node detail = add(out, "detail");
  set(add(detail, "e:ResponseCode", problem.code), "xmlns:e", kErrors);
  set(add(detail, "e:Message", problem.text), "xmlns:e", kErrors);
  if (!problem.values.empty()) {
    Node xml = add(detail, "t:MessageXml");
    set(xml, "xmlns:t", kTypes);
    for (auto& [name, value] : problem.values) set(add(xml, "t:Value", value), "Name", name);
  }
  return xml_answer(switches, document, status);
}

std::string xml_content_type(const EwsSwitches& switches) {
  return switches.no_charset ? "text/xml" : "text/xml; charset=utf-8";
}

}  // namespace mailsync::lab::ews
