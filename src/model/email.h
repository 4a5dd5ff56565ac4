// An email: what decides whether it is wanted (EmailHead), and all of it (Email). Emails are written once and
// never merged.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"

namespace mailsync::model {

struct Address {
  std::string address;  // lower case; "" when the header names nobody that can be addressed
  std::string name;
  bool operator==(const Address&) const = default;
};

// Known from the listing alone, before any body is fetched.
struct EmailHead {
  std::string message_id;  // without angle brackets; "" when there is none
  std::string subject;
  Address from;
  Address sender;
  std::vector<Address> to, cc, bcc, reply_to;
  std::optional<Instant> sent_at;
  std::optional<Instant> received_at;
  std::string conversation_id;  // of this mailbox's server
  bool is_draft = false;
  bool is_private = false;       // sensitivity other than normal
  bool is_automatic = false;     // lists, bulk, auto-submitted (F8); false when the listing does not say
  bool has_attachments = false;  // not trusted (F117)
  bool is_protected = false;     // S/MIME or rights-managed: kept as it is, content not read (F119)
  std::string importance = "normal";
};

struct Attachment {
  std::string remote_id;  // for Replica::open_blob; "" once it is stored
  std::string name;
  std::string content_type;
  int64_t size = 0;        // bytes
  std::string content_id;  // without angle brackets
  bool is_inline = false;  // its content id is referenced by the HTML body
  std::string link;        // of a reference attachment in the cloud: no bytes
  std::string blob;        // content address once it is stored
};

struct Email {
  EmailHead head;
  std::string text;                     // plain text, valid UTF-8 without NUL (F113)
  std::string html;                     // as received, made safe only where it is shown
  std::vector<std::string> references;  // message ids, In-Reply-To last
  std::vector<Attachment> attachments;
  std::string preview;   // first 200 characters of the text, white space folded
  std::string note;      // why something is missing or kept raw, for people; "" when nothing is
  std::string raw_blob;  // content address of the original bytes, where they were kept
};

// Identity over all mailboxes: Message-ID + From + Date (seconds) + subject, never the body (banners differ);
// without a Message-ID a hash of sender, recipients, date and subject, never empty and never random (F18,
// F19, F20). Hex.
std::string email_identity(const EmailHead& head);

// Valid UTF-8 without NUL: bad bytes and lone surrogates become U+FFFD (F113).
std::string clean_text(std::string_view bytes);
// Lower case, trimmed, without "mailto:"; "" when it is no address.
std::string clean_address(std::string_view text);
// ann+news@x.example → ann@x.example: for matching people, never for sending.
std::string address_for_matching(std::string_view address);

}  // namespace mailsync::model
