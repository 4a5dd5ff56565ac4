#include "format/vcard.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

#include "format/vcard_lines.h"
#include "model/email.h"

namespace mailsync::format {
namespace {

using model::Contact;
using Words = model::Field<std::string>;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::string part(const std::vector<std::string>& parts, size_t index) {
  return index < parts.size() ? parts[index] : std::string();
}

void set(std::string words, Words& field) {
  if (!words.empty() && !field.supplied()) field = std::move(words);
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const std::string& one : parts)
    if (!one.empty()) out += (out.empty() ? std::string() : std::string(between)) + one;
  return out;
}

// Apple's "_$!<Work>!$_" of a group says what TYPE would.
void add_labels(std::vector<VCardLine>& lines) {
  std::map<std::string, std::string> labels;
  for (const VCardLine& line : lines)
    if (line.name == "X-ABLABEL" && !line.group.empty()) labels[line.group] = upper(line.value);
  for (VCardLine& line : lines) {
    const auto label = labels.find(line.group);
    if (label == labels.end()) continue;
    if (label->second.find("WORK") != std::string::npos) line.types.insert("work");
    if (label->second.find("HOME>") != std::string::npos || label->second == "HOME")
      line.types.insert("home");
    if (label->second.find("MOBILE") != std::string::npos) line.types.insert("cell");
  }
}

bool is_private(const VCardLine& line) {
  return line.types.contains("home") && !line.types.contains("work");
}

void take_telephone(const VCardLine& line, std::string number, Contact& out,
                    std::vector<std::string>& business, size_t most) {
  if (number.size() > 4 && upper(number.substr(0, 4)) == "TEL:") number.erase(0, 4);
  if (number.empty() || line.types.contains("fax") || line.types.contains("pager")) return;
  if (line.types.contains("cell") || line.types.contains("mobile") || line.types.contains("iphone"))
    set(std::move(number), out.mobile_phone);
  else if (!is_private(line) && business.size() < most)
    business.insert(line.types.contains("pref") ? business.begin() : business.end(), std::move(number));
}

// Post office box, extended address, street, town, region, postal code, country.
void take_address(const VCardLine& line, Contact& out) {
  if (is_private(line) || out.business_address.supplied()) return;
  const auto parts = split_value(line.value, ';');
  model::PostalAddress address{.street = joined({part(parts, 2), part(parts, 1), part(parts, 0)}, "\n"),
                               .city = part(parts, 3),
                               .state = part(parts, 4),
                               .postal_code = part(parts, 5),
                               .country = part(parts, 6)};
  if (address != model::PostalAddress{}) out.business_address = std::move(address);
}

void take_name(const VCardLine& line, Contact& out) {
  const auto parts = split_value(line.value, ';');
  set(part(parts, 0), out.family_name);
  set(part(parts, 1), out.given_name);
  set(part(parts, 2), out.middle_name);
  set(part(parts, 3), out.title);
  set(part(parts, 4), out.suffix);
}

VCard card_of(std::vector<VCardLine> lines, size_t most) {
  add_labels(lines);
  VCard out;
  Contact& contact = out.contact;
  std::vector<std::string> emails, business;
  std::string full_name;
  for (const VCardLine& line : lines) {
    if (line.name == "N")
      take_name(line, contact);
    else if (line.name == "FN" && full_name.empty())
      full_name = unescaped_value(line.value);
    else if (line.name == "ORG") {
      auto parts = split_value(line.value, ';');
      set(part(parts, 0), contact.company);
      if (!parts.empty()) parts.erase(parts.begin());
      set(joined(parts, ", "), contact.department);
    } else if (line.name == "TITLE") {
      set(unescaped_value(line.value), contact.job_title);
    } else if (line.name == "EMAIL") {
      std::string address = model::clean_address(unescaped_value(line.value));
      if (!address.empty() && emails.size() < most && std::ranges::find(emails, address) == emails.end())
        emails.insert(line.types.contains("pref") ? emails.begin() : emails.end(), std::move(address));
    } else if (line.name == "TEL") {
      take_telephone(line, unescaped_value(line.value), contact, business, most);
    } else if (line.name == "ADR") {
      take_address(line, contact);
    } else if (line.name == "URL" && !is_private(line)) {
      set(unescaped_value(line.value), contact.web_page);
    } else if (line.name == "UID") {
      out.uid = unescaped_value(line.value);
    }
  }
  if (!emails.empty()) contact.emails = std::move(emails);
  if (!business.empty()) contact.business_phones = std::move(business);
  // A card with no parted name: shown right, and never parted by guess. Who has no name is shown by his
  // company or address (RFC 6350 wants FN in every card): that is no name.
  const bool has_name = contact.given_name.supplied() || contact.family_name.supplied() ||
                        contact.middle_name.supplied() || contact.title.supplied() ||
                        contact.suffix.supplied();
  const std::vector<std::string> addresses = contact.emails.value_or({});
  const bool is_address = std::ranges::find(addresses, model::clean_address(full_name)) != addresses.end();
  if (!has_name && !is_address && full_name != contact.company.value_or(""))
    set(std::move(full_name), contact.given_name);
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : model::clean_text(text)) {
    if (c == '\n')
      out += "\\n";
    else if (c == ',' || c == ';' || c == '\\')
      out += std::string("\\") + c;
    else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)
      out += c;
    else if (c == '\t')
      out += ' ';
  }
  return out;
}

