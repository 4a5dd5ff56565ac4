// What a failed request is answered with: RFC 9457 application/problem+json, as openapi.yaml says.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "net/http.h"

namespace mailsync::admin {

struct Problem {
  int status = 500;
  std::string code = "internal";
  std::string detail;                                       // for people: what happened, to what, what to do
  std::vector<std::pair<std::string, std::string>> errors;  // 422: member and what is wrong with it
  std::optional<int64_t> retry_after_seconds;
  std::optional<boost::json::object> current;  // 409: the record as it is now

  Problem() = default;
  Problem(int http_status, std::string problem_code, std::string words)
      : status(http_status), code(std::move(problem_code)), detail(std::move(words)) {}
  // From an error of the folders below. What only we can act on is told in general words (S57).
  Problem(const Error& error);
};

// 422 about one member of the body.
Problem invalid(std::string member, std::string words);
Problem not_found(std::string_view what);

net::ServerResponse response_of(const Problem& problem);

}  // namespace mailsync::admin
