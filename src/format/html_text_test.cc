#include "format/html_text.h"

#include <gtest/gtest.h>

namespace mailsync::format {
namespace {

TEST(HtmlText, KeepsTheWordsAndDropsTheRest) {
  EXPECT_EQ(
      text_of_html(
          "<html><head><title>x</title><style>p{}</style></head><body><p>Hello,</p><p>the&nbsp;"
          "<b>two</b>\n of   us &amp; you &#8212; &#x20AC;5</p><!-- no --><script>bad()</script></body>"),
      "Hello,\nthe two of us & you — €5");
  EXPECT_EQ(text_of_html("a<br>b<br/>c"), "a\nb\nc");
  EXPECT_EQ(text_of_html("1 < 2 &unknown; &#xD800; & so"), "1 < 2 &unknown; \xEF\xBF\xBD & so");
}

TEST(HtmlText, BrokenMarkupEndsAndKeepsWhatItCan) {
  EXPECT_EQ(text_of_html("before<script>never closed"), "before");
  EXPECT_EQ(text_of_html("<head>no end <p>kept"), "no end\nkept");
  EXPECT_EQ(text_of_html("cut <a href='"), "cut");
  EXPECT_EQ(text_of_html(""), "");
}

TEST(HtmlText, APreviewIsOneLineCutBetweenCharacters) {
  EXPECT_EQ(preview_of_text("  a \n\n b\tc "), "a b c");
  EXPECT_EQ(preview_of_text("ääää", 2), "ää");
  EXPECT_EQ(preview_of_text("ab cd", 3), "ab");
}

}  // namespace
}  // namespace mailsync::format
