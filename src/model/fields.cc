#include "model/fields.h"

#include "model/hash.h"
#include "model/json.h"

namespace mailsync::model {

std::string to_json(const Fields& fields) {
  std::string out = "{";
  for (const auto& [name, text] : fields) {
    if (out.size() > 1) out += ',';
    out += boost::json::serialize(boost::json::string_view(name));
    out += ':';
    out += text;
  }
  return out + "}";
}

Result<Fields> fields_from_json(std::string_view json) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(json, failed);
  if (failed || !value.is_object()) return fail(ErrorKind::Corrupt, "stored fields are not a JSON object");
  Fields out;
  for (const auto& member : value.get_object()) out.emplace(member.key(), canonical_text(member.value()));
  return out;
}

Fields changed(const Fields& before, const Fields& after) {
  Fields out;
  for (const auto& [name, text] : after) {
    const auto old = before.find(name);
    const std::string_view was = old == before.end() ? kCleared : std::string_view(old->second);
    if (was != text) out.emplace(name, text);
  }
  return out;
}

Fields overlaid(Fields base, const Fields& patch) {
  for (const auto& [name, text] : patch) base.insert_or_assign(name, text);
  return base;
}

Fields restricted(const Fields& fields, const FieldNames& names) {
  Fields out;
  for (const auto& [name, text] : fields)
    if (names.contains(name)) out.emplace(name, text);
  return out;
}

bool is_set(const Fields& fields, std::string_view name) {
  const auto at = fields.find(name);
  return at != fields.end() && at->second != kCleared;
}

std::string content_hash(Kind kind, const Fields& fields) {
  std::string text(name_of(kind));
  for (const auto& [name, value] : fields) {
    if (value == kCleared) continue;
    text += '\n';
    text += name;
    text += '=';
    text += value;
  }
  return hex_hash(text);
}

bool is_multi_valued(Kind kind, std::string_view field) {
  return kind == Kind::Contact && (field == "emails" || field == "business_phones");
}

const FieldNames& all_fields(Kind kind) {
  static const FieldNames none;
  static const FieldNames contact{"given_name", "middle_name",     "family_name",  "title",
                                  "suffix",     "company",         "department",   "job_title",
                                  "emails",     "business_phones", "mobile_phone", "business_address",
                                  "web_page"};
  static const FieldNames task{"subject",      "body",       "due",         "start",     "status",
                               "completed_on", "importance", "reminder_at", "recurrence"};
  static const FieldNames meeting{"subject",    "body",        "location",         "start",     "end",
                                  "show_as",    "sensitivity", "reminder_minutes", "organizer", "attendees",
                                  "recurrence", "exceptions",  "online_url"};
  switch (kind) {
    case Kind::Email:
      return none;
    case Kind::Contact:
      return contact;
    case Kind::Task:
      return task;
    case Kind::Meeting:
      return meeting;
  }
  std::unreachable();
}

}  // namespace mailsync::model
