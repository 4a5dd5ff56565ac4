// Passwords of people who sign in here: Argon2id (libsodium's string form, which carries its own salt and
// costs).
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace mailsync::auth {

// ItemInvalid, in words, for what is too short (12 characters), too long (1,024 bytes) or on everybody's
// list.
Result<void> check_new_password(const Secret& password, std::string_view login);

// Both take tens of milliseconds and 64 MiB: call them inside executor.blocking().
Result<std::string> hash_password(const Secret& password);
bool verify_password(const std::string& hash, const Secret& password);
// True when the hash was made with other costs than today's.
bool outdated(const std::string& hash);
// Takes as long as verify_password: for names that do not exist, so that nobody learns from the time who
// does.
void pretend_to_verify(const Secret& password);

}  // namespace mailsync::auth
