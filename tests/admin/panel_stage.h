// An installation with two organizations, whose panel an administrator works with.
#pragma once

#include <string>
#include <vector>

#include "tests/admin/installation.h"

namespace mailsync::admin {

class PanelStage : public Installation {
 protected:
  void SetUp() override;

  UserId person(const std::string& login, auth::Role role, OrganizationId organization,
                std::vector<OrganizationId> administers = {}, AccountId account = kAccount);
  Got list(const std::string& query = "") { return call("GET", "/api/v1/mail-sync/users?" + query); }
  Got act(const std::string& action, const std::vector<UserId>& users, boost::json::object more = {});
  Got act_on_all(const std::string& action, const boost::json::object& matching,
                 boost::json::object more = {});
  // The operation when it is done.
  boost::json::object finished(const Got& begun);
  boost::json::object row_of(const std::string& login);

  // person00@many.example …, of the main organization, without passwords.
  void add_many(int count);
  UserId user_named(const std::string& login);
  MailboxId box_of(UserId user);
  sync::MailboxState state_of(UserId user);
  void set_state(UserId user, sync::MailboxState state, const std::string& words);
  void keep_cursor(MailboxId box, const std::string& collection, const std::string& cursor);
  // An issue about the mailbox itself.
  void mailbox_trouble(const std::string& address);

  OrganizationId sales;
  UserId root, lead, ann, bob;
};

}  // namespace mailsync::admin
