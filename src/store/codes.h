// The numbers under which closed lists are stored. They never change: a new member takes the next number.
#pragma once

#include "base/result.h"
#include "db/database.h"
#include "model/kind.h"
#include "sync/link.h"
#include "sync/state_store.h"

namespace mailsync::store {

// Every list here is stored as its position, which the assertions hold in place.
static_assert(static_cast<int>(model::Kind::Email) == 0 && static_cast<int>(model::Kind::Contact) == 1 &&
              static_cast<int>(model::Kind::Task) == 2 && static_cast<int>(model::Kind::Meeting) == 3);
static_assert(static_cast<int>(sync::LinkState::Active) == 0 &&
              static_cast<int>(sync::LinkState::Frozen) == 1 &&
              static_cast<int>(sync::LinkState::Dismissed) == 2 &&
              static_cast<int>(sync::LinkState::Tombstone) == 3);
static_assert(static_cast<int>(sync::MadeBy::Mailbox) == 0 && static_cast<int>(sync::MadeBy::Crm) == 1);
static_assert(static_cast<int>(sync::JournalEntry::Side::Mailbox) == 0 &&
              static_cast<int>(sync::JournalEntry::Side::Crm) == 1);
static_assert(static_cast<int>(sync::JournalEntry::State::Intended) == 0 &&
              static_cast<int>(sync::JournalEntry::State::Done) == 1 &&
              static_cast<int>(sync::JournalEntry::State::Refused) == 2 &&
              static_cast<int>(sync::JournalEntry::State::Failed) == 3);
static_assert(static_cast<int>(sync::MailboxState::Active) == 0 &&
              static_cast<int>(sync::MailboxState::Paused) == 1 &&
              static_cast<int>(sync::MailboxState::NeedsLogin) == 2 &&
              static_cast<int>(sync::MailboxState::SwitchedOff) == 3 &&
              static_cast<int>(sync::MailboxState::Forbidden) == 4 &&
              static_cast<int>(sync::MailboxState::Stopped) == 5 &&
              static_cast<int>(sync::MailboxState::Held) == 6 &&
              static_cast<int>(sync::MailboxState::WaitsForStart) == 7);

template <typename E>
int64_t code(E value) {
  return static_cast<int64_t>(value);
}

// Corrupt for a number that this program does not know.
template <typename E>
Result<E> decoded(const db::Value& value, E last) {
  const int64_t number = value.integer();
  if (number < 0 || number > static_cast<int64_t>(last))
    return fail(ErrorKind::Corrupt,
                "the database holds a code that this program does not know: run the newer program");
  return static_cast<E>(number);
}

}  // namespace mailsync::store
