// What people read about a mailbox that cannot be synced: every trouble with words of its own. Pure.
#pragma once

#include <span>
#include <string_view>

#include "base/error.h"
#include "sync/state_store.h"

namespace mailsync::schedule {

// What a mailbox's passes end with, for words; where classify() named the trouble, that decides alone.
enum class Standstill {
  Unreachable,
  Throttled,
  SignIn,
  Forbidden,
  SwitchedOff,
  Unknown,
  Replaced,
  Stopped,
  Storage
};

// Key, severity, title, effect and remedy of the table; the error's own words are the cause.
sync::Issue mailbox_issue(Standstill standstill, const Error& error);

// Every key that mailbox_issue() may give.
std::span<const std::string_view> mailbox_issue_keys();

}  // namespace mailsync::schedule
