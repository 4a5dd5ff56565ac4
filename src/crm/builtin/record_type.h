// What the CRM holds, and which of it a mailbox knows.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "model/kind.h"

namespace mailsync::crm {

enum class RecordType { Person, Organisation, Lead, Opportunity, Case, Task, Meeting, Email };

inline constexpr std::array kRecordTypes{RecordType::Person,      RecordType::Organisation, RecordType::Lead,
                                         RecordType::Opportunity, RecordType::Case,         RecordType::Task,
                                         RecordType::Meeting,     RecordType::Email};

// "person", …: the spelling of the database and of the API.
std::string_view name_of(RecordType type);
std::optional<RecordType> record_type_named(std::string_view name);

// A contact is a person (a lead has no item in a mailbox).
RecordType type_of(model::Kind kind);
std::optional<model::Kind> kind_of(RecordType type);

}  // namespace mailsync::crm
