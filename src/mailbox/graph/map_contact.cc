#include <algorithm>

#include "mailbox/graph/map.h"

namespace mailsync::graph {
namespace {

model::PostalAddress postal_of(const WirePostalAddress& from) {
  return {from.street, from.city, from.state, from.postal_code, from.country};
}

WirePostalAddress wire_postal_of(const model::PostalAddress& from) {
  return {from.street, from.city, from.state, from.postal_code, from.country};
}

// Addresses in the order asked, each with the name that the server has for it. Exchange holds three (F108).
std::vector<WireAddress> emails_for(const std::vector<std::string>& addresses, const WireContact* current) {
  std::vector<WireAddress> out;
  for (const std::string& address : addresses) {
    if (out.size() == kMaxContactEmails) break;
    WireAddress one{"", address};
    if (current && current->emails.is_set())
      for (const WireAddress& known : current->emails.value())
        if (model::clean_address(known.address) == address) one.name = known.name;
    out.push_back(std::move(one));
  }
  return out;
}

// Exchange makes displayName from the parts on a create only, so it is kept in step with them, unless its
// owner has given the contact a name of his own.
Field<std::string> display_name_for(const model::Contact& contact, const WireContact* current) {
  const bool renamed = contact.given_name.supplied() || contact.middle_name.supplied() ||
                       contact.family_name.supplied() || contact.suffix.supplied();
  if (!current) return {};
  if (!renamed) return {};
  model::Contact before = contact_of(*current);
  if (current->display_name.is_set() && !current->display_name.value().empty() &&
      current->display_name.value() != model::display_name(before))
    return {};
  if (contact.given_name.supplied()) before.given_name = contact.given_name;
  if (contact.middle_name.supplied()) before.middle_name = contact.middle_name;
  if (contact.family_name.supplied()) before.family_name = contact.family_name;
  if (contact.suffix.supplied()) before.suffix = contact.suffix;
  return model::display_name(before);
}

}  // namespace

model::Contact contact_of(const WireContact& contact) {
  model::Contact out;
  out.given_name = contact.given_name;
  out.middle_name = contact.middle_name;
  out.family_name = contact.surname;
  out.title = contact.title;
  out.suffix = contact.generation;
  out.company = contact.company_name;
  out.department = contact.department;
  out.job_title = contact.job_title;
  out.mobile_phone = contact.mobile_phone;
  out.web_page = contact.business_home_page;
  out.business_phones = contact.business_phones;
  if (contact.emails.is_set()) {
    std::vector<std::string> addresses;
    for (const WireAddress& one : contact.emails.value())
      if (std::string address = model::clean_address(one.address); !address.empty())
        addresses.push_back(address);
    out.emails = std::move(addresses);
  }
  if (contact.business_address.is_set())
    out.business_address = postal_of(contact.business_address.value());
  else if (contact.business_address.is_cleared())
    out.business_address = Field<model::PostalAddress>::cleared();
  return out;
}

WireContact wire_of(const model::Contact& contact, const WireContact* current) {
  WireContact out;
  out.given_name = contact.given_name;
  out.middle_name = contact.middle_name;
  out.surname = contact.family_name;
  out.title = contact.title;
  out.generation = contact.suffix;
  out.company_name = contact.company;
  out.department = contact.department;
  out.job_title = contact.job_title;
  out.mobile_phone = contact.mobile_phone;
  out.business_home_page = contact.web_page;
  out.display_name = display_name_for(contact, current);
  if (contact.emails.supplied()) out.emails = emails_for(contact.emails.value_or({}), current);
  if (contact.business_phones.supplied()) {
    std::vector<std::string> phones = contact.business_phones.value_or({});
    if (phones.size() > kMaxBusinessPhones) phones.resize(kMaxBusinessPhones);
    out.business_phones = std::move(phones);
  }
  if (contact.business_address.is_set())
    out.business_address = wire_postal_of(contact.business_address.value());
  else if (contact.business_address.is_cleared())
    out.business_address = Field<WirePostalAddress>::cleared();
  return out;
}

sync::RemoteItem item_of(const WireContact& contact, std::string_view category) {
  sync::RemoteItem item;
  item.kind = sync::Kind::Contact;
  item.id = RemoteId{contact.id};
  item.version = Version{contact.change_key};
  item.changed_at = contact.modified.value_or(Instant{});
  item.marked = has_category(contact.categories.value_or({}), category);
  item.container = contact.parent_folder_id;
  item.fields = model::fields_of(contact_of(contact));
  item.made_by = OperationId{contact.operation};
  return item;
}

}  // namespace mailsync::graph
