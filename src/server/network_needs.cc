#include "server/network_needs.h"

#include "net/url.h"

namespace mailsync::server {
namespace {

using admin::NetworkNeed;

NetworkNeed call_to(const std::string& address, std::string purpose) {
  const auto url = net::parse_url(address);
  if (!url)
    return {.inbound = false, .host = address, .port = 0, .protocol = "", .peer = {}, .purpose = purpose};
  return {.inbound = false,
          .host = url->host,
          .port = url->port,
          .protocol = url->scheme == "https" ? "HTTPS" : "HTTP",
          .peer = {},
          .purpose = std::move(purpose)};
}

// postgresql://user@host:5433/name?…; a socket has no host and needs no firewall.
std::optional<NetworkNeed> database_of(const Settings& settings) {
  const std::string url = settings.database_url();
  const size_t at = url.find("://");
  if (!url.starts_with("postgres") || at == std::string::npos) return std::nullopt;
  std::string authority = url.substr(at + 3, url.find_first_of("/?", at + 3) - at - 3);
  authority.erase(0, authority.rfind('@') + 1);
  const size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string::npos && authority.find(']', colon) == std::string::npos;
  const std::string host = authority.substr(0, has_port ? colon : std::string::npos);
  if (host.empty()) return std::nullopt;
  return NetworkNeed{.inbound = false,
                     .host = host,
                     .port = has_port ? std::atoi(authority.c_str() + colon + 1) : 5432,
                     .protocol = "PostgreSQL",
                     .peer = {},
                     .purpose = "The database of Mail Sync."};
}

}  // namespace

std::vector<NetworkNeed> network_needs(const Settings& settings) {
  std::vector<NetworkNeed> out;
  out.push_back(call_to(settings.graph.authority, "Sign-in at Microsoft: permissions to reach mailboxes."));
  out.push_back(
      call_to(settings.graph.url,
              "Mailboxes in Microsoft 365: emails, contacts, tasks and meetings (Microsoft Graph)."));
  if (auto database = database_of(settings)) out.push_back(*std::move(database));
  const bool tls = !settings.server.tls_certificate.empty();
  out.push_back({.inbound = true,
                 .host = settings.server.address,
                 .port = settings.server.port,
                 .protocol = tls ? "HTTPS" : "HTTP",
                 .peer = settings.server.public_url.empty()
                             ? "Browsers of your users"
                             : "Browsers of your users, or the proxy before it",
                 .purpose = "The address that this server listens on."});
  if (settings.server.public_url.empty()) return out;
  NetworkNeed notices = call_to(settings.server.public_url + "/notifications/graph",
                                "Change notices: an edit in a mailbox is in the CRM within seconds. POST to "
                                "/notifications/graph alone; without them mailboxes are polled.");
  notices.inbound = true;
  notices.peer = "Microsoft 365, from any of its addresses";
  out.push_back(std::move(notices));
  NetworkNeed people =
      call_to(settings.server.public_url, "The web application, and the way back from a sign-in.");
  people.inbound = true;
  people.peer = "Browsers of your users";
  out.push_back(std::move(people));
  return out;
}

}  // namespace mailsync::server
