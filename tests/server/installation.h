// An installation of its own in a scratch directory: settings, master key, users, mailboxes; and a lab beside
// it.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/asio_executor.h"
#include "net/curl_client.h"
#include "tests/server/process.h"

namespace mailsync::test {

// A port nobody listens at just now.
uint16_t free_port();

// Asks until it is so; bounded, not timed.
bool comes_true(const std::function<bool()>& is_so);

// mailsync-lab as a process; its description as it wrote it.
class LabProcess {
 public:
  LabProcess(const std::filesystem::path& dir, std::vector<std::string> options);
  std::string text(std::string_view member) const;
  std::vector<std::string> mailboxes() const;
  Process& process() { return *process_; }
  // Its control interface (lab/control/control_front.h); fails the test unless it is answered with 200.
  boost::json::value control(const std::string& method, const std::string& path,
                             const boost::json::value& body = nullptr);

 private:
  std::unique_ptr<Process> process_;
  boost::json::object about_;
};

class Installation {
 public:
  Installation();
  ~Installation();
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  const std::filesystem::path& dir() const { return dir_; }
  // Of every program started from now on: settings by environment win over the file.
  std::map<std::string, std::string> environment;
  // Settings for this lab, or for none. `more` is appended.
  void write_settings(const LabProcess* lab, const std::string& more = "");
  // mailsync … --config …
  Ended mailsync(std::vector<std::string> arguments, const std::string& input = "");
  boost::json::object json(
      std::vector<std::string> arguments);  // --json; fails the test unless it is an object
  std::unique_ptr<Process> start(std::vector<std::string> arguments);
  void connect(const std::vector<std::string>& addresses);

 private:
  std::vector<std::string> command(std::vector<std::string> arguments) const;
  std::filesystem::path dir_;
};

// An installation with all mailboxes of a lab of its own; nothing is synced yet.
struct Connected {
  explicit Connected(std::vector<std::string> tenant);
  Installation here;
  LabProcess lab;
};

// The server, running; its address.
struct Running {
  // `ca_file`: who vouches for its certificate, where it serves https.
  explicit Running(Installation& installation, const std::string& ca_file = "");
  net::HttpAnswer get(const std::string& path);
  net::HttpAnswer send(net::HttpRequest request);  // url is a path
  Ended stop();                                    // SIGTERM

  std::unique_ptr<Process> process;
  std::string url;
  net::AsioExecutor executor;
  std::optional<net::CurlClient> http;
};

}  // namespace mailsync::test
