#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <string>

#include "base/clock.h"

namespace mailsync::log {

namespace {

spdlog::logger& logger() {
  static auto instance = [] {
    auto made =
        std::make_shared<spdlog::logger>("mailsync", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warn:
      return spdlog::level::warn;
    case Level::Error:
      return spdlog::level::err;
  }
  std::unreachable();
}

void append_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_field(std::string& out, const Field& field) {
  out += ',';
  append_text(out, field.name);
  out += ':';
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    append_text(out, *text);
  } else if (const auto* number = std::get_if<int64_t>(&field.value)) {
    out += std::to_string(*number);
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    out += fmt::format("{}", *real);
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

}  // namespace

void set_level(Level level) {
  logger().set_level(level_of(level));
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!logger().should_log(level_of(level))) return;
  static constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};
  std::string line = fmt::format(R"({{"time":"{}","level":"{}","event":)", SystemClock().now().to_iso(),
                                 kNames[static_cast<int>(level)]);
  append_text(line, event);
  for (const Field& field : fields) append_field(line, field);
  line += '}';
  logger().log(level_of(level), line);
}

void error(std::string_view event, const Error& error, std::initializer_list<Field> fields) {
  std::string line = fmt::format(R"({{"time":"{}","level":"error","event":)", SystemClock().now().to_iso());
  append_text(line, event);
  append_field(line, Field("kind", name_of(error.kind)));
  append_field(line, Field("message", error.message));
  append_field(line, Field("vendor_code", error.vendor_code));
  append_field(line, Field("request_id", error.request_id));
  for (const Field& field : fields) append_field(line, field);
  line += '}';
  logger().log(spdlog::level::err, line);
}

}  // namespace mailsync::log
