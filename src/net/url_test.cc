#include "net/url.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "net/http.h"

namespace mailsync::net {
namespace {

TEST(Url, ReadsSchemeHostPortAndTarget) {
  const auto url = parse_url("HTTPS://Graph.Microsoft.com/v1.0/users?$top=5#part").value();
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.host, "graph.microsoft.com");
  EXPECT_EQ(url.port, 443);
  EXPECT_EQ(url.target, "/v1.0/users?$top=5");
  EXPECT_EQ(parse_url("http://[::1]:8080").value().port, 8080);
  EXPECT_EQ(parse_url("http://[::1]:8080?x").value().target, "/?x");
}

TEST(Url, RefusesWhatCouldBeReadInTwoWays_S23) {
  for (const auto* bad : {"", "graph.microsoft.com", "//host/", "file:///etc/passwd", "ftp://host/",
                          "https://", "https://u:p@host/", "https://host\\@evil/", "https://ho st/",
                          "https://host:0/", "https://host:65536/", "https://host:/", "https://h\xc3\xb6st/",
                          "https://host/\r\nX: y", "https://[::1", "https://a%2eb/"}) {
    const auto result = parse_url(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().kind, ErrorKind::ItemInvalid);
  }
}

TEST(Url, TheMessageHidesQueryAndUserName) {
  EXPECT_EQ(parse_url("ftp://host/?token=secret").error().message.find("secret"), std::string::npos);
  EXPECT_EQ(parse_url("https://user:secret@host/").error().message.find("secret"), std::string::npos);
}

TEST(Url, OriginsCompareBySchemeHostAndPort_S24) {
  EXPECT_EQ(Origin::of("https://Host/a").value(), Origin::of("https://host:443/b?c").value());
  EXPECT_NE(Origin::of("https://host/").value(), Origin::of("http://host/").value());
  EXPECT_NE(Origin::of("https://host/").value(), Origin::of("https://host:8443/").value());
}

TEST(Url, ResolvesPathsAndLeavesAbsoluteLinks) {
  EXPECT_EQ(resolve("https://h:1/a/b", "/c?d").value(), "https://h:1/c?d");
  EXPECT_EQ(resolve("https://h/a", "https://other/x").value(), "https://other/x");
  EXPECT_FALSE(resolve("https://h/a", "//other/x"));
  EXPECT_FALSE(resolve("https://h/a", ""));
  EXPECT_FALSE(resolve("https://h/a", "javascript:alert(1)"));
}

TEST(Url, BrokenEscapesAreRefused) {
  for (const auto* bad : {"%", "%4", "%zz", "a%"}) EXPECT_FALSE(percent_decode(bad)) << bad;
  EXPECT_FALSE(form_decode("a=%"));
  EXPECT_EQ(form_decode("a=1+2&&b").value(), (Pairs{{"a", "1 2"}, {"b", ""}}));
}

RC_GTEST_PROP(Url, EncodingAndDecodingAreInverse, (const Pairs& pairs)) {
  Pairs named;
  for (const auto& [name, value] : pairs) named.emplace_back("n" + name, value);
  RC_ASSERT(form_decode(form_encode(named)) == std::optional(named));
}

TEST(Headers, CompareWithoutCase) {
  Headers headers{{"Content-Type", "a"}, {"X", "1"}};
  EXPECT_EQ(headers.find("content-type"), "a");
  headers.set("CONTENT-TYPE", "b");
  EXPECT_EQ(headers.find("Content-Type"), "b");
  EXPECT_EQ(headers.all().size(), 2U);
  EXPECT_FALSE(headers.find("Y"));
}

}  // namespace
}  // namespace mailsync::net
