// Where Email Configurations are kept: a row for each organization that has one of its own, its secrets in
// the vault, and each change in the audit log, in one transaction.
#pragma once

#include "auth/audit.h"
#include "auth/email_configuration.h"
#include "auth/sql_vault.h"
#include "db/database.h"

namespace mailsync::auth {

// nullopt: the organization has none of its own.
Result<std::optional<EmailConfiguration>> email_configuration(db::Session& session, AccountId account,
                                                              OrganizationId organization);
// That of the user's organization, with the organization's id alone where it has none of its own.
Result<EmailConfiguration> email_configuration_of(db::Session& session, AccountId account, UserId user);
Result<SecretMarks> email_secret_marks(db::Session& session, AccountId account, OrganizationId organization);

// Where the vault keeps it.
SecretName email_secret_name(AccountId account, OrganizationId organization, EmailSecret secret);
// nullopt: it was not entered. Corrupt: what is stored does not open.
Result<std::optional<Secret>> email_secret(db::Session& session, const SqlVault& vault, AccountId account,
                                           OrganizationId organization, EmailSecret secret);

// `wanted` has passed check(), and carries the version that was edited: VersionStale when it is another one
// by now. The configuration as it is then.
Result<EmailConfiguration> save_email_configuration(db::SqlTransaction& tx, SqlVault& vault,
                                                    AccountId account, EmailConfiguration wanted,
                                                    const TypedSecrets& secrets, const Actor& actor,
                                                    Instant now);
// From then on the settings file counts again. The secrets go, too. Gone when there is none.
Result<void> remove_email_configuration(db::SqlTransaction& tx, AccountId account,
                                        OrganizationId organization, const Actor& actor, Instant now);
// The same without a word, when the organization itself goes.
Result<void> forget_email_configuration(db::SqlTransaction& tx, AccountId account,
                                        OrganizationId organization);

}  // namespace mailsync::auth
