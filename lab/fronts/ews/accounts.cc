#include "lab/fronts/ews/accounts.h"

namespace mailsync::lab::ews {
namespace {

std::string_view before_at(std::string_view address) {
  return address.substr(0, address.find('@'));
}

}  // namespace

std::optional<Account> Accounts::find(std::string_view login) const {
  auto slash = login.find('\\');
  bool domain = slash != std::string_view::npos;
  if (domain && !same_address(login.substr(0, slash), options_.domain)) return std::nullopt;
  std::string_view name = domain ? login.substr(slash + 1) : login;
  auto is = [&](std::string_view address) {
    return same_address(domain ? before_at(address) : address, name);
  };
  if (is(options_.impersonator)) return Account{.name = options_.impersonator, .impersonates = true};
  for (auto& mailbox : world_.mailboxes())
    if (is(mailbox->user.upn) || is(mailbox->user.mail))
      return Account{.name = mailbox->user.upn, .mailbox = mailbox.get()};
  return std::nullopt;
}

std::optional<Account> Accounts::sign_in(std::string_view login, std::string_view password) const {
  auto account = find(login);
  if (!account || !password_of(*account).equals(password)) return std::nullopt;
  return account;
}

const Secret& Accounts::password_of(const Account& account) const {
  return account.impersonates ? options_.impersonator_password : options_.password;
}

}  // namespace mailsync::lab::ews
