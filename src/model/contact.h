// A person as mailbox and CRM share him. Notes, birthday and home details are not here: they stay in their
// mailbox.
#pragma once

#include <string>
#include <vector>

#include "model/field.h"
#include "model/fields.h"

namespace mailsync::model {

struct PostalAddress {
  std::string street, city, state, postal_code, country;
  bool operator==(const PostalAddress&) const = default;
};

struct Contact {
  Field<std::string> given_name, middle_name, family_name, title, suffix;  // title: "Dr."
  Field<std::string> company, department, job_title;
  Field<std::vector<std::string>> emails;  // addresses, the first is the main one
  Field<std::vector<std::string>> business_phones;
  Field<std::string> mobile_phone;
  Field<PostalAddress> business_address;
  Field<std::string> web_page;
  bool operator==(const Contact&) const = default;
};

// Text is trimmed and its line ends made "\n"; empty text, empty lists and empty addresses count as cleared;
// e-mail addresses are in lower case.
Fields fields_of(const Contact& contact);
// Corrupt names the field that does not fit.
Result<Contact> contact_from(const Fields& fields);

// "Ann B. Clark": for people, never for identity.
std::string display_name(const Contact& contact);
// True when the names do not contradict each other: equal without case and accents, or one side is missing
// (F110).
bool names_compatible(const Contact& a, const Contact& b);

}  // namespace mailsync::model
