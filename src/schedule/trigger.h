// What set a pass off.
#pragma once

#include <string_view>

namespace mailsync::schedule {

enum class Trigger {
  Poll,       // its time had come
  FirstSync,  // it has never been through
  Push,       // a change notice of the mail server
  CrmChange,  // something changed in the CRM, or was answered there
  Forced,     // a person asked for it
  Resumed,    // what was wrong was put right: a new sign-in, a resume, an approval
  Retry,      // the one before it ended early
};

// As openapi.yaml has it.
std::string_view name_of(Trigger trigger);

}  // namespace mailsync::schedule
