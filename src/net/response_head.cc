#include <algorithm>
#include <ctime>

#include "net/server_session.h"

namespace mailsync::net {
namespace {

bool breaks_line(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

}  // namespace

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 423:
      return "Locked";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

std::optional<std::string> response_head(const ServerResponse& response, std::optional<size_t> length,
                                         bool keep, bool chunked) {
  std::string head =
      "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason_of(response.status)) + "\r\n";
  for (const auto& [name, value] : response.headers.all()) {
    if (name.empty() || breaks_line(name) || breaks_line(value)) return std::nullopt;  // S36
    head += name + ": " + value + "\r\n";
  }
  // RFC 9110 section 8.6: no length with 204; with 304 it would be the one of the stored answer.
  const bool bodiless = response.status == 204 || response.status == 304;
  if (length && !bodiless && !response.headers.find("Content-Length"))
    head += "Content-Length: " + std::to_string(*length) + "\r\n";
  if (chunked) head += "Transfer-Encoding: chunked\r\n";
  if (!keep && !response.headers.find("Connection")) head += "Connection: close\r\n";
  head += "\r\n";
  return head;
}

}  // namespace mailsync::net
