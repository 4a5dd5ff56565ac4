#include <gtest/gtest.h>

#include "net/curl_client.h"

namespace mailsync::net {
namespace {

TEST(AddressPolicy, RefusesPrivateAndReservedAddresses_S22) {
  const AddressPolicy strict;
  for (const auto* bad : {"127.0.0.1",
                          "10.1.2.3",
                          "172.16.0.1",
                          "172.31.255.255",
                          "192.168.1.1",
                          "169.254.169.254",
                          "100.64.0.1",
                          "0.0.0.0",
                          "224.0.0.1",
                          "255.255.255.255",
                          "::",
                          "::1",
                          "fe80::1",
                          "fc00::1",
                          "fd00:ec2::254",
                          "ff02::1",
                          "::ffff:127.0.0.1",
                          "::ffff:10.0.0.1",
                          "64:ff9b::7f00:1",
                          "2002:7f00:1::",
                          "2001:0:1::",
                          "fec0::1"})
    EXPECT_FALSE(strict.check_address(bad)) << bad;
  for (const auto* good : {"8.8.8.8", "20.190.128.1", "172.32.0.1", "2603:1006:2000::1", "::ffff:8.8.8.8"})
    EXPECT_TRUE(strict.check_address(good)) << good;
}

TEST(AddressPolicy, TakesOnlyCanonicalAddresses_S23) {
  const AddressPolicy lenient{.allow_private = true, .allowed_hosts = {}};
  for (const auto* bad : {"0177.0.0.1", "2130706433", "0x7f.1", "127.1", "", "localhost", "1.2.3.4.5"})
    EXPECT_FALSE(lenient.check_address(bad)) << bad;
  EXPECT_TRUE(lenient.check_address("127.0.0.1"));
  EXPECT_TRUE(lenient.check_address("fe80::1"));
}

TEST(AddressPolicy, MetadataServicesAreNeverCalled) {
  const AddressPolicy lenient{.allow_private = true, .allowed_hosts = {}};
  EXPECT_FALSE(lenient.check_address("169.254.169.254"));
  EXPECT_FALSE(lenient.check_address("::ffff:169.254.169.254"));
  EXPECT_FALSE(lenient.check_address("fd00:ec2::254"));
}

TEST(AddressPolicy, UrlsNeedHttpsAndTheUsualPort) {
  const AddressPolicy strict;
  EXPECT_TRUE(strict.check_url("https://graph.microsoft.com/v1.0/me"));
  for (const auto* bad : {"http://graph.microsoft.com/", "https://graph.microsoft.com:8443/",
                          "https://127.0.0.1/", "https://[::1]/"})
    EXPECT_EQ(strict.check_url(bad).error().kind, ErrorKind::Forbidden) << bad;
}

TEST(AddressPolicy, TheListOfHostsIsExact) {
  const AddressPolicy listed{.allow_private = false,
                             .allowed_hosts = {"graph.microsoft.com", "mail.example.com:8443"}};
  EXPECT_TRUE(listed.check_url("https://graph.microsoft.com/"));
  EXPECT_TRUE(listed.check_url("https://mail.example.com:8443/"));
  for (const auto* bad : {"https://mail.example.com/", "https://evil.graph.microsoft.com/",
                          "https://graph.microsoft.com.evil.com/"})
    EXPECT_FALSE(listed.check_url(bad)) << bad;
}

}  // namespace
}  // namespace mailsync::net
