// A stored field's value as people read it: what a journal entry or an explanation shows instead of JSON.
#pragma once

#include <string>
#include <string_view>

namespace mailsync::sync {

// "nothing", "Acme", "2026-11-26 15:00 (Europe/Berlin)", "ann@x.example, bob@x.example". Takes canonical JSON
// text; text that is none is told as it is. Long values are shortened.
std::string value_words(std::string_view canonical);

// "job_title" → "job title".
std::string field_words(std::string_view name);

}  // namespace mailsync::sync
