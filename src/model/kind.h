// The four kinds of item that Mail Sync keeps in step.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace mailsync::model {

enum class Kind { Email, Contact, Task, Meeting };

inline constexpr std::array kKinds{Kind::Email, Kind::Contact, Kind::Task, Kind::Meeting};

// "email", "contact", "task", "meeting": the spelling of journals, APIs and summaries.
std::string_view name_of(Kind kind);
std::optional<Kind> kind_named(std::string_view name);

}  // namespace mailsync::model
