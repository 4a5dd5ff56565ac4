// An installation with an administrator and a user who come in as a browser does, for the tests of the API.
#pragma once

#include <string>
#include <string_view>

#include "tests/admin/installation.h"

namespace mailsync::admin {

using boost::json::array;
using boost::json::object;
using boost::json::value;

class ApiTest : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    ann = add("ann@ours.example", "Ann Clark", auth::Role::SystemAdmin);
    bob = add("bob@ours.example", "Bob Stone", auth::Role::User);
    sign_in("ann@ours.example");
  }
  UserId add(const std::string& login, const std::string& name, auth::Role role) {
    return Installation::add(
        {.account = kAccount, .login = login, .role = role, .organization = {}, .name = name});
  }
  void sign_in(const std::string& login) {
    const Got got =
        call("POST", "/api/v1/session", object{{"login", login}, {"password", "a long password " + login}});
    ASSERT_EQ(got.status, 200) << got.body;
    const std::string cookie(*got.headers.find("Set-Cookie"));
    cookie_ = cookie.substr(0, cookie.find(';'));
    csrf_ = got.text("csrf_token");
  }
  std::string next_piece() {
    auto piece = run(stream_->next());
    return piece ? *piece : "error: " + piece.error().message;
  }
  std::string create(const std::string& resource, const value& body) {
    const Got got = call("POST", "/api/v1/" + resource, body);
    EXPECT_EQ(got.status, 201) << got.body;
    return got.status == 201 ? got.text("id") : "0";
  }

  UserId ann, bob;
};

}  // namespace mailsync::admin
