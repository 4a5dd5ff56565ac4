#include "format/header_words.h"

#include <gtest/gtest.h>

#include "format/charset.h"

namespace mailsync::format {
namespace {

// F115
TEST(Charset, LabelsMeanWhatBrowsersTakeThemFor) {
  EXPECT_EQ(utf8_of("\x80 \x93quoted\x94", "iso-8859-1"), "€ “quoted”");
  EXPECT_EQ(utf8_of("caf\xE9", "\"US-ASCII\""), "café");
  EXPECT_EQ(utf8_of("caf\xC3\xA9", "us-ascii"), "café");
  EXPECT_EQ(utf8_of("\x81\x30\x81\x30", "gb2312"), "\u0080");
  EXPECT_EQ(utf8_of("\x82\xA0\x87\x40", "shift_jis"), "あ①");
  EXPECT_EQ(utf8_of("\x1b$B$\"\x1b(B", "iso-2022-jp"), "あ");
  EXPECT_EQ(utf8_of("\xC0\xDF\xB0\xFC", "ks_c_5601-1987"), "잘관");
}

TEST(Charset, UnknownLabelsAreGuessedAndHostileOnesReachNoConverter) {
  EXPECT_FALSE(is_charset("text/html; charset=utf-8\" /><meta"));  // F116
  EXPECT_FALSE(is_charset("x-unknown"));
  EXPECT_FALSE(is_charset(""));
  EXPECT_FALSE(is_charset(std::string(10'000, 'a')));
  EXPECT_TRUE(is_charset("Windows-1250"));
  EXPECT_EQ(utf8_of("gr\xC3\xBC\xC3\x9F", "x-unknown"), "grüß");
  EXPECT_EQ(utf8_of("gr\xFC\xDF", "_iso-2022-jp$ESC"), "grüß");
  EXPECT_EQ(utf8_of(std::string_view("a\0b\xFF", 4), "utf-8"), "ab\uFFFD");
}

// F115
TEST(HeaderText, JoinsEncodedWordsBeforeDecodingThem) {
  EXPECT_EQ(header_text("=?utf-8?Q?gr=C3?=\r\n =?UTF-8?Q?=BC=C3=9F_dich?= x"), "grüß dich x");
  EXPECT_EQ(header_text("=?utf-8?B?Z3LDvA==?= =?utf-8?B?w58=?="), "grüß");
  EXPECT_EQ(header_text("=?utf-8?B?Z3LDv?= =?utf-8?B?MOf?="), "grüß");  // parted within a group of four
  EXPECT_EQ(header_text("=?iso-8859-1?q?a=80?= and =?koi8-r?B?8NLJ18XU?="), "a€ and Привет");
  EXPECT_EQ(header_text("=?utf-8*de?Q?hallo?="), "hallo");
}

// F115
TEST(HeaderText, ReadsWhatSendersShouldNotWrite) {
  EXPECT_EQ(header_text("gr\xFC\xDF dich\r\n\tund mich"), "grüß dich und mich");
  EXPECT_EQ(header_text("gr\xC3\xBC\xC3\x9F"), "grüß");
  EXPECT_EQ(header_text("=?utf-8?Q?not ended"), "=?utf-8?Q?not ended");
  EXPECT_EQ(header_text("=?x?y?z?= =?"), "=?x?y?z?= =?");
  EXPECT_EQ(header_text("=?utf-8?Q?with blanks inside?="), "with blanks inside");
  EXPECT_EQ(header_text("=?utf-8?Q?a=0D=0ABcc:_x@y.example=00?="), "a Bcc: x@y.example");
  EXPECT_EQ(header_text("=?no-such-charset?Q?gr=C3=BC=C3=9F?="), "grüß");
}

TEST(HeaderAddresses, ReadsNamesGroupsAndTheBroken) {
  using model::Address;
  EXPECT_EQ(header_addresses("Ann <Ann@X.example>, \"B, C\" <b@x.example>, d@x.example", 10),
            (std::vector<Address>{{"ann@x.example", "Ann"}, {"b@x.example", "B, C"}, {"d@x.example", ""}}));
  EXPECT_EQ(header_addresses("=?utf-8?Q?M=C3=BCller=2C_=22Hans=22?= <h@x.example>", 10),
            (std::vector<Address>{{"h@x.example", "Müller, \"Hans\""}}));
  EXPECT_EQ(header_addresses("undisclosed-recipients:;", 10), (std::vector<Address>{}));
  EXPECT_EQ(header_addresses("team: a@x.example, b@x.example;, c@x.example", 10),
            (std::vector<Address>{{"a@x.example", ""}, {"b@x.example", ""}, {"c@x.example", ""}}));
  EXPECT_EQ(header_addresses("M\xFCller <m@x.example>", 10),
            (std::vector<Address>{{"m@x.example", "Müller"}}));
  EXPECT_EQ(header_addresses("a@x.example, b@x.example, c@x.example", 2).size(), 2U);
  EXPECT_EQ(header_addresses("Nobody at all", 10), (std::vector<Address>{{"", "Nobody at all"}}));
}

TEST(MessageIds, TheLastMentionCounts) {
  std::vector<std::string> ids;
  add_message_ids("<a@x> junk <b@x>\r\n <a\r\n @x> <", ids, 10);
  EXPECT_EQ(ids, (std::vector<std::string>{"b@x", "a@x"}));
}

}  // namespace
}  // namespace mailsync::format
