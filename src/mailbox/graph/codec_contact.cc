// contact: learn.microsoft.com/graph/api/resources/contact
#include "mailbox/graph/codec.h"

namespace mailsync::graph {
namespace {

Field<WirePostalAddress> read_postal_address(const JsonObject& from, std::string_view name) {
  const auto found = from.if_contains(name);
  if (!found) return {};
  const auto members = found->if_object();
  if (!members || members->empty()) return Field<WirePostalAddress>::cleared();
  return WirePostalAddress{text(*members, "street"), text(*members, "city"), text(*members, "state"),
                           text(*members, "postalCode"), text(*members, "countryOrRegion")};
}

// An empty part is sent as null, so that a part that was taken away goes (the object is replaced as a whole).
value part(const std::string& words) {
  return words.empty() ? value(nullptr) : value(boost::json::string(words));
}

// Every text field with its name on the wire; read and write walk the same list.
template <typename C, typename F>
void each_text(C& contact, F visit) {
  visit("givenName", contact.given_name);
  visit("middleName", contact.middle_name);
  visit("surname", contact.surname);
  visit("title", contact.title);
  visit("generation", contact.generation);
  visit("displayName", contact.display_name);
  visit("companyName", contact.company_name);
  visit("department", contact.department);
  visit("jobTitle", contact.job_title);
  visit("mobilePhone", contact.mobile_phone);
  visit("businessHomePage", contact.business_home_page);
}

}  // namespace

WireContact read_contact(const JsonObject& from) {
  WireContact out;
  static_cast<WireItem&>(out) = read_item(from);
  if (out.removed) return out;
  out.parent_folder_id = text(from, "parentFolderId");
  each_text(out,
            [&from](std::string_view name, Field<std::string>& field) { field = text_field(from, name); });
  if (const auto items = list(from, "emailAddresses")) {
    std::vector<WireAddress> emails;
    for (const JsonValue item : *items) emails.push_back(read_address(item.if_object()));
    out.emails = std::move(emails);
  }
  out.business_phones = texts_field(from, "businessPhones");
  out.categories = texts_field(from, "categories");
  out.business_address = read_postal_address(from, "businessAddress");
  out.operation = read_operation(from);
  return out;
}

std::string write_contact(const WireContact& contact) {
  object out;
  each_text(contact,
            [&out](std::string_view name, const Field<std::string>& field) { put(out, name, field); });
  if (contact.emails.supplied()) {
    array emails;
    if (const auto* items = contact.emails.get())
      for (const WireAddress& item : *items) {
        object email{{"address", item.address}};
        if (!item.name.empty()) email["name"] = item.name;
        emails.push_back(std::move(email));
      }
    out["emailAddresses"] = std::move(emails);
  }
  put(out, "businessPhones", contact.business_phones);
  put(out, "categories", contact.categories);
  if (contact.business_address.supplied()) {
    const WirePostalAddress address = contact.business_address.value_or({});
    out["businessAddress"] = object{{"street", part(address.street)},
                                    {"city", part(address.city)},
                                    {"state", part(address.state)},
                                    {"postalCode", part(address.postal_code)},
                                    {"countryOrRegion", part(address.country)}};
  }
  if (!contact.operation.empty())
    out["singleValueExtendedProperties"] = array{operation_property(contact.operation)};
  return boost::json::serialize(out);
}

}  // namespace mailsync::graph
