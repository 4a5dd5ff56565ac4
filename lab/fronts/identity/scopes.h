// Which permissions a scope parameter asks for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lab/fronts/identity/registry.h"

namespace mailsync::lab::identity {

struct AskedScopes {
  bool openid = false;
  bool profile = false;
  bool email = false;
  bool offline_access = false;
  bool default_of_resource = false;      // "https://graph.microsoft.com/.default"
  bool own_api = false;                  // "api://<client id>/…": a token for the application itself
  std::vector<std::string> permissions;  // "Mail.ReadWrite", in Microsoft's spelling
  std::string bad;                       // the first scope that makes no sense here, empty if all do
};

// `resource` is what Graph is called besides https://graph.microsoft.com: the lab's own origin.
AskedScopes read_scopes(std::string_view parameter, const App& app, std::string_view resource);

// Delegated and application permissions of Graph that the lab knows.
const std::vector<std::string>& known_permissions();

}  // namespace mailsync::lab::identity
