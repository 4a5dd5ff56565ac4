// A value that cannot be printed, logged or compared in variable time (S53).
#pragma once

#include <string>
#include <string_view>

namespace mailsync {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&&) noexcept = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) noexcept = default;
  ~Secret();  // wipes

  bool empty() const { return value_.empty(); }
  // Call this only where the secret leaves for the party it was issued for.
  const std::string& reveal() const { return value_; }
  bool equals(std::string_view other) const;  // constant time

 private:
  std::string value_;
};

}  // namespace mailsync
