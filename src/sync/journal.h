// Journal entries of a plan: before, after, cause and rule of each write, refusal and overruled value.
#pragma once

#include <vector>

#include "sync/turn.h"

namespace mailsync::sync {

// The intention of the plan's remote write.
JournalEntry intention_of(const Context& context, const Planned& planned);
// What was done besides: the CRM's write, the link's change, overruled values.
std::vector<JournalEntry> entries_of(const Context& context, const Planned& planned, const Link& link,
                                     const CrmRecord* stored_record);
// Adds what this plan did, or why it did nothing, to the counts.
void count(Counts& counts, const Planned& planned);

}  // namespace mailsync::sync
