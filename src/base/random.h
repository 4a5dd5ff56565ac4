// The only source of randomness; the simulated one is driven by a seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "base/ids.h"
#include "base/instant.h"

namespace mailsync {

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t next() = 0;

  uint64_t below(uint64_t bound);             // 0 … bound-1, bound > 0
  std::string bytes(size_t count);            // for nonces, states, verifiers
  std::string token(size_t byte_count = 32);  // base64url of that many bytes, without padding
  RunId run_id(Instant now);                  // UUIDv7, RFC 9562 section 5.7
};

// Cryptographically strong (libsodium).
class SystemRandom final : public Random {
 public:
  SystemRandom();
  uint64_t next() override;
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}
  uint64_t next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace mailsync
