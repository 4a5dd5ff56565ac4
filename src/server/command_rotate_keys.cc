// mailsync rotate-keys: every account's data key wrapped with the newest master key, while the server works.
// Broken off, it goes on where it was when it is started again.
#include <fmt/format.h>

#include "auth/audit.h"
#include "server/access.h"
#include "server/commands.h"
#include "server/connections.h"

namespace mailsync::server {
namespace {

Result<void> check_writable(const Settings& settings) {
  if (settings.vault.master_key.empty() &&
      auth::master_key_source(settings.vault.master_key_file) == auth::KeySource::File)
    return {};
  return fail(
      ErrorKind::Unsupported,
      "The master key does not come from a file that could be changed here. Put a new line first in the "
      "credential or in the environment of every process that uses this database (mailsync master-key prints "
      "one), keep the old line below it, restart them, and run this without --new-key.");
}

Result<void> note_rotation(Data& data, const std::string& id, int64_t wrapped, Instant now) {
  return data.database->write(db::Durability::Durable, [&](db::SqlTransaction& tx) {
    const boost::json::object details{{"master_key", {{"from", ""}, {"to", id}}},
                                      {"data_keys", {{"from", ""}, {"to", std::to_string(wrapped)}}}};
    return auth::note(tx, now,
                      {.account = kAccount,
                       .actor = auth::Actor::command_line(),
                       .action = "vault.keys_rotated",
                       .subject = "vault",
                       .subject_name = "Stored secrets",
                       .organization = {},
                       .details = boost::json::serialize(details)});
  });
}

}  // namespace

Exit rotate_keys(const Settings& settings, Output& output, bool new_key) {
  SystemRandom random;
  SystemClock clock;
  if (new_key) {
    if (const auto possible = check_writable(settings); !possible) return output.failed(possible.error());
    const auto added = auth::add_master_key(settings.vault.master_key_file, random, clock.now());
    if (!added) return output.failed(added.error());
  }
  const auto keys = master_keys(settings);
  if (!keys) return output.failed(keys.error());
  auto data = open_data(settings, clock);
  if (!data) return output.failed(data.error());
  net::AsioExecutor executor(1);
  auth::SqlVault vault(executor, *data->database, random, *keys);
  const auto wrapped = executor.run_task(vault.rewrap());
  executor.finish();
  if (!wrapped) return output.failed(wrapped.error());
  if (*wrapped > 0)
    if (const auto noted = note_rotation(*data, keys->current, *wrapped, clock.now()); !noted)
      return output.failed(noted.error());
  std::string older;
  for (const auto& [id, key] : keys->keys)
    if (id != keys->current) older += (older.empty() ? "" : ", ") + id;
  std::string words = fmt::format(
      "{} data keys were wrapped anew with the master key {}; every stored secret opens "
      "with it now.",
      *wrapped, keys->current);
  if (!older.empty())
    words += fmt::format(
        " The older ones ({}) open only backups from before: take their lines out when you need "
        "none of those any more.",
        older);
  return output.done(boost::json::object{{"master_key", keys->current}, {"wrapped", *wrapped}}, words);
}

}  // namespace mailsync::server
