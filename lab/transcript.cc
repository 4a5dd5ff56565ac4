#include "lab/transcript.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <unordered_set>

namespace mailsync::lab {

namespace {

constexpr size_t kMaxBytes = 32 << 20;

// Null for what is not JSON: uploads, MIME.
boost::json::value parsed(std::string_view text) {
  boost::system::error_code problem;
  boost::json::value value = boost::json::parse(text.empty() ? "null" : text, problem);
  return problem ? nullptr : value;
}

class TranscriptFile {
 public:
  explicit TranscriptFile(const char* ending) {
    // Tests run on one thread, and nobody sets the environment meanwhile.
    const char* folder = std::getenv("MAILSYNC_TRANSCRIPTS");  // NOLINT(concurrency-mt-unsafe)
    if (folder && *folder) file_.open(fmt::format("{}/{}.{}", folder, getpid(), ending), std::ios::app);
  }
  bool wanted() const { return file_.is_open() && written_ < kMaxBytes; }
  void write(const std::string& line) {
    if (!seen_.insert(std::hash<std::string>()(line)).second) return;
    written_ += line.size();
    file_ << line << '\n' << std::flush;
  }

 private:
  std::ofstream file_;
  std::unordered_set<size_t> seen_;
  size_t written_ = 0;
};

}  // namespace

void transcribe(const net::HttpRequest& request, const net::ServerResponse& answer) {
  if (request.url.contains("/EWS/")) {
    static TranscriptFile soap("ews");
    if (!soap.wanted()) return;
    soap.write(boost::json::serialize(
        boost::json::object{{"method", request.method},
                            {"url", request.url},
                            {"request", request.body},
                            {"status", answer.status},
                            {"deliberate", answer.headers.find(kMisbehaves).has_value()},
                            {"response", answer.body}}));
    return;
  }
  static TranscriptFile file("jsonl");
  if (!file.wanted() || !request.url.contains("/v1.0/")) return;
  file.write(boost::json::serialize(boost::json::object{{"method", request.method},
                                                        {"url", request.url},
                                                        {"request", parsed(request.body)},
                                                        {"status", answer.status},
                                                        {"response", parsed(answer.body)}}));
}

}  // namespace mailsync::lab