// One line, folded to 75 bytes between characters (RFC 6350 section 3.2).
void add_line(const std::string& line, std::string& out) {
  constexpr size_t kWidth = 75;
  size_t width = 0;
  for (size_t i = 0; i < line.size();) {
    size_t length = 1;
    while (i + length < line.size() && (static_cast<unsigned char>(line[i + length]) & 0xC0) == 0x80)
      ++length;
    if (width + length > kWidth) {
      out += "\r\n ";
      width = 1;
    }
    out += line.substr(i, length);
    width += length;
    i += length;
  }
  out += "\r\n";
}

void add_card(const VCard& card, VCardVersion version, std::string& out) {
  const Contact& contact = card.contact;
  const auto words = [](const Words& field) { return escaped(field.value_or("")); };
  const auto add = [&out](const std::string& name, const std::string& value) {
    if (!value.empty()) add_line(name + ":" + value, out);
  };
  add("BEGIN", "VCARD");
  add("VERSION", version == VCardVersion::V3 ? "3.0" : "4.0");
  add("UID", escaped(card.uid));
  add("N", words(contact.family_name) + ";" + words(contact.given_name) + ";" + words(contact.middle_name) +
               ";" + words(contact.title) + ";" + words(contact.suffix));
  const std::string name = escaped(model::display_name(contact));
  add_line("FN:" + name, out);
  if (contact.company.is_set() || contact.department.is_set())
    add("ORG", words(contact.company) + (contact.department.is_set() ? ";" + words(contact.department) : ""));
  add("TITLE", words(contact.job_title));
  for (const std::string& address : contact.emails.value_or({}))
    add(version == VCardVersion::V3 ? "EMAIL;TYPE=INTERNET" : "EMAIL", escaped(address));
  for (const std::string& number : contact.business_phones.value_or({}))
    add("TEL;TYPE=WORK", escaped(number));
  add("TEL;TYPE=CELL", words(contact.mobile_phone));
  if (const model::PostalAddress* address = contact.business_address.get())
    add("ADR;TYPE=WORK", ";;" + escaped(address->street) + ";" + escaped(address->city) + ";" +
                             escaped(address->state) + ";" + escaped(address->postal_code) + ";" +
                             escaped(address->country));
  add("URL", words(contact.web_page));
  add("END", "VCARD");
}

// The cards of a file, one after the other.
class CardReader {
 public:
  CardReader(std::string_view bytes, const VCardLimits& limits) : bytes_(bytes), limits_(limits) {}

  Result<std::vector<VCard>> read() {
    VCardLine line;
    while (next_vcard_line(bytes_, at_, line)) {
      const bool bound =
          (line.name == "BEGIN" || line.name == "END") && upper(unescaped_value(line.value)) == "VCARD";
      if (bound && line.name == "BEGIN") {
        if (++depth_ == 1) begin();
      } else if (bound && depth_ > 0) {
        if (--depth_ == 0) TRY_VOID(finish(""));
      } else if (depth_ == 1 && !line.name.empty()) {
        lines_.push_back(std::move(line));
      } else if (depth_ == 1 && !is_blank(bytes_.substr(line_at_, at_ - line_at_))) {
        ++unread_;
      }
      line_at_ = at_;
    }
    // A file that ends too early still says what it says.
    if (depth_ > 0 && !lines_.empty()) TRY_VOID(finish("The card ends too early."));
    return std::move(cards_);
  }

 private:
  static bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  }

  void begin() {
    lines_.clear();
    unread_ = 0;
    card_at_ = line_at_;
  }

  Result<void> finish(std::string note) {
    if (cards_.size() >= limits_.cards)
      return fail(ErrorKind::ItemInvalid, "the contact file holds more than " +
                                              std::to_string(limits_.cards) +
                                              " contacts, so it was not read: export it in parts");
    if (unread_ > 0)
      note += (note.empty() ? "" : " ") + std::to_string(unread_) +
              " lines of the card could not be read; its text is kept as it came.";
    VCard card = card_of(std::move(lines_), limits_.values);
    if (!note.empty()) card.raw = bytes_.substr(card_at_, at_ - card_at_);
    card.note = std::move(note);
    cards_.push_back(std::move(card));
    lines_.clear();
    return {};
  }

  std::string_view bytes_;
  const VCardLimits& limits_;
  std::vector<VCard> cards_;
  std::vector<VCardLine> lines_;
  size_t at_ = 0, line_at_ = 0, card_at_ = 0, depth_ = 0, unread_ = 0;
};

}  // namespace

Result<std::vector<VCard>> parse_vcards(std::string_view bytes, const VCardLimits& limits) {
  if (bytes.size() > limits.bytes)
    return fail(ErrorKind::ItemInvalid, "the contact file is bigger than " +
                                            std::to_string(limits.bytes >> 20) +
                                            " MB, so it was not read: export it in parts");
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  TRY(std::vector<VCard> out, CardReader(bytes, limits).read());
  if (out.empty())
    return fail(ErrorKind::ItemInvalid,
                "these bytes hold no contact; send the file as its program exports it (.vcf)");
  return out;
}

std::string write_vcards(std::span<const VCard> cards, VCardVersion version) {
  std::string out;
  for (const VCard& card : cards) add_card(card, version, out);
  return out;
}

}  // namespace mailsync::format
