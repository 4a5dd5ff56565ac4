// Stops a run that would delete more than a person does in a day. Pure.
#pragma once

#include <cstdint>

namespace mailsync::sync {

// More than min(100, max(3, 5 %)) of a mailbox's links of a kind in a rolling day (product.md, "mass
// deletion").
bool is_mass_deletion(int64_t links, int64_t deleted_in_window, int64_t planned);

}  // namespace mailsync::sync
