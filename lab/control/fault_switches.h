// The switches of lab/faults.h by name, for the control interface.
#pragma once

#include <boost/json.hpp>

#include "base/result.h"
#include "lab/faults.h"

namespace mailsync::lab {

boost::json::object to_json(const Faults& faults);
// Changes only what is named; durations are in seconds. ItemInvalid names the wrong key or value.
Result<void> change(Faults& faults, const boost::json::object& wanted);

}  // namespace mailsync::lab
