#include "tests/server/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace mailsync::test {
namespace {

constexpr int kLineMs = 60'000;
constexpr int kEndMs = 120'000;

}  // namespace

Process::Process(std::vector<std::string> arguments, const std::map<std::string, std::string>& environment,
                 const std::string& input) {
  int in[2], out[2], err[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  std::vector<std::string> variables;
  for (char** entry = environ; *entry; ++entry)
    if (const std::string_view one(*entry);
        !one.starts_with("MAILSYNC_") && !environment.contains(std::string(one.substr(0, one.find('=')))))
      variables.emplace_back(*entry);
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<char*> argv, envp;
  for (auto& argument : arguments) argv.push_back(argument.data());
  for (auto& variable : variables) envp.push_back(variable.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("no process");
  if (pid_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  close(err[1]);
  if (!input.empty() && write(in[1], input.data(), input.size()) < 0) throw std::runtime_error("no input");
  close(in[1]);
  out_ = out[0];
  err_ = err[0];
}

Process::~Process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_ >= 0) close(out_);
  if (err_ >= 0) close(err_);
}

bool Process::pump(int timeout_ms) {
  pollfd streams[2] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
  if (out_ < 0 && err_ < 0) return false;
  if (poll(streams, 2, timeout_ms) <= 0) return false;
  const auto take = [](pollfd& stream, int& fd, std::string& text) {
    if (fd < 0 || stream.revents == 0) return;
    char buffer[4096];
    const ssize_t count = read(fd, buffer, sizeof buffer);
    if (count > 0) {
      text.append(buffer, static_cast<size_t>(count));
    } else {
      close(fd);
      fd = -1;
    }
  };
  take(streams[0], out_, out_text_);
  take(streams[1], err_, err_text_);
  return true;
}

std::string Process::line() {
  while (out_text_.find('\n', read_lines_) == std::string::npos)
    if (out_ < 0 || !pump(kLineMs)) return "";
  const size_t end = out_text_.find('\n', read_lines_);
  std::string found = out_text_.substr(read_lines_, end - read_lines_);
  read_lines_ = end + 1;
  return found;
}

void Process::signal(int number) const {
  if (pid_ > 0) kill(pid_, number);
}

Ended Process::wait() {
  while (pump(kEndMs)) {
  }
  if (out_ >= 0 || err_ >= 0) kill(pid_, SIGKILL);
  int status = 0;
  rusage used{};
  wait4(pid_, &status, 0, &used);
  pid_ = -1;
  Ended ended{.out = out_text_, .err = err_text_, .peak_kb = used.ru_maxrss};
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  return ended;
}

Ended run(std::vector<std::string> arguments, const std::map<std::string, std::string>& environment,
          const std::string& input) {
  return Process(std::move(arguments), environment, input).wait();
}

std::string program(const std::string& name) {
  return std::string(MAILSYNC_BINARY_DIR) + "/bin/" + name;
}

}  // namespace mailsync::test
