// A real program, started and watched: its first line, its end, everything it said.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mailsync::test {

struct Ended {
  int code = -1;  // exit code; -1 when a signal ended it
  int signal = 0;
  std::string out;
  std::string err;
  int64_t peak_kb = 0;  // the most memory it ever held
};

class Process {
 public:
  // The environment of the test, without any MAILSYNC_…, and with `environment` over it.
  Process(std::vector<std::string> arguments, const std::map<std::string, std::string>& environment = {},
          const std::string& input = "");
  ~Process();  // kill -9 when it still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The next line of standard output, without its end; "" when the program ends first or takes 60 s.
  std::string line();
  void signal(int number) const;
  int id() const { return pid_; }
  // Waits for the end; after 120 s it is killed, and code is -1.
  Ended wait();

 private:
  bool pump(int timeout_ms);  // false when both streams have ended

  int pid_ = -1;
  int out_ = -1, err_ = -1;
  std::string out_text_, err_text_;
  size_t read_lines_ = 0;  // bytes of out_text_ that line() has returned
};

Ended run(std::vector<std::string> arguments, const std::map<std::string, std::string>& environment = {},
          const std::string& input = "");

// Programs of this build.
std::string program(const std::string& name);

}  // namespace mailsync::test
