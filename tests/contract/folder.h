// A directory of a test's own.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace mailsync::net {

// Files that vanish with the test.
class Folder {
 public:
  Folder() {
    char path[] = "/tmp/mailsync-net-XXXXXX";
    path_ = mkdtemp(path);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
    return path_ + "/" + name;
  }

 private:
  std::string path_;
};

}  // namespace mailsync::net
