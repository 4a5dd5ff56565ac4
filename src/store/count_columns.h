// The names under which counts are kept: in rows of run_count, and in a plan's report.
#pragma once

#include <array>
#include <string_view>

#include "sync/state_store.h"

namespace mailsync::store {

struct CountColumn {
  std::string_view what;
  int64_t sync::Counts::* count;
};
inline constexpr std::array kCountColumns = {
    CountColumn{"to_crm_created", &sync::Counts::to_crm_created},
    CountColumn{"to_crm_updated", &sync::Counts::to_crm_updated},
    CountColumn{"to_crm_deleted", &sync::Counts::to_crm_deleted},
    CountColumn{"to_crm_linked", &sync::Counts::to_crm_linked},
    CountColumn{"to_mailbox_created", &sync::Counts::to_mailbox_created},
    CountColumn{"to_mailbox_updated", &sync::Counts::to_mailbox_updated},
    CountColumn{"to_mailbox_deleted", &sync::Counts::to_mailbox_deleted},
    CountColumn{"parked", &sync::Counts::parked},
};

}  // namespace mailsync::store
