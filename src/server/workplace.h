// What a command that speaks to mailboxes needs, opened in order: its name as a holder of leases, the data,
// and the way to the servers.
#pragma once

#include <memory>

#include "server/connections.h"
#include "server/data.h"
#include "server/instance.h"

namespace mailsync::server {

struct Workplace {
  Instance instance;
  SystemRandom random;
  SystemClock clock;
  Data data;
  net::AsioExecutor executor;
  std::optional<Connections> connections;

  explicit Workplace(Instance named) : instance(std::move(named)) {}
  ~Workplace() { executor.finish(); }
};

// Errors are for people: the settings, the data directory or the database are not as they must be.
inline Result<std::unique_ptr<Workplace>> open_workplace(const Settings& settings) {
  TRY(Instance instance, Instance::begin(settings.server.data_dir));
  auto place = std::make_unique<Workplace>(std::move(instance));
  TRY(place->data, open_data(settings, place->clock));
  // What is wrong with [graph] is told at once, not mailbox by mailbox.
  if (configuration_of(settings)) {
    TRY(const auto app, app_registration(settings));
  }
  TRY(auto keys, master_keys(settings));
  place->connections.emplace(settings, place->executor, place->random, place->data, std::move(keys));
  return place;
}

}  // namespace mailsync::server
