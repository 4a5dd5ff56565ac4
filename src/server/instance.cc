#include "server/instance.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace mailsync::server {

Result<Instance> Instance::begin(const std::string& data_dir) {
  const auto refused = [&](const std::string& what) {
    return fail(ErrorKind::Forbidden,
                "the data directory " + data_dir + " " + what + ": " + std::strerror(errno) +
                    ". Make it writable for this user, or name another one in [server] data_dir.");
  };
  std::error_code problem;
  if (!std::filesystem::exists(data_dir, problem)) {
    std::filesystem::create_directories(data_dir, problem);
    if (problem) {
      errno = problem.value();
      return refused("cannot be made");
    }
    chmod(data_dir.c_str(), 0700);
  }
  const std::string file = (std::filesystem::path(data_dir) / "mailsync.lock").string();
  const int lock = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return refused("cannot be written to");
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  const std::string name =
      std::string(host) + ":" + std::filesystem::absolute(data_dir).lexically_normal().string();
  if (flock(lock, LOCK_EX | LOCK_NB) == 0) return Instance(name, lock);
  close(lock);
  return Instance(name + "#" + std::to_string(getpid()), -1);
}

Instance::~Instance() {
  if (lock_ >= 0) close(lock_);
}

}  // namespace mailsync::server
