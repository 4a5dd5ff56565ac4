// The SOAP 1.1 envelope: what a request says of itself, and the forms that answers and faults have.
#pragma once

#include "lab/fronts/ews/call.h"
#include "net/http.h"

namespace mailsync::lab::ews {

inline constexpr const char* kSoap = "http://schemas.xmlsoap.org/soap/envelope/";
inline constexpr const char* kTypes = "http://schemas.microsoft.com/exchange/services/2006/types";
inline constexpr const char* kMessages = "http://schemas.microsoft.com/exchange/services/2006/messages";
inline constexpr const char* kErrors = "http://schemas.microsoft.com/exchange/services/2006/errors";

struct Envelope {
  std::unique_ptr<pugi::xml_document> document;
  Node request;                            // the one element of the body
  std::string version;                     // of RequestServerVersion; empty when there is none
  std::optional<std::string> impersonate;  // the address or name in ExchangeImpersonation
  bool impersonate_by_sid = false;
  std::string zone;  // Windows name in TimeZoneContext; empty when there is none
};
// The text says what is wrong with it.
std::expected<Envelope, std::string> read_envelope(std::string_view body);

// An answer under way: an envelope with ServerVersionInfo, and m:ResponseMessages in its body.
struct Reply {
  pugi::xml_document document;
  Node body;
  Node response;  // "m:GetItemResponse"
  Node messages;
};
std::unique_ptr<Reply> start_reply(const EwsSwitches& switches, std::string_view operation);
net::ServerResponse finish_reply(const EwsSwitches& switches, const Reply& reply);
net::ServerResponse fault(const EwsSwitches& switches, const Problem& problem, int status = 500);
// "text/xml; charset=utf-8", unless a switch leaves the charset away.
std::string xml_content_type(const EwsSwitches& switches);

}  // namespace mailsync::lab::ews
