#include "db/text.h"

#include <gtest/gtest.h>

namespace mailsync::db {
namespace {

// Bad bytes at every place of texts around the size of the blocks that are looked at together.
TEST(StorableText, BadBytesAreFoundAnywhere) {
  for (size_t size : {1, 7, 8, 63, 64, 65, 127, 128, 129, 200}) {
    const std::string good(size, 'a');
    EXPECT_TRUE(is_storable_text(good));
    for (size_t at = 0; at < size; ++at) {
      for (char bad : {'\0', '\x80', '\xff', '\xc3', '\xed'}) {
        std::string text = good;
        text[at] = bad;
        EXPECT_FALSE(is_storable_text(text)) << size << " " << at;
      }
      std::string text = good;
      text.insert(at, "é€😀");
      EXPECT_TRUE(is_storable_text(text)) << size << " " << at;
    }
  }
}

TEST(StorableText, IsUtf8AsRfc3629HasIt) {
  for (const char* good : {"\x01", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_storable_text(good));
  for (const char* bad : {"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xe2(\xa1"})
    EXPECT_FALSE(is_storable_text(bad));
}

}  // namespace
}  // namespace mailsync::db
