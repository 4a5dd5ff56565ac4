// What a firewall between Mail Sync and others has to let through; made from the settings by the server.
#pragma once

#include <string>
#include <vector>

namespace mailsync::admin {

struct NetworkNeed {
  bool inbound = false;  // others reach us; else we call them
  std::string host;      // whom we call; what of ours is reached
  int port = 0;
  std::string protocol;  // "HTTPS", "HTTP", "PostgreSQL", "DNS"
  std::string peer;      // of inbound ones: who calls
  std::string purpose;   // a sentence
};

}  // namespace mailsync::admin
