// Versions of Exchange as EWS names them: what the client asks for, and what the server says it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailsync::lab::ews {

// ExchangeVersionType of the published schema, oldest first.
enum class Version { E2007, E2007Sp1, E2010, E2010Sp1, E2010Sp2, E2013, E2013Sp1, E2016 };

std::optional<Version> version_of(std::string_view name);  // "Exchange2013_SP1"
std::string_view name_of(Version version);

// ServerVersionInfo of a server of that version (a build of each, from Microsoft's list of build numbers).
struct ServerBuild {
  int major = 15;
  int minor = 1;
  int major_build = 0;
  int minor_build = 0;
};
ServerBuild build_of(Version version);

}  // namespace mailsync::lab::ews
