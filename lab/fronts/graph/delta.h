// Delta rounds: tokens, pages, and all the ways in which they go wrong.
#pragma once

#include <functional>

#include "lab/fronts/graph/call.h"

namespace mailsync::lab::graph {

// Shows what one log entry amounts to: any number of objects (a series has many), none if it is out of view.
// `since` is where the round started: 0 = a first round.
using ShowEntry = std::function<std::vector<json::object>(const ChangeLog::Entry& entry, uint64_t since)>;

struct DeltaView {
  const ChangeLog& log;
  uint64_t sequence = 0;     // of the mailbox, now
  std::string collection;    // what the token is for; a token of another collection is refused
  std::string removed_type;  // "@odata.type" of @removed entries, may be empty
  ItemId removed_id;         // of @removed entries; number and place come from the entry
  ShowEntry show;
  // Options of the first call that the token must keep ($select, $filter, startDateTime, …).
  std::vector<std::string> kept_options;
};

// The value of an option, from the query of a first call or from the token.
std::string kept_option(const Call& call, std::string_view name);

Answer delta_answer(Call& call, const DeltaView& view);
json::object removed_object(std::string_view id, std::string_view reason, std::string_view type);

}  // namespace mailsync::lab::graph
