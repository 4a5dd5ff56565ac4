// What passed between a client and the lab's Graph front, as JSON lines {method, url, request, status,
// response}, for tests/vouchers/validate.mjs to check against Microsoft's schemas; and the same of its EWS
// front, with the envelopes as text, for soap.mjs. Written only when MAILSYNC_TRANSCRIPTS names a folder;
// each process writes files of its own there (.jsonl and .ews), each exchange once, and stops at 32 MiB a
// file.
#pragma once

#include <string_view>

#include "net/http.h"

namespace mailsync::lab {

// In answers that a switch keeps from fitting any schema: the transcript says so.
inline constexpr std::string_view kMisbehaves = "X-Lab-Misbehaves";

void transcribe(const net::HttpRequest& request, const net::ServerResponse& answer);

}  // namespace mailsync::lab
