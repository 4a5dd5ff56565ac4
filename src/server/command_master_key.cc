#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "auth/master_key.h"
#include "base/clock.h"
#include "base/random.h"
#include "server/commands.h"

namespace mailsync::server {

Exit make_master_key(Output& output, const std::string& file) {
  SystemRandom random;
  const std::string id = "k" + SystemClock().now().to_iso().substr(0, 10);
  std::string line = auth::new_master_key_line(random, id);
  if (!line.ends_with('\n')) line += '\n';
  if (file.empty()) {
    fmt::print("{}", line);
    return Exit::Done;
  }
  // Never over an existing file: what is in it may be the only key to every stored secret.
  const int target = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written = target >= 0 &&
                       write(target, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                       fsync(target) == 0;
  const int problem = errno;
  if (target >= 0) close(target);
  if (!written)
    return output.failed(
        {.kind = ErrorKind::Forbidden,
         .message = "the master key file " + file + " was not made: " + std::strerror(problem)});
  return output.done(boost::json::object{{"file", file}, {"id", id}},
                     "A new master key is in " + file +
                         ". Keep a copy of it in a safe place: without it no stored secret can be read.");
}

}  // namespace mailsync::server
