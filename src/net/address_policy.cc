#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>

#include "net/curl_client.h"
#include "net/url.h"

namespace mailsync::net {
namespace {

namespace ip = boost::asio::ip;

struct Block4 {
  uint32_t network;
  int prefix;
};

constexpr uint32_t v4(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

bool inside(uint32_t address, const Block4& block) {
  return block.prefix == 0 || (address >> (32 - block.prefix)) == (block.network >> (32 - block.prefix));
}

// IANA special-purpose registries (RFC 6890): what a private network or this machine answers on.
constexpr std::array kPrivate4{Block4{v4(10, 0, 0, 0), 8},    Block4{v4(100, 64, 0, 0), 10},
                               Block4{v4(127, 0, 0, 0), 8},   Block4{v4(169, 254, 0, 0), 16},
                               Block4{v4(172, 16, 0, 0), 12}, Block4{v4(192, 168, 0, 0), 16}};
// What nobody's mail server answers on: this network, protocol assignments, benchmarks, multicast, reserved.
constexpr std::array kNever4{Block4{v4(0, 0, 0, 0), 8},       Block4{v4(192, 0, 0, 0), 24},
                             Block4{v4(192, 0, 2, 0), 24},    Block4{v4(198, 18, 0, 0), 15},
                             Block4{v4(198, 51, 100, 0), 24}, Block4{v4(203, 0, 113, 0), 24},
                             Block4{v4(224, 0, 0, 0), 3}};

// The metadata services of the large clouds hand out credentials: refused even where private addresses are
// allowed.
bool is_metadata(const ip::address& address) {
  static const std::array kMetadata{ip::make_address("169.254.169.254"), ip::make_address("100.100.100.200"),
                                    ip::make_address("fd00:ec2::254")};
  return std::ranges::find(kMetadata, address) != kMetadata.end();
}

bool allowed_v4(const ip::address_v4& address, bool allow_private) {
  const uint32_t bits = address.to_uint();
  if (is_metadata(address)) return false;
  if (std::ranges::any_of(kNever4, [&](const Block4& b) { return inside(bits, b); })) return false;
  return allow_private || std::ranges::none_of(kPrivate4, [&](const Block4& b) { return inside(bits, b); });
}

ip::address_v4 embedded(const ip::address_v6::bytes_type& bytes, size_t at) {
  return ip::address_v4({bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
}

bool starts_with(const ip::address_v6::bytes_type& bytes, std::initializer_list<uint8_t> head) {
  return std::equal(head.begin(), head.end(), bytes.begin());
}

bool allowed_v6(const ip::address_v6& address, bool allow_private) {
  const auto bytes = address.to_bytes();
  if (is_metadata(ip::address_v6(bytes))) return false;
  if (address.is_v4_mapped()) return allowed_v4(embedded(bytes, 12), allow_private);
  if (starts_with(bytes, {0, 0x64, 0xff, 0x9b}))
    return allowed_v4(embedded(bytes, 12), allow_private);                                     // NAT64
  if (starts_with(bytes, {0x20, 0x02})) return allowed_v4(embedded(bytes, 2), allow_private);  // 6to4
  if (address.is_loopback()) return allow_private;
  if ((bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80)) return allow_private;
  // Of the rest only global unicast (2000::/3), without Teredo and documentation.
  return (bytes[0] & 0xe0) == 0x20 && !starts_with(bytes, {0x20, 0x01, 0, 0}) &&
         !starts_with(bytes, {0x20, 0x01, 0x0d, 0xb8});
}

}  // namespace

bool AddressPolicy::check_address(std::string_view numeric) const {
  // make_address takes only canonical dotted quads and IPv6: "0177.0.0.1" is no address here (S23).
  boost::system::error_code error;
  const auto address = ip::make_address(std::string(numeric), error);
  if (error) return false;
  return address.is_v4() ? allowed_v4(address.to_v4(), allow_private)
                         : allowed_v6(address.to_v6(), allow_private);
}

Result<void> AddressPolicy::check_url(std::string_view url) const {
  TRY(const Url at, parse_url(url));
  const std::string where = at.host + ":" + std::to_string(at.port);
  const uint16_t usual = at.scheme == "https" ? 443 : 80;
  if (at.scheme != "https" && !allow_private)
    return fail(ErrorKind::Forbidden, "plain http to " + where + " is refused: use https");
  if (!allowed_hosts.empty()) {
    const bool named = std::ranges::any_of(allowed_hosts, [&](const std::string& entry) {
      return entry == where || (entry == at.host && at.port == usual);
    });
    if (!named)
      return fail(
          ErrorKind::Forbidden,
          where + " may not be called: it is not in the list of allowed hosts (setting \"allowed_hosts\")");
  } else if (at.port != usual && !allow_private) {
    return fail(ErrorKind::Forbidden,
                where + " may not be called: only port 443 is open for https (setting \"allowed_hosts\")");
  }
  boost::system::error_code error;
  const bool bracketed = at.host.starts_with('[');
  const auto literal = bracketed ? at.host.substr(1, at.host.size() - 2) : at.host;
  ip::make_address(literal, error);
  if (!error && !check_address(literal))
    return fail(
        ErrorKind::Forbidden,
        where + " may not be called: private and reserved addresses are refused (setting \"allow_private\")");
  return {};
}

}  // namespace mailsync::net
