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

TEST(HtmlText, ReadsWhatABrowserWouldRead) {
  EXPECT_EQ(text_of_html("&lang;x&rang; &yacute; &#128; a&shy;b&#8203;c"), "⟨x⟩ ý € abc");
  EXPECT_EQ(text_of_html("<table><tr><td>one<td>two</table>after"), "one\ntwo\nafter");
  EXPECT_EQ(text_of_html(std::string("a\0b\xFF", 4)), "ab\xEF\xBF\xBD");
  EXPECT_EQ(text_of_html("<!-- <p>hidden --><b title='a>b'>bold</b>"), "bold");
}

TEST(HtmlText, TagsEndWhereTheyEnd) {
  EXPECT_EQ(text_of_html("<a href=http://x?a=\"b>one</a> <p don't>two <i title='>'>three</i"),
            "one\ntwo three");
  EXPECT_EQ(text_of_html("a<!-->b<!--->c<!-- -- > -->d<!--x--!>e<!doctype x>f<?php >g</ >h</>i"),
            "abcdefghi");
  EXPECT_EQ(text_of_html("<textarea><b>&amp;</textarea><SCRIPT>a</scripty></b></script >x<style>"), "<b>&x");
  EXPECT_EQ(text_of_html("a<noscript>b<noscript>c</noscript>d</noscript>e<object>never ends"),
            "aenever ends");
  EXPECT_EQ(text_of_html("<o:p>office</o:p><3 you"), "office<3 you");
}

TEST(HtmlText, ReferencesMeanWhatBrowsersMakeOfThem) {
  EXPECT_EQ(text_of_html("&AMP;&copy2 &notin;&notit;&not &CounterClockwiseContourIntegral;"), "&©2 ∉¬it;¬ ∳");
  EXPECT_EQ(text_of_html("&#x110000;&#99999999999;&#;&#x;&;&#65 &ampx;"), "\uFFFD\uFFFD&#;&#x;&;A &x;");
  EXPECT_EQ(text_of_html("&NotEqualTilde;&apos;&quot"), "≂̸'\"");
}

// Trees that take a parser quadratic time, gigabytes or the whole stack (S28).
TEST(HtmlText, BombsEndSoonAndKeepTheirWords) {
  const auto repeated = [](std::string_view what, size_t times) {
    std::string out;
    for (size_t i = 0; i < times; ++i) out += what;
    return out;
  };
  EXPECT_EQ(text_of_html(repeated("<div>", 300'000) + "deep"), "deep");
  EXPECT_EQ(text_of_html(repeated("<div></x>", 150'000) + "deep"), "deep");
  EXPECT_EQ(text_of_html(repeated("<p>x", 100)), repeated("x\n", 99) + "x");
  std::string fonts;
  for (int i = 0; i < 350; ++i) fonts += "<font color=" + std::to_string(i) + ">";
  EXPECT_TRUE(text_of_html("<p>" + fonts + repeated("<p>x", 100'000)).starts_with("x\nx"));
  EXPECT_LE(text_of_html(std::string(3 * kMostHtmlBytes, 'a')).size(), kMostHtmlBytes);
}

TEST(HtmlText, APreviewIsOneLineCutBetweenCharacters) {
  EXPECT_EQ(preview_of_text("  a \n\n b\tc "), "a b c");
  EXPECT_EQ(preview_of_text("ääää", 2), "ää");
  EXPECT_EQ(preview_of_text("ab cd", 3), "ab");
}

}  // namespace
}  // namespace mailsync::format
