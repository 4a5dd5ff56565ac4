#include "auth/google_key.h"

#include <sodium.h>

#include <boost/json.hpp>

#include "auth/client_assertion.h"

namespace mailsync::auth {
namespace {

std::unexpected<Error> unusable(std::string words) {
  return fail(ErrorKind::ItemInvalid, std::move(words));
}

std::string text_at(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

Result<std::string> service_account_of(const Secret& key_json) {
  boost::system::error_code broken;
  const auto parsed = boost::json::parse(key_json.reveal(), broken);
  if (broken || !parsed.is_object())
    return unusable("This is not a service account's key: choose the JSON file that Google Cloud gave you.");
  const auto& key = parsed.as_object();
  if (text_at(key, "type") != "service_account")
    return unusable(
        "This JSON file is not the key of a service account: make one in Google Cloud under IAM & Admin > "
        "Service accounts > Keys.");
  const std::string account = text_at(key, "client_email");
  if (account.find('@') == std::string::npos || account.size() > 320)
    return unusable("The key does not name its service account: download a new one.");
  if (const auto good = check_private_key(Secret(text_at(key, "private_key"))); !good)
    return unusable("The private key in this file cannot be used: download a new one.");
  return account;
}

}  // namespace mailsync::auth
