// A private certificate authority, for the lab and for tests: made anew each time, valid for some days.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace mailsync::net {

struct Certificate {
  std::string certificate_pem;
  std::string key_pem;  // PKCS#8, not encrypted
};

struct CertificateWish {
  std::string common_name;
  // "localhost", "*.example.test", "127.0.0.1": become DNS and IP names.
  std::vector<std::string> names;
  int valid_from_days = -1;  // relative to now
  int valid_to_days = 30;
};

class PrivateAuthority {
 public:
  static Result<PrivateAuthority> create(const std::string& common_name);
  PrivateAuthority(PrivateAuthority&&) noexcept;
  ~PrivateAuthority();

  const std::string& certificate_pem() const;
  Result<Certificate> issue(const CertificateWish& wish) const;

 private:
  struct Impl;
  explicit PrivateAuthority(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// RSA 2048, self-signed: what an app registration takes for a certificate assertion.
Result<Certificate> self_signed_rsa(const std::string& common_name, int valid_days = 365);

}  // namespace mailsync::net
