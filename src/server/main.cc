#include <fmt/format.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <exception>

#include "server/cli.h"

// A core file would hold master keys and tokens in the clear.
static void keep_no_core() {
  constexpr rlimit kNone{.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &kNone);
  prctl(PR_SET_DUMPABLE, 0);
}

int main(int argc, char** argv) {
  keep_no_core();
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
