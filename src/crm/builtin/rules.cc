#include "crm/builtin/rules.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <span>
#include <utility>

#include "crm/builtin/json_text.h"
#include "model/contact.h"
#include "model/email.h"
#include "model/json.h"
#include "model/meeting.h"
#include "model/task.h"

namespace mailsync::crm {
namespace {

using boost::json::value;
using model::Fields;

enum class Form { Text, Texts, Date, Choice, Percent, Decimal, Currency, Address, Id };

struct Rule {
  std::string_view name;
  Form form;
  std::span<const std::string_view> choices = {};
};

constexpr std::array<std::string_view, 5> kLeadStatus{"new", "contacted", "qualified", "unqualified",
                                                      "converted"};
constexpr std::array<std::string_view, 6> kStages{"prospecting", "qualification", "proposal",
                                                  "negotiation", "won",           "lost"};
constexpr std::array<std::string_view, 5> kCaseStatus{"new", "open", "waiting", "resolved", "closed"};
constexpr std::array<std::string_view, 4> kPriorities{"low", "normal", "high", "urgent"};

constexpr std::array kPersonRules{Rule{"organisation_id", Form::Id}};
constexpr std::array kOrganisationRules{Rule{"name", Form::Text},       Rule{"domains", Form::Texts},
                                        Rule{"phone", Form::Text},      Rule{"web_page", Form::Text},
                                        Rule{"industry", Form::Text},   Rule{"address", Form::Address},
                                        Rule{"description", Form::Text}};
constexpr std::array kLeadRules{Rule{"status", Form::Choice, kLeadStatus}, Rule{"source", Form::Text},
                                Rule{"description", Form::Text}};
constexpr std::array kOpportunityRules{
    Rule{"name", Form::Text},         Rule{"stage", Form::Choice, kStages}, Rule{"amount", Form::Decimal},
    Rule{"currency", Form::Currency}, Rule{"probability", Form::Percent},   Rule{"close_date", Form::Date},
    Rule{"description", Form::Text},  Rule{"organisation_id", Form::Id},    Rule{"person_id", Form::Id}};
constexpr std::array kCaseRules{Rule{"subject", Form::Text},
                                Rule{"status", Form::Choice, kCaseStatus},
                                Rule{"priority", Form::Choice, kPriorities},
                                Rule{"description", Form::Text},
                                Rule{"organisation_id", Form::Id},
                                Rule{"person_id", Form::Id}};

std::span<const Rule> rules_of(RecordType type) {
  switch (type) {
    case RecordType::Person:
      return kPersonRules;
    case RecordType::Organisation:
      return kOrganisationRules;
    case RecordType::Lead:
      return kLeadRules;
    case RecordType::Opportunity:
      return kOpportunityRules;
    case RecordType::Case:
      return kCaseRules;
    case RecordType::Task:
    case RecordType::Meeting:
    case RecordType::Email:
      return {};
  }
  std::unreachable();
}

// The part of a type that the model knows, and that a mailbox may hold.
const model::FieldNames& model_fields(RecordType type) {
  if (type == RecordType::Lead) return model::all_fields(model::Kind::Contact);
  const auto kind = kind_of(type);
  return model::all_fields(kind.value_or(model::Kind::Email));
}

std::unexpected<Error> invalid(std::string_view field, std::string message) {
  return fail(Error{
      .kind = ErrorKind::ItemInvalid, .message = std::move(message), .vendor_code = std::string(field)});
}

bool is_decimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view part =
      point == std::string_view::npos ? std::string_view("0") : text.substr(point + 1);
  const auto digits = [](std::string_view t) {
    return !t.empty() && std::ranges::all_of(t, [](char c) { return c >= '0' && c <= '9'; });
  };
  return digits(whole) && digits(part) && whole.size() <= 15 && part.size() <= 4;
}

// The value in canonical form; nullopt when it does not fit; null where it counts as empty.
std::optional<value> canonical(const Rule& rule, const value& given) {
  if (rule.form == Form::Texts) {
    if (!given.is_array()) return std::nullopt;
    boost::json::array out;
    for (const value& entry : given.get_array()) {
      if (!entry.is_string()) return std::nullopt;
      if (std::string text = model::canonical_words(entry.get_string()); !text.empty())
        out.emplace_back(text);
    }
    return out.empty() ? value() : value(std::move(out));
  }
  if (rule.form == Form::Percent) {
    if (!given.is_int64() || given.get_int64() < 0 || given.get_int64() > 100) return std::nullopt;
    return given;
  }
  if (rule.form == Form::Address) {
    model::PostalAddress address;
    boost::json::object known;
    if (!given.is_object()) return std::nullopt;
    for (const auto& member : given.get_object())
      if (!member.value().is_null()) known.insert(member);
    if (!model::json_detail::from_value(known, address)) return std::nullopt;
    return model::json_detail::to_value(address);
  }
  if (!given.is_string()) return std::nullopt;
  const std::string text = model::canonical_words(given.get_string());
  if (text.empty()) return value();
  if (rule.form == Form::Choice && std::ranges::find(rule.choices, text) == rule.choices.end())
    return std::nullopt;
  if (rule.form == Form::Date && !model::Date::from_text(text)) return std::nullopt;
  if (rule.form == Form::Decimal && !is_decimal(text)) return std::nullopt;
  if (rule.form == Form::Id && !id_from(text)) return std::nullopt;
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (rule.form == Form::Currency && (text.size() != 3 || !std::ranges::all_of(text, capital)))
    return std::nullopt;
  return value(boost::json::string(text));
}

Result<std::string> checked_value(const Rule& rule, const std::string& json) {
  if (json == model::kCleared) return json;
  boost::system::error_code failed;
  const value given = boost::json::parse(json, failed);
  const auto fits = failed ? std::nullopt : canonical(rule, given);
  if (fits) return model::canonical_text(*fits);
  std::string message = "\"" + std::string(rule.name) + "\" does not hold what it should";
  if (!rule.choices.empty()) {
    message += "; choose one of";
    for (std::string_view choice : rule.choices) (message += ' ') += choice;
  }
  return invalid(rule.name, std::move(message));
}

template <typename T>
Result<Fields> through(Result<T> typed) {
  if (typed) return model::fields_of(*typed);
  // The model says: the field "due" does not hold what it should.
  std::string message = typed.error().message;
  const size_t start = message.find('"'), end = message.find('"', start + 1);
  const std::string field = end == std::string::npos ? "" : message.substr(start + 1, end - start - 1);
  return invalid(field, std::move(message));
}

Result<Fields> model_part(RecordType type, const Fields& supplied) {
  const Fields part = model::restricted(supplied, model_fields(type));
  if (type == RecordType::Task) return through(model::task_from(part));
  if (type == RecordType::Meeting) return through(model::meeting_from(part));
  if (type == RecordType::Person || type == RecordType::Lead) return through(model::contact_from(part));
  return Fields();
}

Result<void> check_meeting(const Fields& fields) {
  TRY(const model::Meeting meeting,
      model::meeting_from(model::restricted(fields, model_fields(RecordType::Meeting))));
  if (!meeting.start.is_set() || !meeting.end.is_set())
    return invalid(meeting.start.is_set() ? "end" : "start", "a meeting needs a start and an end");
  const model::When &start = meeting.start.value(), &end = meeting.end.value();
  const auto from = model::instant_of(start, "UTC"), to = model::instant_of(end, "UTC");
  if (from && to && *to < *from)
    return invalid("end", "the meeting ends before it starts; correct the start or the end");
  return {};
}

}  // namespace

