// The settings file: whatever is in it, every problem names its line.
#include "server/settings.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailsync;
  const auto settings = server::parse_settings(fuzz::text_of(data, size), "mailsync.toml", {});
  if (settings) return 0;
  fuzz::must(!settings.error().empty());
  for (const server::SettingsProblem& problem : settings.error()) {
    fuzz::must(!problem.where.empty());
    fuzz::must(!problem.what.empty());
  }
  return 0;
}
