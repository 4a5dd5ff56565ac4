#include <fmt/format.h>

#include <csignal>
#include <exception>

#include "server/cli.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves is an error of that write
  try {
    return mailsync::server::run_program(argc, argv);
  } catch (const std::exception& bug) {
    fmt::print(stderr, "mailsync: a fault in the program: {}\n", bug.what());
    return 1;
  }
}
