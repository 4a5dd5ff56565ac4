// Errors are values. Exceptions are for bugs, and do not cross a folder's boundary.
#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace mailsync {

template <typename T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Error error) {
  return std::unexpected<Error>(std::move(error));
}
inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected<Error>(Error{.kind = kind, .message = std::move(message)});
}

}  // namespace mailsync

#define MAILSYNC_JOIN_(a, b) a##b
#define MAILSYNC_JOIN(a, b) MAILSYNC_JOIN_(a, b)
#define MAILSYNC_TRY_(name, target, expression, leave)       \
  auto&& name = (expression);                                \
  if (!name) leave std::unexpected(std::move(name).error()); \
  target = *std::move(name)

// TRY(auto page, read_page());  in a function that returns Result<…>
#define TRY(target, ...) MAILSYNC_TRY_(MAILSYNC_JOIN(result_, __LINE__), target, (__VA_ARGS__), return)
// CO_TRY(auto page, co_await fetch_page());  in a coroutine that returns Task<Result<…>>
#define CO_TRY(target, ...) MAILSYNC_TRY_(MAILSYNC_JOIN(result_, __LINE__), target, (__VA_ARGS__), co_return)
// The same for Result<void>.
#define TRY_VOID(...) \
  if (auto&& result_void = (__VA_ARGS__); !result_void) return std::unexpected(std::move(result_void).error())
#define CO_TRY_VOID(...)                                \
  if (auto&& result_void = (__VA_ARGS__); !result_void) \
  co_return std::unexpected(std::move(result_void).error())
