// The sentences of an explanation. None holds a subject, a name, an address or a value, unless it says so.
#pragma once

#include "sync/explain.h"

namespace mailsync::sync {

// One entry of the journal: `words` with values, `plain` without.
ExplainStep step_of(const JournalEntry& entry);
std::string verdict_of(const Link& link, const std::string& rule, bool gone);
// `left_out`: the reason of not sharing, as summaries count it; "" when it would be shared by `rule`.
std::string verdict_of_unlinked(const Profile& profile, const std::string& left_out, const std::string& rule,
                                bool gone);
// What would release what an issue parks.
std::string release_of(const Issue& issue);

}  // namespace mailsync::sync
