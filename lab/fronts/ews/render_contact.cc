// t:ContactItemType.
#include <algorithm>

#include "lab/fronts/ews/contact_fields.h"
#include "lab/fronts/ews/render.h"

namespace mailsync::lab::ews {
namespace {

std::string phone_of(const json::object& fields, const PhoneKey& phone) {
  std::string_view list = phone.list;
  if (list == "mobilePhone") return std::string(text_of(fields, "mobilePhone"));
  if (list.empty()) {
    auto* beside = object_of(fields, "exchange");
    return beside ? std::string(text_of(*beside, phone.key)) : std::string();
  }
  auto* numbers = array_of(fields, list);
  if (!numbers || numbers->size() <= phone.index || !(*numbers)[phone.index].is_string()) return {};
  return std::string((*numbers)[phone.index].get_string());
}

void put_complete_name(ItemView& v) {
  Node name = add(v.out, "t:CompleteName");
  for (auto [element, field] : {std::pair{"t:Title", "title"},
                                {"t:FirstName", "givenName"},
                                {"t:MiddleName", "middleName"},
                                {"t:LastName", "surname"},
                                {"t:Suffix", "generation"},
                                {"t:Initials", "initials"},
                                {"t:FullName", "displayName"},
                                {"t:Nickname", "nickName"}})
    if (auto text = text_of(v.fields, field); !text.empty()) add(name, element, text);
  if (!name.first_child()) v.out.remove_child(name);
}

void put_emails(ItemView& v) {
  auto* list = array_of(v.fields, "emailAddresses");
  if (!list) return;
  Node out;
  for (size_t i = 0; i < list->size() && i < 3; ++i) {
    auto* one = (*list)[i].if_object();
    if (!one || text_of(*one, "address").empty()) continue;
    if (!out) out = add(v.out, "t:EmailAddresses");
    Node entry = add(out, "t:Entry", text_of(*one, "address"));
    set(entry, "Key", "EmailAddress" + std::to_string(i + 1));
    if (v.call.since(Version::E2010Sp2)) {
      set(entry, "Name", text_of(*one, "name"));
      set(entry, "RoutingType", "SMTP");
      set(entry, "MailboxType", "Contact");
    }
  }
}

void put_addresses(ItemView& v) {
  Node out;
  for (auto& [key, field] : kAddressKeys) {
    auto* address = object_of(v.fields, field);
    if (!address ||
        std::ranges::all_of(kAddressParts, [&](auto& part) { return text_of(*address, part.field).empty(); }))
      continue;
    if (!out) out = add(v.out, "t:PhysicalAddresses");
    Node entry = add(out, "t:Entry");
    set(entry, "Key", key);
    for (auto& [element, part] : kAddressParts)
      if (auto text = text_of(*address, part); !text.empty())
        add(entry, ("t:" + std::string(element)).c_str(), text);
  }
}

void put_phones(ItemView& v) {
  Node out;
  for (auto& phone : kPhoneKeys) {
    std::string number = phone_of(v.fields, phone);
    if (number.empty()) continue;
    if (!out) out = add(v.out, "t:PhoneNumbers");
    set(add(out, "t:Entry", number), "Key", phone.key);
  }
}

void put_ims(ItemView& v) {
  auto* list = array_of(v.fields, "imAddresses");
  Node out;
  for (size_t i = 0; list && i < list->size() && i < 3; ++i) {
    if (!(*list)[i].is_string() || (*list)[i].get_string().empty()) continue;
    if (!out) out = add(v.out, "t:ImAddresses");
    set(add(out, "t:Entry", std::string_view((*list)[i].get_string())), "Key",
        "ImAddress" + std::to_string(i + 1));
  }
}

void put_children(ItemView& v) {
  auto* list = array_of(v.fields, "children");
  if (!list || list->empty()) return;
  Node out = add(v.out, "t:Children");
  for (auto& one : *list)
    if (one.is_string()) add(out, "t:String", std::string_view(one.get_string()));
}

void put_birthday(ItemView& v) {
  if (auto day = Instant::from_iso(text_of(v.fields, "birthday")))
    add(v.out, "t:Birthday", time_text(v.call, *day));
}

void put_wedding(ItemView& v) {
  auto* beside = object_of(v.fields, "exchange");
  if (auto day = beside ? Instant::from_iso(text_of(*beside, "WeddingAnniversary")) : std::nullopt)
    add(v.out, "t:WeddingAnniversary", time_text(v.call, *day));
}

// One text by its place in the table.
template <size_t N>
void put_nth(ItemView& v) {
  if (auto text = text_of(v.fields, kContactTexts[N].field); !text.empty())
    add(v.out, ("t:" + std::string(kContactTexts[N].element)).c_str(), text);
}

constexpr auto kOld = Version::E2007;
constexpr Property kContact[] = {
    {"contacts:FileAs", kDefault, kOld, put_nth<0>},
    {"contacts:DisplayName", kAll, kOld, put_nth<1>},
    {"contacts:GivenName", kAll, kOld, put_nth<2>},
    {"contacts:Initials", kAll, kOld, put_nth<3>},
    {"contacts:MiddleName", kAll, kOld, put_nth<4>},
    {"contacts:Nickname", kAll, kOld, put_nth<5>},
    {"contacts:CompleteName", kDefault, kOld, put_complete_name},
    {"contacts:CompanyName", kDefault, kOld, put_nth<6>},
    {"contacts:EmailAddresses", kDefault, kOld, put_emails},
    {"contacts:PhysicalAddresses", kDefault, kOld, put_addresses},
    {"contacts:PhoneNumbers", kDefault, kOld, put_phones},
    {"contacts:AssistantName", kAll, kOld, put_nth<7>},
    {"contacts:Birthday", kAll, kOld, put_birthday},
    {"contacts:BusinessHomePage", kAll, kOld, put_nth<8>},
    {"contacts:Children", kAll, kOld, put_children},
    {"contacts:Department", kAll, kOld, put_nth<9>},
    {"contacts:Generation", kAll, kOld, put_nth<10>},
    {"contacts:ImAddresses", kDefault, kOld, put_ims},
    {"contacts:JobTitle", kDefault, kOld, put_nth<11>},
    {"contacts:Manager", kAll, kOld, put_nth<12>},
    {"contacts:OfficeLocation", kAll, kOld, put_nth<13>},
    {"contacts:Profession", kAll, kOld, put_nth<14>},
    {"contacts:SpouseName", kAll, kOld, put_nth<15>},
    {"contacts:Surname", kAll, kOld, put_nth<16>},
    {"contacts:WeddingAnniversary", kAll, kOld, put_wedding},
    {"contacts:HasPicture", kAll, Version::E2010,
     [](ItemView& v) {
       add(v.out, "t:HasPicture", std::ranges::any_of(v.item.attachments, [](auto& a) {
             return flag_of(a.fields, "isContactPhoto");
           }));
     }},
    {"contacts:PhoneticFirstName", kAll, Version::E2010Sp2, put_nth<17>},
    {"contacts:PhoneticLastName", kAll, Version::E2010Sp2, put_nth<18>},
};

}  // namespace

std::span<const Property> contact_properties() {
  return kContact;
}

}  // namespace mailsync::lab::ews
