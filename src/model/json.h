// JSON ⇄ the values that fields hold. Canonical text: keys sorted, no white space, integers only.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "model/contact.h"
#include "model/field.h"
#include "model/fields.h"
#include "model/meeting.h"
#include "model/recurrence.h"
#include "model/when.h"

namespace mailsync::model {

std::string canonical_text(const boost::json::value& value);

// A closed list of spellings, in the order of the enumeration.
template <typename E>
struct Spelling;

// "\r\n" and "\r" become "\n", trailing blanks of the whole are cut, invalid UTF-8 is replaced.
std::string canonical_words(std::string_view text);

namespace json_detail {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// to_value returns null for what counts as empty.
value to_value(const std::string& text);
value to_value(int64_t number);
value to_value(const Date& date);
value to_value(const Instant& instant);
value to_value(const When& when);
value to_value(const Recurrence& rule);
value to_value(const Participant& participant);
value to_value(const Attendee& attendee);
value to_value(const Occurrence& occurrence);
value to_value(const PostalAddress& address);

bool from_value(const value& from, std::string& out);
bool from_value(const value& from, int64_t& out);
bool from_value(const value& from, Date& out);
bool from_value(const value& from, Instant& out);
bool from_value(const value& from, When& out);
bool from_value(const value& from, Recurrence& out);
bool from_value(const value& from, Participant& out);
bool from_value(const value& from, Attendee& out);
bool from_value(const value& from, Occurrence& out);
bool from_value(const value& from, PostalAddress& out);

template <typename E>
  requires std::is_enum_v<E>
value to_value(E e) {
  return boost::json::string(Spelling<E>::names[static_cast<size_t>(e)]);
}

template <typename E>
  requires std::is_enum_v<E>
bool from_value(const value& from, E& out) {
  const auto* text = from.if_string();
  if (!text) return false;
  for (size_t i = 0; i < std::size(Spelling<E>::names); ++i)
    if (std::string_view(*text) == Spelling<E>::names[i]) {
      out = static_cast<E>(i);
      return true;
    }
  return false;
}

template <typename T>
value to_value(const std::vector<T>& list) {
  array out;
  for (const T& entry : list)
    if (value v = to_value(entry); !v.is_null()) out.push_back(std::move(v));
  if (out.empty()) return nullptr;
  return out;
}

template <typename T>
bool from_value(const value& from, std::vector<T>& out) {
  const auto* list = from.if_array();
  if (!list) return false;
  for (const value& entry : *list)
    if (!from_value(entry, out.emplace_back())) return false;
  return true;
}

}  // namespace json_detail

// Puts a supplied field into `out`.
template <typename T>
void put_field(Fields& out, std::string_view name, const Field<T>& field) {
  if (!field.supplied()) return;
  out.emplace(name,
              field.is_set() ? canonical_text(json_detail::to_value(field.value())) : std::string(kCleared));
}

// Reads a field that is there; Corrupt names it.
template <typename T>
Result<void> take_field(const Fields& from, std::string_view name, Field<T>& out) {
  const auto at = from.find(name);
  if (at == from.end()) return {};
  if (at->second == kCleared) {
    out = Field<T>::cleared();
    return {};
  }
  boost::system::error_code failed;
  const auto value = boost::json::parse(at->second, failed);
  T typed{};
  if (failed || !json_detail::from_value(value, typed))
    return fail(ErrorKind::Corrupt, "the field \"" + std::string(name) + "\" does not hold what it should");
  out = std::move(typed);
  return {};
}

template <>
struct Spelling<Attendee::Type> {
  static constexpr std::string_view names[] = {"required", "optional", "resource"};
};
template <>
struct Spelling<Attendee::Response> {
  static constexpr std::string_view names[] = {"none", "accepted", "tentative", "declined"};
};
template <>
struct Spelling<Recurrence::Pattern> {
  static constexpr std::string_view names[] = {
      "daily", "weekly", "monthly_by_day", "monthly_by_weekday", "yearly_by_day", "yearly_by_weekday"};
};
template <>
struct Spelling<Recurrence::Week> {
  static constexpr std::string_view names[] = {"first", "second", "third", "fourth", "last"};
};
template <>
struct Spelling<Recurrence::End> {
  static constexpr std::string_view names[] = {"never", "until", "count"};
};

}  // namespace mailsync::model
