#include "format/vcard.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <sstream>

#include "model/email.h"

namespace mailsync::format {
namespace {

using model::Contact;

Contact only(std::string_view lines) {
  const auto cards = parse_vcards("BEGIN:VCARD\r\n" + std::string(lines) + "END:VCARD\r\n");
  EXPECT_TRUE(cards && cards->size() == 1);
  return cards && !cards->empty() ? cards->front().contact : Contact();
}

TEST(ParseVCards, ReadsVersion3) {
  const Contact c = only(
      "VERSION:3.0\r\nN:M\xC3\xBCller\\, B.;Ann;Maria;Dr.;PhD\r\nFN:x\r\nORG:Acme\\; "
      "Co;Sales;North\r\nTITLE:Head\\nof it\r\n"
      "EMAIL;TYPE=INTERNET:Second@x.example\r\nEMAIL;TYPE=INTERNET,PREF:first@x.example\r\nTEL;TYPE=WORK,"
      "VOICE:+1 2\r\n"
      "TEL;TYPE=HOME:+9\r\nTEL;TYPE=\"cell\":+3\r\nTEL;TYPE=WORK;TYPE=FAX:+4\r\n"
      "ADR;TYPE=WORK:Box 1;Floor 2;Main St "
      "5;Town;ST;12345;Country\r\nADR;TYPE=HOME:;;Private;;;;\r\nURL:https://x.ex\r\n ample\r\n"
      "NOTE:private\r\nBDAY:1970-01-01\r\n");
  EXPECT_EQ(c.family_name.value(), "Müller, B.");
  EXPECT_EQ(c.title.value(), "Dr.");
  EXPECT_EQ(c.suffix.value(), "PhD");
  EXPECT_EQ(c.company.value(), "Acme; Co");
  EXPECT_EQ(c.department.value(), "Sales, North");
  EXPECT_EQ(c.job_title.value(), "Head\nof it");
  EXPECT_EQ(c.emails.value(), (std::vector<std::string>{"first@x.example", "second@x.example"}));
  EXPECT_EQ(c.business_phones.value(), (std::vector<std::string>{"+1 2"}));
  EXPECT_EQ(c.mobile_phone.value(), "+3");
  EXPECT_EQ(c.business_address.value(),
            (model::PostalAddress{"Main St 5\nFloor 2\nBox 1", "Town", "ST", "12345", "Country"}));
  EXPECT_EQ(c.web_page.value(), "https://x.example");
}

TEST(ParseVCards, ReadsVersions21And4) {
  const Contact old = only(
      "VERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCl=\r\nler;Ann\r\nTEL;WORK;VOICE:"
      "1\r\nTEL;CELL:2\r\n"
      "EMAIL;PREF;INTERNET:a@x.example\r\nAGENT:\r\nBEGIN:VCARD\r\nN:Inner;One\r\nEND:VCARD\r\nTITLE:"
      "Boss\r\n");
  EXPECT_EQ(old.family_name.value(), "Müller");
  EXPECT_EQ(old.given_name.value(), "Ann");
  EXPECT_EQ(old.business_phones.value(), (std::vector<std::string>{"1"}));
  EXPECT_EQ(old.mobile_phone.value(), "2");
  EXPECT_EQ(old.job_title.value(), "Boss");
  const Contact now = only(
      "VERSION:4.0\r\nFN:Only "
      "This\r\nTEL;VALUE=uri;TYPE=\"voice,work\";PREF=1:tel:+1-2\r\nitem1.EMAIL:b@x.example\r\n"
      "item2.TEL:5\r\nitem2.X-ABLabel:_$!<Home>!$_\r\n");
  EXPECT_EQ(now.given_name.value(), "Only This");
  EXPECT_EQ(now.business_phones.value(), (std::vector<std::string>{"+1-2"}));
  EXPECT_EQ(now.emails.value(), (std::vector<std::string>{"b@x.example"}));
  EXPECT_FALSE(now.company.supplied());
}

// As an iPhone writes pictures.
TEST(ParseVCards, APictureFoldedWithoutBlanksIsNotBroken) {
  const auto cards = parse_vcards(
      "BEGIN:VCARD\nN:A;B\nPHOTO;ENCODING=b;TYPE=JPEG:aGVs\nbG8=\naGVsbG8=\nTITLE:Boss\nEND:VCARD\n");
  ASSERT_TRUE(cards);
  EXPECT_EQ(cards->front().note, "");
  EXPECT_EQ(cards->front().contact.job_title.value(), "Boss");
}

TEST(ParseVCards, BrokenFilesKeepWhatTheySay) {
  EXPECT_FALSE(parse_vcards(""));
  EXPECT_FALSE(parse_vcards("hello: world"));
  const auto cut = parse_vcards("begin:vcard\nn:A;B\nno colon\n;:\nEMAIL");
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->front().contact.family_name.value(), "A");
  EXPECT_EQ(cut->front().note,
            "The card ends too early. 3 lines of the card could not be read; its text is kept as it came.");
  EXPECT_EQ(cut->front().raw, "begin:vcard\nn:A;B\nno colon\n;:\nEMAIL");
  EXPECT_EQ(only("N:caf\xE9\\\r\n").family_name.value(), "café\\");
  EXPECT_FALSE(parse_vcards("BEGIN:VCARD\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD\n", {.cards = 1}));
}

// Every card must have an FN; where it only repeats the address or company, it names nobody.
TEST(WriteVCards, AContactWithoutANameComesBackWithoutOne) {
  for (const std::string& one : {"EMAIL:a@x.example\r\n", "ORG:Acme\r\n", "TEL:+1\r\n"}) {
    const VCard card{"u", only(one), {}, {}};
    const auto read = parse_vcards(write_vcards(std::vector{card}));
    ASSERT_TRUE(read && read->size() == 1U);
    EXPECT_FALSE(read->front().contact.given_name.supplied()) << one;
  }
}

TEST(WriteVCards, AnyContactComesBack) {
  EXPECT_TRUE(rc::check("contacts come back", [](const std::vector<std::string>& raw) {
    const auto words = [&raw](size_t index) {
      std::string out = "w";
      for (const char c : model::clean_text(index < raw.size() ? raw[index] : ""))
        if (c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)) out += c;
      return out + ";,\\:=\"ü—日本" + std::string(60, 'x');
    };
    Contact contact;
    contact.given_name = words(0);
    contact.family_name = words(1);
    contact.company = words(2);
    contact.department = words(3);
    contact.job_title = words(4);
    contact.emails = std::vector<std::string>{"a@x.example", "b@x.example"};
    contact.business_phones = std::vector<std::string>{"+1", "+2"};
    contact.mobile_phone = std::string("+3");
    contact.business_address = model::PostalAddress{words(5), words(6), words(7), "1", "C"};
    contact.web_page = std::string("https://x.example/?a,b;c");
    for (const auto version : {VCardVersion::V3, VCardVersion::V4}) {
      const std::string text = write_vcards(std::vector<VCard>{{"urn:1", contact, {}, {}}}, version);
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);) RC_ASSERT(line.size() <= 76U);
      const auto read = parse_vcards(text);
      RC_ASSERT(read.has_value());
      RC_ASSERT(read->size() == 1U);
      RC_ASSERT(read->front().uid == "urn:1");
      RC_ASSERT(model::to_json(fields_of(read->front().contact)) == model::to_json(fields_of(contact)));
    }
  }));
}

}  // namespace
}  // namespace mailsync::format
