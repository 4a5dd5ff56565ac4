// How a contact's fields are called in EWS and in the world, for reading and for writing. What Graph's
// contact has no name for (faxes, pagers, wedding days) is kept beside it under "exchange".
#pragma once

#include <array>
#include <string_view>

namespace mailsync::lab::ews {

struct ContactText {
  const char* element;  // its URI is "contacts:" and this
  const char* field;
};
inline constexpr std::array<ContactText, 19> kContactTexts{{{"FileAs", "fileAs"},
                                                            {"DisplayName", "displayName"},
                                                            {"GivenName", "givenName"},
                                                            {"Initials", "initials"},
                                                            {"MiddleName", "middleName"},
                                                            {"Nickname", "nickName"},
                                                            {"CompanyName", "companyName"},
                                                            {"AssistantName", "assistantName"},
                                                            {"BusinessHomePage", "businessHomePage"},
                                                            {"Department", "department"},
                                                            {"Generation", "generation"},
                                                            {"JobTitle", "jobTitle"},
                                                            {"Manager", "manager"},
                                                            {"OfficeLocation", "officeLocation"},
                                                            {"Profession", "profession"},
                                                            {"SpouseName", "spouseName"},
                                                            {"Surname", "surname"},
                                                            {"PhoneticFirstName", "yomiGivenName"},
                                                            {"PhoneticLastName", "yomiSurname"}}};

// PhoneNumberKeyType of 2007 to 2016; those without a list in Graph are kept by their key.
struct PhoneKey {
  const char* key;
  const char* list;  // empty: none
  size_t index;
};
inline constexpr std::array<PhoneKey, 19> kPhoneKeys{{{"AssistantPhone", "", 0},
                                                      {"BusinessFax", "", 0},
                                                      {"BusinessPhone", "businessPhones", 0},
                                                      {"BusinessPhone2", "businessPhones", 1},
                                                      {"Callback", "", 0},
                                                      {"CarPhone", "", 0},
                                                      {"CompanyMainPhone", "", 0},
                                                      {"HomeFax", "", 0},
                                                      {"HomePhone", "homePhones", 0},
                                                      {"HomePhone2", "homePhones", 1},
                                                      {"Isdn", "", 0},
                                                      {"MobilePhone", "mobilePhone", 0},
                                                      {"OtherFax", "", 0},
                                                      {"OtherTelephone", "", 0},
                                                      {"Pager", "", 0},
                                                      {"PrimaryPhone", "", 0},
                                                      {"RadioPhone", "", 0},
                                                      {"Telex", "", 0},
                                                      {"TtyTddPhone", "", 0}}};

struct AddressKey {
  const char* key;
  const char* field;
};
inline constexpr std::array<AddressKey, 3> kAddressKeys{
    {{"Business", "businessAddress"}, {"Home", "homeAddress"}, {"Other", "otherAddress"}}};
inline constexpr std::array<AddressKey, 5> kAddressParts{{{"Street", "street"},
                                                          {"City", "city"},
                                                          {"State", "state"},
                                                          {"CountryOrRegion", "countryOrRegion"},
                                                          {"PostalCode", "postalCode"}}};

}  // namespace mailsync::lab::ews
