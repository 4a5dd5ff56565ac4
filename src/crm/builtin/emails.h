// Writing emails: one record for any number of mailbox copies.
//
// A page costs the same few statements whether it holds one email or a hundred (performance.md P2, P4).
// Identity is unique per account; Bcc belongs to the copy of the mailbox that has it.
#pragma once

#include <span>
#include <vector>

#include "crm/builtin/records.h"

namespace mailsync::crm {

// Ids in the order of `writes`. The same identity twice in one call is one record. Rights are checked by the
// caller.
Result<std::vector<RecordId>> add_emails(db::Session& session, const Actor& actor,
                                         std::span<const sync::EmailRecordWrite> writes);

// Gone when there is no such email. Adding a copy again changes nothing.
Result<void> add_copy(db::Session& session, const Actor& actor, RecordId email, MailboxId mailbox,
                      const model::EmailHead& head, sync::Shown shown = sync::Shown::All);
// What others see of the viewer's own copies, from now on. Gone when he has none; Forbidden when it would
// show more than now: a copy is only ever narrowed.
Result<void> narrow_copy(db::Session& session, AccountId account, UserId user, RecordId email,
                         sync::Shown shown);
Result<void> remove_copy(db::Session& session, const Actor& actor, RecordId email, MailboxId mailbox);

Result<std::map<std::string, RecordId>> emails_by_identity(db::Session& session, AccountId account,
                                                           std::span<const std::string> identities);

// "all", "head", "owner"
std::string_view name_of(sync::Shown shown);
std::optional<sync::Shown> shown_named(std::string_view name);

// [{"address":"…","name":"…"}]
std::string addresses_json(std::span<const model::Address> addresses);
Result<std::vector<model::Address>> addresses_from_json(std::string_view json);

}  // namespace mailsync::crm
