// Counts of passes as JSON and as words: the one shape that every command prints.
#pragma once

#include <array>
#include <boost/json.hpp>
#include <map>
#include <string>

#include "sync/state_store.h"

namespace mailsync::server {

inline constexpr std::array kKinds{model::Kind::Email, model::Kind::Contact, model::Kind::Task,
                                   model::Kind::Meeting};

// {"email":{"to_crm":{"created":0,"updated":0,"deleted":0,"linked":0},"to_mailbox":{"created":0,"updated":0,
// "deleted":0},"skipped":{"reason":0},"parked":0}, …}: always all four kinds.
boost::json::object json_of(const std::map<model::Kind, sync::Counts>& counts);

// A table: one row per kind and direction, and why items were skipped.
std::string words_of(const std::map<model::Kind, sync::Counts>& counts);

}  // namespace mailsync::server
