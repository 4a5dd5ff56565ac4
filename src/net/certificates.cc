#include "net/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace mailsync::net {
namespace {

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Cert = std::unique_ptr<X509, Free>;
using Bio = std::unique_ptr<BIO, Free>;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string pem_of(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return text_of(bio.get());
}

std::string pem_of(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio.get());
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  if (extension) X509_add_ext(certificate, extension.get(), -1);
}

Cert draft(EVP_PKEY* key, const std::string& common_name, int from_days, int to_days) {
  Cert certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  unsigned char serial[8];
  RAND_bytes(serial, sizeof serial);
  serial[0] &= 0x7f;
  uint64_t number = 0;
  for (const unsigned char byte : serial) number = number << 8 | byte;
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), number | 1);
  X509_time_adj_ex(X509_getm_notBefore(certificate.get()), from_days, 0, nullptr);
  X509_time_adj_ex(X509_getm_notAfter(certificate.get()), to_days, 0, nullptr);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

std::unexpected<Error> not_made() {
  return fail(ErrorKind::Corrupt, "OpenSSL could not make a certificate");
}

bool is_address(const std::string& name) {
  return name.find(':') != std::string::npos || name.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace

struct PrivateAuthority::Impl {
  Key key;
  Cert certificate;
  std::string pem;
};

PrivateAuthority::PrivateAuthority(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PrivateAuthority::PrivateAuthority(PrivateAuthority&&) noexcept = default;
PrivateAuthority::~PrivateAuthority() = default;

Result<PrivateAuthority> PrivateAuthority::create(const std::string& common_name) {
  auto impl = std::make_unique<Impl>();
  impl->key.reset(EVP_EC_gen("P-256"));
  if (!impl->key) return not_made();
  impl->certificate = draft(impl->key.get(), common_name, -1, 3650);
  X509* certificate = impl->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
  if (X509_sign(certificate, impl->key.get(), EVP_sha256()) == 0) return not_made();
  impl->pem = pem_of(certificate);
  return PrivateAuthority(std::move(impl));
}

const std::string& PrivateAuthority::certificate_pem() const {
  return impl_->pem;
}

Result<Certificate> PrivateAuthority::issue(const CertificateWish& wish) const {
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return not_made();
  const Cert certificate = draft(key.get(), wish.common_name, wish.valid_from_days, wish.valid_to_days);
  X509* raw = certificate.get();
  X509_set_issuer_name(raw, X509_get_subject_name(impl_->certificate.get()));
  std::string names;
  for (const auto& name : wish.names)
    names += (names.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  if (!names.empty()) add_extension(raw, impl_->certificate.get(), NID_subject_alt_name, names);
  add_extension(raw, impl_->certificate.get(), NID_ext_key_usage, "serverAuth");
  add_extension(raw, impl_->certificate.get(), NID_authority_key_identifier, "keyid:always");
  if (X509_sign(raw, impl_->key.get(), EVP_sha256()) == 0) return not_made();
  return Certificate{.certificate_pem = pem_of(raw), .key_pem = pem_of(key.get())};
}

Result<Certificate> self_signed_rsa(const std::string& common_name, int valid_days) {
  const Key key(EVP_RSA_gen(2048));
  if (!key) return not_made();
  const Cert certificate = draft(key.get(), common_name, -1, valid_days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) return not_made();
  return Certificate{.certificate_pem = pem_of(certificate.get()), .key_pem = pem_of(key.get())};
}

}  // namespace mailsync::net
