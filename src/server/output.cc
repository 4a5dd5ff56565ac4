#include "server/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace mailsync::server {

Output::Output(bool json) : json_(json) {
  const char* kind = std::getenv("TERM");
  terminal_ = isatty(STDERR_FILENO) == 1 && kind && std::string_view(kind) != "dumb";
}

Exit Output::done(const boost::json::value& answer, std::string_view words, Exit code) {
  if (json_)
    fmt::print("{}\n", boost::json::serialize(answer));
  else if (!words.empty())
    fmt::print("{}{}", words, words.ends_with('\n') ? "" : "\n");
  return code;
}

Exit Output::failed(const Error& error, Exit code) {
  if (json_)
    fmt::print("{}\n", boost::json::serialize(boost::json::object{{"error",
                                                                   {{"kind", name_of(error.kind)},
                                                                    {"message", error.message},
                                                                    {"vendor_code", error.vendor_code},
                                                                    {"request_id", error.request_id}}}}));
  fmt::print(stderr, "mailsync: {}\n", error.message);
  if (!error.request_id.empty())
    fmt::print(stderr, "  request id for the vendor's support: {}\n", error.request_id);
  return code;
}

Exit Output::wrong(const std::vector<SettingsProblem>& problems) {
  boost::json::array list;
  for (const auto& [where, what] : problems) {
    list.push_back({{"where", where}, {"what", what}});
    fmt::print(stderr, "{}: {}\n", where, what);
  }
  if (json_) fmt::print("{}\n", boost::json::serialize(boost::json::object{{"settings_problems", list}}));
  return Exit::Usage;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      widths.resize(std::max(widths.size(), row.size()));
      widths[i] = std::max(widths[i], row[i].size());
    }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace mailsync::server
