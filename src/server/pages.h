// Answers of pages that are no operations of the API: a redirect, or a line of text.
#pragma once

#include <string>

#include "net/http.h"

namespace mailsync::server {

inline net::ServerResponse plain_page(int status, const std::string& text) {
  net::ServerResponse response{.status = status};
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.body = text + "\n";
  return response;
}

inline net::ServerResponse redirect_to(const std::string& address) {
  net::ServerResponse response = plain_page(302, "");
  response.headers.set("Location", address);
  return response;
}

}  // namespace mailsync::server
