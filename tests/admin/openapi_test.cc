// openapi.yaml is the contract of the HTTP API: every operation in it has a handler, and every handler is in
// it.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "admin/api.h"

namespace mailsync::admin {
namespace {

struct Operation {
  std::string method, path;
  bool open = false;  // security: []
  std::string roles;  // as x-roles says
  auto operator<=>(const Operation&) const = default;
};

// The file's own layout is enough: paths at two blanks, methods at four, members at six.
std::map<std::string, Operation> operations_of_contract() {
  std::ifstream file(MAILSYNC_SOURCE_DIR "/src/admin/openapi.yaml");
  std::map<std::string, Operation> out;
  std::string line, path, method, operation;
  bool in_paths = false;
  while (std::getline(file, line)) {
    std::smatch found;
    if (line == "paths:" || line == "components:") in_paths = line == "paths:";
    if (!in_paths) continue;
    if (std::regex_match(line, found, std::regex("^  (/[^:]*):$"))) path = found[1];
    if (std::regex_match(line, found, std::regex("^    (get|post|patch|delete|put):$"))) method = found[1];
    if (std::regex_match(line, found, std::regex("^      operationId: (\\w+)$"))) {
      operation = found[1];
      std::ranges::transform(method, method.begin(), [](unsigned char c) { return std::toupper(c); });
      out[operation] = {method, path, false, ""};
    }
    if (line == "      security: []") out[operation].open = true;
    if (std::regex_match(line, found, std::regex("^      x-roles: (\\[.*\\])$")))
      out[operation].roles = found[1];
  }
  return out;
}

std::string roles_of(Access access) {
  switch (access) {
    case Access::Public:
      return "[anyone]";
    case Access::SignedIn:
      return "[user, organization_administrator, system_administrator]";
    case Access::Administrators:
      return "[organization_administrator, system_administrator]";
    case Access::SystemAdministrators:
      return "[system_administrator]";
  }
  std::unreachable();
}

TEST(Openapi, EveryOperationHasAHandlerAndEveryHandlerIsAnOperation) {
  std::map<std::string, Operation> handled;
  for (const Route& route : routes())
    handled[std::string(route.operation)] = {std::string(route.method), std::string(route.pattern),
                                             route.access == Access::Public, roles_of(route.access)};
  const auto contract = operations_of_contract();
  EXPECT_GT(contract.size(), 50U);
  for (const auto& [name, operation] : contract) {
    const auto at = handled.find(name);
    ASSERT_NE(at, handled.end()) << name << " has no handler";
    EXPECT_EQ(at->second, operation) << name << ": " << at->second.method << " " << at->second.path;
  }
  for (const auto& [name, operation] : handled)
    EXPECT_TRUE(contract.contains(name)) << name << " is not in openapi.yaml";
}

}  // namespace
}  // namespace mailsync::admin
