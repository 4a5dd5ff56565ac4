#include "schedule/trigger.h"

#include <utility>

namespace mailsync::schedule {

std::string_view name_of(Trigger trigger) {
  switch (trigger) {
    case Trigger::Poll:
      return "poll";
    case Trigger::FirstSync:
      return "first_sync";
    case Trigger::Push:
      return "push";
    case Trigger::CrmChange:
      return "crm_change";
    case Trigger::Forced:
      return "forced";
    case Trigger::Resumed:
      return "resumed";
    case Trigger::Retry:
      return "retry";
  }
  std::unreachable();
}

}  // namespace mailsync::schedule
