#include "auth/client_assertion.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <boost/json.hpp>
#include <ctime>
#include <memory>

#include "auth/encoding.h"

namespace mailsync::auth {
namespace {

constexpr int kShortestKeyBits = 2048;
constexpr const char* kNotAPair =
    "the application's private key does not belong to its certificate: check both files in the settings";

struct Free {
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
};
using Cert = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

Result<Cert> read_certificate(const std::string& pem) {
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Cert certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate)
    return fail(ErrorKind::LoginNeeded,
                "the application's certificate cannot be read: it must be a PEM file (BEGIN CERTIFICATE)");
  return certificate;
}

Result<Key> read_key(const Secret& pem) {
  const auto& text = pem.reveal();
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  // An empty passphrase instead of the default callback, which would ask on the terminal.
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, const_cast<char*>("")));
  if (!key)
    return fail(ErrorKind::LoginNeeded,
                "the application's private key cannot be read: it must be a PEM file without passphrase");
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
    return fail(ErrorKind::LoginNeeded,
                "the application's private key is not an RSA key, which the sign-in service demands: make a "
                "certificate with RSA 2048 or longer");
  return key;
}

std::string sign_ps256(EVP_PKEY* key, std::string_view text) {
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  if (EVP_DigestSignInit(context.get(), &options, EVP_sha256(), nullptr, key) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1)
    return {};
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  size_t size = 0;
  if (EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) != 1) return {};
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data,
                     text.size()) != 1)
    return {};
  signature.resize(size);
  return signature;
}

std::string thumbprint(X509* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  X509_digest(certificate, EVP_sha256(), digest, &size);
  return base64url({reinterpret_cast<const char*>(digest), size});
}

}  // namespace

Result<Secret> client_assertion(const AppRegistration& app, Random& random, Instant now) {
  if (!app.certificate)
    return fail(ErrorKind::LoginNeeded, "the application " + app.client_id + " has no certificate");
  TRY(const Cert certificate, read_certificate(app.certificate->certificate_pem));
  TRY(const Key key, read_key(app.certificate->key_pem));
  if (X509_check_private_key(certificate.get(), key.get()) != 1)
    return fail(ErrorKind::LoginNeeded, kNotAPair);
  const int64_t seconds = now.us / 1'000'000;
  const boost::json::object header{
      {"alg", "PS256"}, {"typ", "JWT"}, {"x5t#S256", thumbprint(certificate.get())}};
  const boost::json::object claims{{"aud", app.endpoint("token")}, {"iss", app.client_id},
                                   {"sub", app.client_id},         {"jti", random.run_id(now).value},
                                   {"nbf", seconds - 60},          {"iat", seconds},
                                   {"exp", seconds + 540}};
  const std::string signing =
      base64url(boost::json::serialize(header)) + "." + base64url(boost::json::serialize(claims));
  const std::string signature = sign_ps256(key.get(), signing);
  if (signature.empty())
    return fail(ErrorKind::LoginNeeded,
                "the application's private key cannot sign: make a new certificate with RSA 2048 or longer");
  return Secret(signing + "." + base64url(signature));
}

Result<std::string> certificate_thumbprint(const std::string& certificate_pem) {
  TRY(const Cert certificate, read_certificate(certificate_pem));
  return thumbprint(certificate.get());
}

Result<std::string> plain_certificate(const std::string& pem) {
  TRY(const Cert certificate, read_certificate(pem));
  const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
  char* text = nullptr;
  if (PEM_write_bio_X509(bio.get(), certificate.get()) != 1)
    return fail(ErrorKind::LoginNeeded, "the application's certificate cannot be read: export it anew");
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

Result<void> check_private_key(const Secret& key_pem) {
  TRY(const Key key, read_key(key_pem));
  if (EVP_PKEY_get_bits(key.get()) < kShortestKeyBits)
    return fail(ErrorKind::LoginNeeded,
                "the application's private key is too short: make a certificate with RSA 2048 or longer");
  return {};
}

Result<void> check_pair(const ClientCertificate& pair) {
  TRY(const Cert certificate, read_certificate(pair.certificate_pem));
  TRY_VOID(check_private_key(pair.key_pem));
  TRY(const Key key, read_key(pair.key_pem));
  if (X509_check_private_key(certificate.get(), key.get()) != 1)
    return fail(ErrorKind::LoginNeeded, kNotAPair);
  return {};
}

Result<Instant> certificate_expiry(const std::string& certificate_pem) {
  TRY(const Cert certificate, read_certificate(certificate_pem));
  std::tm when{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &when) != 1)
    return fail(ErrorKind::LoginNeeded, "the application's certificate names no end date");
  return Instant{static_cast<int64_t>(timegm(&when)) * 1'000'000};
}

}  // namespace mailsync::auth
