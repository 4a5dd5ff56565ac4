// vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350) ⇄ model::Contact.
//
// The model holds what business contacts share: home details, notes, birthdays and pictures of a card are
// passed over, never stored.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/contact.h"

namespace mailsync::format {

struct VCard {
  std::string uid;
  // What the card does not say is not supplied, so that reading it over a contact erases nothing.
  model::Contact contact;
  // Why a part of the card is missing, for people, and then the card's bytes as they came; both empty
  // otherwise.
  std::string note;
  std::string raw;
};

struct VCardLimits {
  size_t bytes = 100 << 20;
  size_t cards = 100'000;
  size_t values = 100;  // e-mail addresses and telephones of one card; more are passed over
};

// Folded lines, quoted-printable, base64, charset parameters, raw bytes of any charset, grouped properties
// ("item1.TEL") with Apple's labels, cards within cards (AGENT). ItemInvalid, with words, beyond the limits
// and for bytes that hold no card.
Result<std::vector<VCard>> parse_vcards(std::string_view bytes, const VCardLimits& limits = {});

enum class VCardVersion { V3, V4 };
// Lines of at most 75 bytes, folded between characters; nothing in a value can begin a line of its own.
std::string write_vcards(std::span<const VCard> cards, VCardVersion version = VCardVersion::V3);

}  // namespace mailsync::format
