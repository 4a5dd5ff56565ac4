// The only way to learn what time it is.
#pragma once

#include "base/instant.h"

namespace mailsync {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
};

}  // namespace mailsync
