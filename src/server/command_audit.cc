// mailsync audit: checks the chain of the audit log, from outside of the running server.
#include <fmt/format.h>

#include "auth/audit.h"
#include "auth/encoding.h"
#include "server/commands.h"
#include "server/data.h"

namespace mailsync::server {

Exit verify_audit(const Settings& settings, Output& output) {
  SystemClock clock;
  auto data = open_data(settings, clock);
  if (!data) return output.failed(data.error());
  auth::AuditCheck check;
  const auto read = data->database->read([&](db::Session& session) -> Result<void> {
    TRY(check, auth::check_audit(session, kAccount));
    return {};
  });
  if (!read) return output.failed(read.error());
  if (check.first_broken != 0)
    return output.failed(
        {.kind = ErrorKind::Corrupt,
         .message = fmt::format("the audit log was tampered with: entry {} is missing or is not what "
                                "was written. The {} before it hold. Compare with a backup or an export.",
                                check.first_broken, check.entries)});
  const std::string anchor = auth::base64url(check.hash);
  return output.done(
      boost::json::object{{"intact", true}, {"entries", check.entries}, {"anchor", anchor}},
      fmt::format("The audit log is intact: {} entries. Keep this elsewhere, to compare later: {}:{}",
                  check.entries, check.entries, anchor));
}

}  // namespace mailsync::server
