// What an error answer of Microsoft Graph means for the engine, with words for people.
// Sources: learn.microsoft.com/graph/errors, /graph/resolve-auth-errors, /graph/throttling, and the public
// reports named in the table (F…). The words never repeat what the server said about content.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/http.h"

namespace mailsync::graph {

// What was asked, for the words: "reading the inbox of ann@x.example".
struct Asked {
  std::string_view method = "GET";
  std::string_view what;
};

// Everything of an answer that decides. `code` is error.code, `inner_code` error.innerError.code.
struct Refusal {
  int status = 0;
  std::string code, inner_code, message, request_id;
  std::optional<Duration> retry_after;
};

// The kind alone: exhaustive over status classes, codes first. `safe` = a repeated request changes nothing
// (GET).
ErrorKind kind_of(int status, std::string_view code, bool safe);

Error classify(const Refusal& refusal, const Asked& asked);
// Reads code, request id and Retry-After (seconds or an HTTP date, RFC 9110 section 10.2.3) out of an answer.
Refusal refusal_of(int status, const net::Headers& headers, std::string_view body, Instant now);
std::optional<Duration> retry_after_of(const net::Headers& headers, Instant now);

}  // namespace mailsync::graph
