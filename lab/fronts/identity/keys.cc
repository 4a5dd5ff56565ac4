#include "lab/fronts/identity/keys.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <vector>

#include "lab/fronts/identity/encoding.h"

namespace mailsync::lab::identity {

namespace {

using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using BioHandle = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using X509Handle = std::unique_ptr<X509, decltype(&X509_free)>;

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

KeyHandle own(EVP_PKEY* key) {
  return {key, EVP_PKEY_free};
}

bool set_padding(EVP_PKEY_CTX* context, SignatureScheme scheme) {
  if (scheme == SignatureScheme::Rs256) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
}

std::string number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) <= 0) return "";
  std::string bytes(static_cast<size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(number);
  return bytes;
}

std::string taken_from(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

Instant instant_of(const ASN1_TIME* time) {
  std::tm broken{};
  if (!ASN1_TIME_to_tm(time, &broken)) return {};
  return {static_cast<int64_t>(timegm(&broken)) * 1'000'000};
}

std::string thumbprint(const X509* certificate, const EVP_MD* digest) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned size = 0;
  X509_digest(certificate, digest, bytes.data(), &size);
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

}  // namespace

std::optional<SignatureScheme> scheme_of(std::string_view alg) {
  if (alg == "RS256") return SignatureScheme::Rs256;
  if (alg == "PS256") return SignatureScheme::Ps256;
  return std::nullopt;
}

std::string sign(const KeyHandle& key, SignatureScheme scheme, std::string_view bytes) {
  DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* inner = nullptr;
  if (EVP_DigestSignInit(context.get(), &inner, EVP_sha256(), nullptr, key.get()) <= 0 ||
      !set_padding(inner, scheme))
    return "";
  size_t size = 0;
  if (EVP_DigestSign(context.get(), nullptr, &size, raw(bytes), bytes.size()) <= 0) return "";
  std::string out(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, raw(bytes),
                     bytes.size()) <= 0)
    return "";
  out.resize(size);
  return out;
}

bool verify(const KeyHandle& key, SignatureScheme scheme, std::string_view bytes,
            std::string_view signature) {
  DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* inner = nullptr;
  return EVP_DigestVerifyInit(context.get(), &inner, EVP_sha256(), nullptr, key.get()) > 0 &&
         set_padding(inner, scheme) &&
         EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(bytes), bytes.size()) == 1;
}

const TokenSigner& TokenSigner::shared() {
  static const TokenSigner signer;
  return signer;
}

TokenSigner::TokenSigner() : key_(own(EVP_RSA_gen(2048))) {
  kid_ = base64url(sha256(number_of(key_.get(), OSSL_PKEY_PARAM_RSA_N))).substr(0, 27);
}

std::string TokenSigner::sign_jwt(const boost::json::object& claims) const {
  const boost::json::object header{{"typ", "JWT"}, {"alg", "RS256"}, {"kid", kid_}};
  std::string text =
      base64url(boost::json::serialize(header)) + "." + base64url(boost::json::serialize(claims));
  return text + "." + base64url(sign(key_, SignatureScheme::Rs256, text));
}

boost::json::object TokenSigner::jwk() const {
  return {{"kty", "RSA"},
          {"use", "sig"},
          {"alg", "RS256"},
          {"kid", kid_},
          {"n", base64url(number_of(key_.get(), OSSL_PKEY_PARAM_RSA_N))},
          {"e", base64url(number_of(key_.get(), OSSL_PKEY_PARAM_RSA_E))}};
}

bool TokenSigner::verifies(std::string_view jwt) const {
  const size_t dot = jwt.rfind('.');
  if (dot == std::string_view::npos) return false;
  const auto signature = from_base64url(jwt.substr(dot + 1));
  return signature && verify(key_, SignatureScheme::Rs256, jwt.substr(0, dot), *signature);
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
  X509Handle x509(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  if (!x509)
    return fail(ErrorKind::ItemInvalid,
                "The certificate is not readable: give an X.509 certificate in PEM form.");
  Certificate certificate{.public_key = own(X509_get_pubkey(x509.get())),
                          .sha1 = thumbprint(x509.get(), EVP_sha1()),
                          .sha256 = thumbprint(x509.get(), EVP_sha256()),
                          .not_before = instant_of(X509_get0_notBefore(x509.get())),
                          .not_after = instant_of(X509_get0_notAfter(x509.get()))};
  if (!certificate.public_key || EVP_PKEY_get_base_id(certificate.public_key.get()) != EVP_PKEY_RSA)
    return fail(ErrorKind::ItemInvalid, "The certificate holds no RSA key: make one with an RSA key.");
  return certificate;
}

namespace {

bool fill_certificate(X509* x509, EVP_PKEY* key, const std::string& name, const std::string& alt_names,
                      Instant now, Duration valid_for) {
  X509_set_version(x509, X509_VERSION_3);
  std::array<unsigned char, 8> serial;
  if (RAND_bytes(serial.data(), serial.size()) != 1) return false;
  uint64_t number = 0;
  for (unsigned char c : serial) number = number * 256 + c;
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), number >> 1);
  std::time_t from = static_cast<std::time_t>(now.us / 1'000'000) - 300;
  std::time_t until = static_cast<std::time_t>((now + valid_for).us / 1'000'000);
  ASN1_TIME_set(X509_getm_notBefore(x509), from);
  ASN1_TIME_set(X509_getm_notAfter(x509), until);
  X509_set_pubkey(x509, key);
  X509_NAME* subject = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, raw(name), static_cast<int>(name.size()), -1, 0);
  X509_set_issuer_name(x509, subject);
  std::vector<std::pair<int, std::string>> extensions{{NID_basic_constraints, "critical,CA:TRUE"}};
  if (!alt_names.empty()) extensions.emplace_back(NID_subject_alt_name, alt_names);
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  for (const auto& [nid, value] : extensions) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    if (!extension) return false;
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
  }
  return X509_sign(x509, key, EVP_sha256()) > 0;
}

}  // namespace

Result<CertificatePair> make_certificate(const std::string& name, const std::string& subject_alt_names,
                                         Instant now, Duration valid_for) {
  const KeyHandle key = own(EVP_RSA_gen(2048));
  X509Handle x509(X509_new(), X509_free);
  if (!key || !x509 || !fill_certificate(x509.get(), key.get(), name, subject_alt_names, now, valid_for))
    return fail(ErrorKind::ItemInvalid, "No certificate could be made for \"" + name +
                                            "\" with the names \"" + subject_alt_names + "\".");
  BioHandle certificate(BIO_new(BIO_s_mem()), BIO_free_all);
  BioHandle secret(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_X509(certificate.get(), x509.get());
  PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return CertificatePair{taken_from(certificate.get()), taken_from(secret.get())};
}

Result<KeyHandle> private_key_from_pem(std::string_view pem) {
  BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr);
  if (!key) return fail(ErrorKind::ItemInvalid, "The private key is not readable: give one in PEM form.");
  return own(key);
}

}  // namespace mailsync::lab::identity
