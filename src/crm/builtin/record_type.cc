#include "crm/builtin/record_type.h"

#include <utility>

namespace mailsync::crm {

std::string_view name_of(RecordType type) {
  switch (type) {
    case RecordType::Person:
      return "person";
    case RecordType::Organisation:
      return "organisation";
    case RecordType::Lead:
      return "lead";
    case RecordType::Opportunity:
      return "opportunity";
    case RecordType::Case:
      return "case";
    case RecordType::Task:
      return "task";
    case RecordType::Meeting:
      return "meeting";
    case RecordType::Email:
      return "email";
  }
  std::unreachable();
}

std::optional<RecordType> record_type_named(std::string_view name) {
  for (RecordType type : kRecordTypes)
    if (name_of(type) == name) return type;
  return std::nullopt;
}

RecordType type_of(model::Kind kind) {
  switch (kind) {
    case model::Kind::Email:
      return RecordType::Email;
    case model::Kind::Contact:
      return RecordType::Person;
    case model::Kind::Task:
      return RecordType::Task;
    case model::Kind::Meeting:
      return RecordType::Meeting;
  }
  std::unreachable();
}

std::optional<model::Kind> kind_of(RecordType type) {
  for (model::Kind kind : model::kKinds)
    if (type_of(kind) == type) return kind;
  return std::nullopt;
}

}  // namespace mailsync::crm
