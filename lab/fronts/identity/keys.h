// RSA keys and certificates: what the lab signs its tokens with, and what an application's certificate can
// prove.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"

typedef struct evp_pkey_st EVP_PKEY;

namespace mailsync::lab::identity {

using KeyHandle = std::shared_ptr<EVP_PKEY>;

enum class SignatureScheme {
  Rs256,  // RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 section 3.3
  Ps256,  // RSASSA-PSS with SHA-256 and a salt of 32 bytes, RFC 7518 section 3.5
};
// "RS256" or "PS256".
std::optional<SignatureScheme> scheme_of(std::string_view alg);

std::string sign(const KeyHandle& key, SignatureScheme scheme, std::string_view bytes);
bool verify(const KeyHandle& key, SignatureScheme scheme, std::string_view bytes, std::string_view signature);

// The key that all labs of this process sign with: making one costs a tenth of a second.
class TokenSigner {
 public:
  static const TokenSigner& shared();

  // A compact JWS (RFC 7515) with alg RS256, typ JWT and this key's kid.
  std::string sign_jwt(const boost::json::object& claims) const;
  // One entry of a JWK set (RFC 7517).
  boost::json::object jwk() const;
  bool verifies(std::string_view jwt) const;

 private:
  TokenSigner();
  KeyHandle key_;
  std::string kid_;
};

// A certificate registered on an application.
struct Certificate {
  KeyHandle public_key;
  std::string sha1;    // raw thumbprint of the DER form
  std::string sha256;  // raw
  Instant not_before;
  Instant not_after;
  // ItemInvalid when the text holds no readable X.509 certificate with an RSA key.
  static Result<Certificate> from_pem(std::string_view pem);
};

// A key and a self-signed certificate for it, both PEM: for demonstrations and tests.
struct CertificatePair {
  std::string certificate_pem;
  std::string key_pem;
};
// `subject_alt_names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1"; may be empty.
Result<CertificatePair> make_certificate(const std::string& name, const std::string& subject_alt_names,
                                         Instant now, Duration valid_for);
Result<KeyHandle> private_key_from_pem(std::string_view pem);

}  // namespace mailsync::lab::identity
