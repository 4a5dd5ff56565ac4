// The key of a Google service account, as the Google Cloud console hands it out: a JSON file.
// https://cloud.google.com/iam/docs/keys-create-delete
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace mailsync::auth {

// Whose key it is ("name@project.iam.gserviceaccount.com"). ItemInvalid, in words, when it is no such key or
// its private part cannot be used.
Result<std::string> service_account_of(const Secret& key_json);

}  // namespace mailsync::auth
