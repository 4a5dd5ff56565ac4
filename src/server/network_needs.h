// From the settings to what a firewall has to let through: shown to administrators in the Mail Sync panel.
#pragma once

#include "admin/network_need.h"
#include "server/settings.h"

namespace mailsync::server {

std::vector<admin::NetworkNeed> network_needs(const Settings& settings);

}  // namespace mailsync::server
