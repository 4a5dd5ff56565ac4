// A signed-in user of the web API, as the web application is one.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "tests/server/installation.h"

namespace mailsync::test {

class Browser {
 public:
  Browser(Running& server, const std::string& login, const std::string& password = "correct horse battery");
  boost::json::object get(const std::string& path);
  net::HttpAnswer send(const std::string& method, const std::string& path, const boost::json::object& body);
  void forget_csrf() { csrf_.clear(); }

 private:
  Running& server_;
  std::string cookie_;
  std::string csrf_;
};

}  // namespace mailsync::test
