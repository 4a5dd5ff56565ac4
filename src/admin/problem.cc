#include "admin/problem.h"

#include <algorithm>
#include <array>

namespace mailsync::admin {
namespace {

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "Bad request";
    case 401:
      return "Not signed in";
    case 403:
      return "Forbidden";
    case 404:
      return "Not found";
    case 405:
      return "Method not allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Too large";
    case 422:
      return "Invalid";
    case 429:
      return "Too many requests";
    case 503:
      return "Unavailable";
    default:
      return "Internal error";
  }
}

struct Answer {
  int status;
  std::string_view code;
};

Answer answer_to(const Error& error) {
  switch (error.kind) {
    case ErrorKind::Gone:
      return {404, "not_found"};
    case ErrorKind::Forbidden:
      return {403, "forbidden"};
    case ErrorKind::LoginNeeded:
      return {401, "sign_in_needed"};
    case ErrorKind::VersionStale:
      return error.vendor_code == "unique" ? Answer{422, "invalid"} : Answer{409, "version_stale"};
    case ErrorKind::ItemInvalid:
      if (error.vendor_code == "sort_invalid") return {400, "filter_invalid"};
      if (error.vendor_code == "filter_invalid") return {400, "filter_invalid"};
      if (error.vendor_code == "cursor_invalid") return {400, "cursor_invalid"};
      return {422, "invalid"};
    case ErrorKind::Throttled:
      return {429, "too_many"};
    case ErrorKind::Transient:
    case ErrorKind::SwitchedOff:
    case ErrorKind::Cancelled:
      return {503, "unavailable"};
    case ErrorKind::CursorLost:
    case ErrorKind::Unsupported:
    case ErrorKind::Ambiguous:
    case ErrorKind::Corrupt:
      return {500, "internal"};
  }
  std::unreachable();
}

// Words of the database are for the log, not for callers.
bool from_database(const Error& error) {
  constexpr std::array<std::string_view, 5> kCodes{"unique", "check", "foreign_key", "text", "value"};
  return std::ranges::find(kCodes, error.vendor_code) != kCodes.end();
}

}  // namespace

Problem::Problem(const Error& error) : detail(error.message) {
  const Answer answer = answer_to(error);
  status = answer.status;
  code = answer.code;
  if (error.retry_after)
    retry_after_seconds = std::chrono::duration_cast<std::chrono::seconds>(*error.retry_after).count();
  if (status == 422 && !error.vendor_code.empty() && !from_database(error))
    errors.emplace_back(error.vendor_code, error.message);
  if (status == 422 && error.vendor_code == "unique") {
    detail = "The name is taken already; choose another one.";
    errors.emplace_back("name", detail);
  } else if (status == 422 && from_database(error)) {
    detail = "A value is not possible here; correct it.";
  }
  if (status == 503) detail = "The server cannot do this just now; try again in a moment.";
  if (status == 500)
    detail = "Something went wrong on the server; its log says what. Try again, or tell your administrator.";
}

Problem invalid(std::string member, std::string words) {
  Problem out(422, "invalid", words);
  out.errors.emplace_back(std::move(member), std::move(words));
  return out;
}

Problem not_found(std::string_view what) {
  return {404, "not_found", "There is no such " + std::string(what) + ", or you may not see it."};
}

net::ServerResponse response_of(const Problem& problem) {
  boost::json::object body{{"type", "about:blank"},
                           {"title", title_of(problem.status)},
                           {"status", problem.status},
                           {"detail", problem.detail},
                           {"code", problem.code}};
  if (!problem.errors.empty()) {
    boost::json::array errors;
    for (const auto& [member, words] : problem.errors)
      errors.push_back({{"field", member}, {"detail", words}});
    body["errors"] = std::move(errors);
  }
  if (problem.current) body["current"] = *problem.current;
  net::ServerResponse out{.status = problem.status};
  out.headers.add("Content-Type", "application/problem+json");
  if (problem.retry_after_seconds) {
    body["retry_after_seconds"] = *problem.retry_after_seconds;
    out.headers.add("Retry-After", std::to_string(*problem.retry_after_seconds));
  }
  out.body = boost::json::serialize(body);
  return out;
}

}  // namespace mailsync::admin
