// Switches that make the lab behave as badly as the real service does (failures.md, groups 4, 5, 10, 12).
// The defaults are the service on a good day. All of them may be changed while the lab runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"

namespace mailsync::lab {

enum class TokenGone {
  Bare410,          // 410 SyncStateNotFound without Location
  Gone410Location,  // 410 with a Location to start over from
  BadRequest400,    // 400 syncStateNotFound (F43)
};

struct Faults {
  // Delta pages: min(asked, page_max); page_default when nothing was asked.
  size_t page_max = 100;
  size_t page_default = 10;
  bool empty_first_page = false;  // a delta round starts with an empty page that has a nextLink (F50)
  bool repeat_entities = false;   // the last entity of a page comes again on the next one
  bool shuffle_pages = true;      // order within a delta page is undefined
  bool lose_there_and_back =
      false;  // A→B→A between two rounds shows as removed from A and nothing else (F69)

  Duration delta_token_life = std::chrono::hours(24 * 30);  // tokens older than this are gone (F42)
  TokenGone token_gone = TokenGone::Bare410;

  bool ignore_if_match = false;  // preconditions are accepted and not checked
  bool rewrite_on_store = true;  // HTML wrapped, phones and subjects trimmed, names of addresses filled (F5)
  bool event_text_becomes_html = false;  // a meeting's plain text comes back as an HTML document
  // changeKey moves by itself this often (every n-th read of an item); 0 = never (F29)
  uint32_t change_key_drift = 0;
  bool stale_echo = false;  // the answer to a PATCH of a contact or task shows it as it was before (F40)
  bool deleted_contacts_readable =
      false;  // a deleted contact still answers by immutable id, in Deleted Items

  // Published limits per application and mailbox; 0 switches one off.
  size_t max_concurrent = 4;
  size_t max_requests_per_10_min = 10'000;
  size_t max_upload_bytes_per_5_min = 150u << 20;
  bool retry_after = true;  // false: 429 without the header (F124)
  size_t batch_concurrency =
      0;  // n > 0: of independent sub-requests to one mailbox the ones after n get 429 (F123)

  Duration sent_items_delay{0};  // how long a sent draft stays in the Outbox before it is in Sent Items

  bool drop_notifications = false;  // nothing is delivered, nobody is told (F140)
  bool duplicate_notifications = false;
  Duration notification_delay = std::chrono::seconds(1);
  Duration longest_subscription = std::chrono::minutes(10'080);  // asking for more is refused (F142)

  // Requests that fail by plan: the next `times` requests whose "METHOD path" contains `match` get `status`.
  struct Planned {
    std::string match;
    int status = 503;
    std::string code = "ServiceUnavailable";
    std::optional<Duration> retry_after;
    uint32_t times = 1;
    bool after_effect = false;  // true: the write happens, then the error is answered (F14)
  };
  std::vector<Planned> planned;
};

}  // namespace mailsync::lab
