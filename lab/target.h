// A request's target taken apart as a server does: decoded path, decoded query.
#pragma once

#include <string_view>

#include "net/http.h"

namespace mailsync::lab {

// Fills target, path and query of the request from "/path?query".
void set_target(net::ServerRequest& request, std::string_view target);
std::string percent_decode(std::string_view text, bool plus_is_blank);

}  // namespace mailsync::lab
