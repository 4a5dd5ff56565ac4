#include "lab/fronts/identity/assertion.h"

#include <fmt/format.h>

#include <algorithm>

#include "lab/fronts/identity/encoding.h"

namespace mailsync::lab::identity {

namespace {

constexpr Duration kSkew = std::chrono::minutes(5);

struct Assertion {
  boost::json::object header;
  boost::json::object claims;
  std::string signed_part;
  std::string signature;
};

std::optional<boost::json::object> read_part(std::string_view part) {
  const auto bytes = from_base64url(part);
  if (!bytes) return std::nullopt;
  boost::system::error_code problem;
  boost::json::value value = boost::json::parse(*bytes, problem);
  if (problem || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

std::optional<Assertion> read_assertion(std::string_view text) {
  const size_t first = text.find('.');
  const size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto header = read_part(text.substr(0, first));
  auto claims = read_part(text.substr(first + 1, second - first - 1));
  auto signature = from_base64url(text.substr(second + 1));
  if (!header || !claims || !signature) return std::nullopt;
  return Assertion{std::move(*header), std::move(*claims), std::string(text.substr(0, second)),
                   std::move(*signature)};
}

std::string text_of(const boost::json::object& from, std::string_view key) {
  const boost::json::value* found = from.if_contains(key);
  return found && found->is_string() ? std::string(found->as_string()) : "";
}

std::optional<Instant> time_of(const boost::json::object& from, std::string_view key) {
  const boost::json::value* found = from.if_contains(key);
  if (!found || !found->is_number()) return std::nullopt;
  return Instant{found->to_number<int64_t>() * 1'000'000};
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (unsigned char c : bytes) out += fmt::format("{:02X}", c);
  return out;
}

AadError bad(const App& app, std::string reason) {
  return aad_error(700027, {.app = app.client_id, .name = app.name, .detail = std::move(reason)});
}

// The certificate that the header names, by either thumbprint.
const Certificate* named_certificate(const boost::json::object& header, const App& app) {
  const auto sha1 = from_base64url(text_of(header, "x5t"));
  const auto sha256 = from_base64url(text_of(header, "x5t#S256"));
  for (const Certificate& certificate : app.certificates) {
    if (sha256 && !sha256->empty() && certificate.sha256 == *sha256) return &certificate;
    if (sha1 && !sha1->empty() && certificate.sha1 == *sha1) return &certificate;
  }
  return nullptr;
}

std::optional<AadError> check_signature(const Assertion& assertion, const App& app, Instant now) {
  const std::string x5t = text_of(assertion.header, "x5t");
  const std::string x5t_s256 = text_of(assertion.header, "x5t#S256");
  if (x5t.empty() && x5t_s256.empty()) return aad_error(5002723);
  const Certificate* certificate = named_certificate(assertion.header, app);
  if (!certificate) {
    const auto print = from_base64url(x5t_s256.empty() ? x5t : x5t_s256);
    return bad(app, fmt::format("The key was not found., Thumbprint of key used by client: '{}'",
                                print ? hex(*print) : "unreadable"));
  }
  const auto scheme = scheme_of(text_of(assertion.header, "alg"));
  if (!scheme) return bad(app, "The algorithm is neither RS256 nor PS256.");
  if (now < certificate->not_before || now >= certificate->not_after)
    return bad(
        app, "The key used is expired., Thumbprint of key used by client: '" + hex(certificate->sha1) + "'");
  if (!verify(certificate->public_key, *scheme, assertion.signed_part, assertion.signature))
    return bad(app, "The key was found, but use of the key to verify the signature failed.");
  return std::nullopt;
}

bool audience_fits(const boost::json::object& claims, const std::vector<std::string>& audiences) {
  const boost::json::value* given = claims.if_contains("aud");
  if (!given) return false;
  const auto fits = [&](const boost::json::value& one) {
    return one.is_string() &&
           std::ranges::find(audiences, std::string_view(one.as_string())) != audiences.end();
  };
  if (given->is_array()) return std::ranges::any_of(given->as_array(), fits);
  return fits(*given);
}

}  // namespace

bool UsedAssertions::use(const std::string& client_id, const std::string& jti, Instant expires, Instant now) {
  std::erase_if(used_, [&](const auto& entry) { return entry.second + kSkew < now; });
  return used_.emplace(std::pair(client_id, jti), expires).second;
}

std::optional<std::string> subject_of_assertion(std::string_view text) {
  const auto assertion = read_assertion(text);
  if (!assertion) return std::nullopt;
  return text_of(assertion->claims, "sub");
}

std::optional<AadError> check_assertion(std::string_view text, const App& app,
                                        const std::vector<std::string>& audiences, UsedAssertions* used,
                                        Instant now) {
  const auto assertion = read_assertion(text);
  if (!assertion) return bad(app, "The client assertion is not a readable JWT.");
  if (auto problem = check_signature(*assertion, app, now)) return problem;
  const auto& claims = assertion->claims;
  if (text_of(claims, "iss") != app.client_id || text_of(claims, "sub") != app.client_id)
    return aad_error(700021);
  if (!audience_fits(claims, audiences)) return aad_error(700023);
  const auto expires = time_of(claims, "exp");
  const auto not_before = time_of(claims, "nbf");
  if (!expires || *expires + kSkew <= now || (not_before && now + kSkew < *not_before))
    return aad_error(700024, {.detail = fmt::format("Current time: {}, expiry time of assertion {}.",
                                                    now.to_iso(), expires ? expires->to_iso() : "missing")});
  const std::string jti = text_of(claims, "jti");
  if (jti.empty()) return bad(app, "The jti claim is missing.");
  if (used && !used->use(app.client_id, jti, *expires, now))
    return bad(app, "The assertion was used before: every token request needs a new jti.");
  return std::nullopt;
}

}  // namespace mailsync::lab::identity
