// Mail that leaves a mailbox: into the Inboxes of this tenant, or out of it, which is only recorded.
#pragma once

#include "lab/world.h"

namespace mailsync::lab {

// Files the message as sent in Sent Items (the draft is moved there if `draft` is one, so its immutable id
// stays) and delivers it to every to, cc and bcc. `why` is send or sendMail. save = false: not kept in Sent
// Items (saveToSentItems).
void send_message(World& world, Mailbox& from, json::object fields, std::vector<Attachment> attachments,
                  Item* draft, bool save, std::string why, Instant now);

// Puts a received message into the mailbox's Inbox.
Item& deliver(World& world, Mailbox& to, json::object fields, std::vector<Attachment> attachments,
              Instant now);

// What every message has that the tenant fills in: ids, times, flags, preview, senders.
void fill_message(World& world, const Mailbox& mailbox, json::object& fields, Instant now);

// The first 255 characters of the text, blanks folded; of HTML without its tags.
std::string preview_of(const json::object& fields);
std::string text_from_html(std::string_view html);

// A flagged message is a task in the list of flagged emails; completed and unflagged likewise. Call after its
// flag changed.
void mirror_flag(World& world, Mailbox& mailbox, const Item& message, Instant now);

// RFC 5322 bytes of a composed message, as Exchange synthesises them for $value.
std::string mime_of(const Item& item);

}  // namespace mailsync::lab
