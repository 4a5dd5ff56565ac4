#include "model/contact.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "model/email.h"
#include "model/json.h"

namespace mailsync::model {

namespace json_detail {
value to_value(const PostalAddress& address) {
  object out;
  const auto put = [&out](std::string_view name, const std::string& text) {
    if (std::string words = canonical_words(text); !words.empty()) out[name] = words;
  };
  put("street", address.street);
  put("city", address.city);
  put("state", address.state);
  put("postal_code", address.postal_code);
  put("country", address.country);
  if (out.empty()) return nullptr;
  return out;
}

bool from_value(const value& from, PostalAddress& out) {
  const auto* members = from.if_object();
  if (!members) return false;
  const auto take = [members](std::string_view name, std::string& text) {
    const auto* found = members->if_contains(name);
    return !found || from_value(*found, text);
  };
  return take("street", out.street) && take("city", out.city) && take("state", out.state) &&
         take("postal_code", out.postal_code) && take("country", out.country);
}
}  // namespace json_detail

namespace {

// The one list of names; put and take both walk it.
template <typename C, typename F>
void each_field(C& contact, F visit) {
  visit("given_name", contact.given_name);
  visit("middle_name", contact.middle_name);
  visit("family_name", contact.family_name);
  visit("title", contact.title);
  visit("suffix", contact.suffix);
  visit("company", contact.company);
  visit("department", contact.department);
  visit("job_title", contact.job_title);
  visit("emails", contact.emails);
  visit("business_phones", contact.business_phones);
  visit("mobile_phone", contact.mobile_phone);
  visit("business_address", contact.business_address);
  visit("web_page", contact.web_page);
}

std::string folded(const std::string& text) {
  UErrorCode failed = U_ZERO_ERROR;
  const auto* normalizer = icu::Normalizer2::getNFKDInstance(failed);
  icu::UnicodeString wide = icu::UnicodeString::fromUTF8(canonical_words(text));
  if (U_SUCCESS(failed)) wide = normalizer->normalize(wide, failed);
  icu::UnicodeString bare;
  for (int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1))
    if (u_charType(wide.char32At(i)) != U_NON_SPACING_MARK) bare.append(wide.char32At(i));
  std::string out;
  bare.foldCase().toUTF8String(out);
  return out;
}

}  // namespace

Fields fields_of(const Contact& contact) {
  Contact canonical = contact;
  if (canonical.emails.is_set()) {
    std::vector<std::string> addresses;
    for (const std::string& text : contact.emails.value())
      if (std::string address = clean_address(text);
          !address.empty() && std::ranges::find(addresses, address) == addresses.end())
        addresses.push_back(std::move(address));
    canonical.emails = std::move(addresses);
  }
  Fields out;
  each_field(canonical, [&out](std::string_view name, const auto& field) { put_field(out, name, field); });
  return out;
}

Result<Contact> contact_from(const Fields& fields) {
  Contact out;
  Result<void> all;
  each_field(out, [&](std::string_view name, auto& field) {
    if (all) all = take_field(fields, name, field);
  });
  if (!all) return fail(std::move(all).error());
  return out;
}

std::string display_name(const Contact& contact) {
  std::string out;
  for (const auto* part : {&contact.given_name, &contact.middle_name, &contact.family_name})
    if (part->is_set() && !part->value().empty()) out += (out.empty() ? "" : " ") + part->value();
  if (out.empty() && contact.company.is_set()) out = contact.company.value();
  if (out.empty() && contact.emails.is_set() && !contact.emails.value().empty())
    out = contact.emails.value().front();
  return out;
}

bool names_compatible(const Contact& a, const Contact& b) {
  const auto agree = [](const Field<std::string>& x, const Field<std::string>& y) {
    if (!x.is_set() || !y.is_set()) return true;
    const std::string fx = folded(x.value()), fy = folded(y.value());
    return fx.empty() || fy.empty() || fx == fy;
  };
  return agree(a.given_name, b.given_name) && agree(a.family_name, b.family_name);
}

}  // namespace mailsync::model