const model::FieldNames& fields_of_type(RecordType type) {
  static const auto all = [] {
    std::array<model::FieldNames, kRecordTypes.size()> names;
    for (RecordType each : kRecordTypes) {
      auto& own = names[static_cast<size_t>(each)];
      own = model_fields(each);
      for (const Rule& rule : rules_of(each)) own.emplace(rule.name);
    }
    return names;
  }();
  return all[static_cast<size_t>(type)];
}

Result<Fields> checked(RecordType type, const Fields& supplied) {
  for (const auto& [name, json] : supplied)
    if (!fields_of_type(type).contains(name))
      return invalid(name, "a record of this type has no field \"" + name + "\"");
  TRY(Fields out, model_part(type, supplied));
  for (const Rule& rule : rules_of(type)) {
    const auto at = supplied.find(rule.name);
    if (at == supplied.end()) continue;
    TRY(out[at->first], checked_value(rule, at->second));
  }
  return out;
}

Result<void> check_whole(RecordType type, const Fields& fields) {
  switch (type) {
    case RecordType::Person:
    case RecordType::Lead:
      for (std::string_view name : {"given_name", "family_name", "company", "emails"})
        if (model::is_set(fields, name)) return {};
      return invalid("family_name",
                     "a person needs a name, a company or an e-mail address; enter one of them");
    case RecordType::Organisation:
    case RecordType::Opportunity:
      if (model::is_set(fields, "name")) return {};
      return invalid("name", "it needs a name");
    case RecordType::Case:
      if (model::is_set(fields, "subject")) return {};
      return invalid("subject", "a case needs a subject");
    case RecordType::Meeting:
      return check_meeting(fields);
    case RecordType::Task:
    case RecordType::Email:
      return {};
  }
  std::unreachable();
}

Fields with_defaults(RecordType type, Fields supplied) {
  const auto otherwise = [&supplied](std::string_view field, std::string_view text) {
    if (!model::is_set(supplied, field)) supplied[std::string(field)] = json_string(text);
  };
  switch (type) {
    case RecordType::Lead:
      otherwise("status", "new");
      break;
    case RecordType::Opportunity:
      otherwise("stage", "prospecting");
      break;
    case RecordType::Case:
      otherwise("status", "new");
      otherwise("priority", "normal");
      break;
    case RecordType::Task:
      otherwise("status", "not_started");
      otherwise("importance", "normal");
      break;
    case RecordType::Meeting:
      otherwise("show_as", "busy");
      otherwise("sensitivity", "normal");
      break;
    case RecordType::Person:
    case RecordType::Organisation:
    case RecordType::Email:
      break;
  }
  return supplied;
}

}  // namespace mailsync::crm
