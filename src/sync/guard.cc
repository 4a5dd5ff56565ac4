#include "sync/guard.h"

#include <algorithm>

#include "sync/tuning.h"

namespace mailsync::sync {

bool is_mass_deletion(int64_t links, int64_t deleted_in_window, int64_t planned) {
  if (planned == 0) return false;
  const int64_t before = links + deleted_in_window;
  const int64_t allowed = std::min(kMassMost, std::max(kMassLeast, before * kMassPercent / 100));
  return deleted_in_window + planned > allowed;
}

}  // namespace mailsync::sync
