// mailsync serve
#include "server/commands.h"

namespace mailsync::server {

Exit serve(const Settings&, Output& output) {
  return output.failed({.kind = ErrorKind::Unsupported, .message = "not yet"});
}

}  // namespace mailsync::server
