// What passed between a client and the lab's Graph front, as JSON lines {method, url, request, status,
// response}, for tests/vouchers/validate.mjs to check against Microsoft's schemas. Written only when
// MAILSYNC_TRANSCRIPTS names a folder; each process writes a file of its own there, each exchange once, and
// stops at 32 MiB.
#pragma once

#include "net/http.h"

namespace mailsync::lab {

void transcribe(const net::HttpRequest& request, const net::ServerResponse& answer);

}  // namespace mailsync::lab
