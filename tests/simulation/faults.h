// What goes wrong in a simulated run. A fault of a moment is armed for a call or commit that is still to come
// and counted when it strikes; a state of things (a mailbox switched off, a server that checks no versions)
// is counted when it begins and lasts until calm().
#pragma once

#include <span>

#include "tests/simulation/rig.h"

namespace mailsync::sim {

struct Fault {
  const char* name;
  void (*begin)(Rig& rig, Random& random, const char* name);
};

std::span<const Fault> faults();

// Everything works again; what users were about to do in the middle of a pass is done now.
void calm(Rig& rig);

}  // namespace mailsync::sim
