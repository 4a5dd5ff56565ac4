// What must hold of a run, judged by looking at both sides as their users do: at the lab's world and at the
// CRM's records. Only "quiet" and "resumed" look into the store, because that is what they are about.
#pragma once

#include "tests/simulation/rig.h"

namespace mailsync::sim {

// Bounds and secrets: cheap, after every pass.
void check_after_pass(Rig& rig);
// The faults stop: two rounds of passes must bring the sides together, a third one must write nothing. Then
// every checker looks.
void settle(Rig& rig);

// ---- at rest (checks_*.cc) ----
std::string describe(const db::Value& value);
// For who plays the seed again: what the journal says of the things that the violations name.
void tell_histories(Rig& rig);
void check_sides(Rig& rig);   // invariants 1, 2, 5
void check_tokens(Rig& rig);  // invariant 1: every edit is somewhere, or in the journal
void check_mail(Rig& rig);    // invariant 4
void check_store(Rig& rig);   // invariants 6, 7, 8, 10

}  // namespace mailsync::sim
