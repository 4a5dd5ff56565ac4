// Proof of the application by certificate: a short JWT signed PS256 (RFC 7523 section 2.2, RFC 7518
// section 3.5). https://learn.microsoft.com/entra/identity-platform/certificate-credentials
#pragma once

#include <string>

#include "auth/app_registration.h"
#include "base/random.h"
#include "base/result.h"

namespace mailsync::auth {

// For one request to app's token endpoint, valid ten minutes. LoginNeeded when certificate or key cannot be
// used.
Result<Secret> client_assertion(const AppRegistration& app, Random& random, Instant now);

// Base64url of SHA-256 over the certificate's DER ("x5t#S256", RFC 7515 section 4.1.8).
Result<std::string> certificate_thumbprint(const std::string& certificate_pem);
// A PEM text of the certificate and nothing else, whatever stood around it. LoginNeeded when there is none.
Result<std::string> plain_certificate(const std::string& pem);
// LoginNeeded, in words, when the key is none that signs for a sign-in service (RSA, 2048 bits or more,
// without passphrase), or does not belong to the certificate.
Result<void> check_private_key(const Secret& key_pem);
Result<void> check_pair(const ClientCertificate& pair);
// When the certificate ends, for a warning ahead of time (S11).
Result<Instant> certificate_expiry(const std::string& certificate_pem);

}  // namespace mailsync::auth
