// The lab as a process: its tenant, its fronts and its control interface over real HTTP, until a signal ends
// it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace mailsync::lab {

struct ServeOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 0;            // 0 = any free one
  uint16_t control_port = 0;    // of the plain control listener that stands beside a TLS one
  bool tls = false;             // with a certificate made now, for localhost and 127.0.0.1
  std::string tls_certificate;  // PEM files; both or none
  std::string tls_key;

  uint64_t seed = 1;
  size_t mailboxes = 3;
  std::string mail;            // a file or folder of messages (lab/load.h); empty: none
  std::string calendars;       // .ics, into the first mailbox
  std::string contacts;        // .vcf, into the first mailbox
  size_t emails = 3000;        // over all mailboxes, at most what `mail` holds
  bool repeat_emails = false;  // the same again under other Message-IDs, when `mail` holds fewer
  size_t people = 0;           // made up, over all mailboxes
  size_t tasks = 0;
  size_t meetings = 0;
  std::string category = "CRM";  // put on half of the emails and most of the rest

  std::string client_id;  // empty: generated, as are secret and certificate
  std::string client_secret;
  std::string client_certificate;          // PEM file
  std::vector<std::string> redirect_uris;  // "web:https://…", "spa:…", "native:…"; web when nothing is said
  bool consent = true;                     // an administrator has agreed already
  int64_t latency_ms = 0;
  std::string trust;  // PEM file of the authority behind subscribers' https addresses
  std::string write;  // a file for the description below, with the secrets; readable by its owner only
};

// Prints one line of JSON when ready:
//   {"ready":true,"url":…,"control":…,"authority":…,"graph":…,"ews":…,"tenant_id":…,"client_id":…,"mailboxes":[…],
//    "loaded":{"messages":0,"marked":0,"contacts":0,"tasks":0,"events":0,"problems":0}}
// The file of `write` has the same and "client_secret", "certificate" and "private_key" (paths), "ca" (path),
// and for EWS "ews_domain", "ews_password" (of every mailbox's owner), "ews_impersonator" and its password.
Result<void> serve(const ServeOptions& options);

}  // namespace mailsync::lab
