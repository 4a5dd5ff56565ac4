#include <fmt/format.h>
#include <malloc.h>

#include <csignal>
#include <exception>

#include "server/cli.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves is an error of that write
  // One heap for all threads: what a first sync frees on one thread the next can take. With a heap for each
  // thread its peak was a third higher; no thread waits for it, for the work goes from thread to thread.
  mallopt(M_ARENA_MAX, 1);
  try {
    return mailsync::server::run_program(argc, argv);
  } catch (const std::exception& bug) {
    fmt::print(stderr, "mailsync: a fault in the program: {}\n", bug.what());
    return 1;
  }
}
