// Journal entries of a plan: before, after, cause and rule of each write, refusal and overruled value.
#pragma once

#include <vector>

#include "sync/turn.h"

namespace mailsync::sync {

// What a side holds of the fields that a write names; a field it does not have is cleared there. For before
// and after of an entry.
Fields held_of(const Fields& written, const Fields& side);
// JournalEntry::action of a write to the mailbox.
std::string action_of(RemoteWrite::Op op);
// The intention of the plan's remote write.
JournalEntry intention_of(const Context& context, const Planned& planned);
// What the intention came to: what the mailbox stores now, of the fields that were written.
JournalEntry outcome_of(const Context& context, const Planned& planned, JournalEntry::State state,
                        std::string words);
// Gives entries about a link that is new the number it has got.
void name_links(const std::vector<Link>& links, std::vector<JournalEntry>& entries);
// What was done besides: the CRM's write, the link's change, overruled values.
std::vector<JournalEntry> entries_of(const Context& context, const Planned& planned, const Link& link,
                                     const CrmRecord* stored_record);
// Adds what this plan did, or why it did nothing, to the counts.
void count(Counts& counts, const Planned& planned);

}  // namespace mailsync::sync
