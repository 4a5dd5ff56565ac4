// This process among others: its name as a holder of leases, and the lock that makes the name its own.
#pragma once

#include <string>

#include "base/result.h"

namespace mailsync::server {

class Instance {
 public:
  // Makes the data directory (0700) when it is missing. The first living process of a data directory always
  // bears the same name, so that after a crash it takes back what it held; a second one gets a name of its
  // own.
  static Result<Instance> begin(const std::string& data_dir);
  Instance(Instance&& other) noexcept
      : name_(std::move(other.name_)), lock_(std::exchange(other.lock_, -1)) {}
  Instance& operator=(Instance&&) = delete;
  ~Instance();

  const std::string& name() const { return name_; }
  bool first() const { return lock_ >= 0; }

 private:
  Instance(std::string name, int lock) : name_(std::move(name)), lock_(lock) {}
  std::string name_;
  int lock_ = -1;
};

}  // namespace mailsync::server
