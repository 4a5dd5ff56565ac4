// What the EWS front can be told to do differently while it runs: the versions of Exchange, and what their
// answers are like in the field (failures.md F29, F45, F54, F114; issue: server differences). The defaults
// are Exchange 2016 on a good day.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "lab/fronts/ews/version.h"

namespace mailsync::lab::ews {

struct EwsSwitches {
  Version version = Version::E2016;  // newest that is spoken; ServerVersionInfo says it

  bool ignore_change_keys = false;  // stale ChangeKeys are accepted, whatever ConflictResolution says
  uint32_t change_key_drift = 0;    // every n-th item shown has moved to a new ChangeKey by itself (F29)
  bool illegal_characters = false;  // control characters leave as references that XML 1.0 forbids (F114)
  bool no_charset = false;          // Content-Type and MimeContent do not name their charset
  int fraction_digits = 0;          // of the seconds in dateTimes
  size_t sync_page_max = 512;       // SyncFolderItems gives at most this many, whatever was asked
  bool reset_sync_state = false;    // sync states are taken and silently begin again from nothing
  bool invalid_sync_state = false;  // sync states are refused: ErrorInvalidSyncStateData
  uint32_t extra_deletions = 0;     // items that the next sync says are deleted though they were never told
  uint32_t dead_ids = 0;            // created items that the next syncs name and GetItem does not know (F54)
  uint32_t empty_answers = 0;       // the next n answers have no ResponseMessages in their list

  size_t max_concurrent = 27;  // EWSMaxConcurrency; 0 = off
  // Requests that fail by plan: the next `times` requests of this operation (empty = any).
  struct Planned {
    std::string operation;                 // "GetItem"
    std::string code = "ErrorServerBusy";  // as ResponseCode; need not be one that exists
    bool fault = true;                     // as a SOAP fault; otherwise as each item's ResponseMessage
    int http_status = 500;                 // of the fault; 200 is in the field too
    std::optional<Duration> back_off;      // BackOffMilliseconds in MessageXml
    std::string html;                      // answered instead of anything else: a login page
    uint32_t times = 1;
    bool after_effect = false;  // the write happens, then the error is answered (F14)
  };
  std::vector<Planned> planned;
};

boost::json::object to_json(const EwsSwitches& switches);
// Changes only what is named; durations are in milliseconds. ItemInvalid names the wrong key or value.
Result<void> change(EwsSwitches& switches, const boost::json::object& wanted);

}  // namespace mailsync::lab::ews
