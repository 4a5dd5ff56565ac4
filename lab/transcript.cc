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
    if (folder && *folder) file_.open(fmt::format("{}/{}.{}", folder, writer_, ending), std::ios::app);
  }
  // A forked child plays its parent's story over again, thousands of times: nothing of it is written.
  bool wanted() const { return file_.is_open() && written_ < kMaxBytes && getpid() == writer_; }
  // The first time that this was said: tests say the same thousands of times, and parsing it costs more than
  // the test.
  bool is_new(const net::HttpRequest& request, const net::ServerResponse& answer) {
    const std::hash<std::string_view> hash;
    size_t all = static_cast<size_t>(answer.status);
    for (const std::string_view part : {std::string_view(request.method), std::string_view(request.url),
                                        std::string_view(request.body), std::string_view(answer.body)})
      all = all * 31 + hash(part);
    return seen_.insert(all).second;
  }
  void write(const std::string& line) {
    written_ += line.size();
    file_ << line << '\n' << std::flush;
  }

 private:
  pid_t writer_ = getpid();
  std::ofstream file_;
  std::unordered_set<size_t> seen_;
  size_t written_ = 0;
};

}  // namespace

void transcribe(const net::HttpRequest& request, const net::ServerResponse& answer) {
  if (request.url.contains("/EWS/")) {
    static TranscriptFile soap("ews");
    if (!soap.wanted() || !soap.is_new(request, answer)) return;
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
  if (!file.wanted() || !request.url.contains("/v1.0/") || !file.is_new(request, answer)) return;
  file.write(boost::json::serialize(boost::json::object{{"method", request.method},
                                                        {"url", request.url},
                                                        {"request", parsed(request.body)},
                                                        {"status", answer.status},
                                                        {"response", parsed(answer.body)}}));
}

}  // namespace mailsync::lab
