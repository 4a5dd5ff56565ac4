#include "model/kind.h"

#include <utility>

namespace mailsync::model {

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::Email:
      return "email";
    case Kind::Contact:
      return "contact";
    case Kind::Task:
      return "task";
    case Kind::Meeting:
      return "meeting";
  }
  std::unreachable();
}

std::optional<Kind> kind_named(std::string_view name) {
  for (const Kind kind : kKinds)
    if (name_of(kind) == name) return kind;
  return std::nullopt;
}

}  // namespace mailsync::model
