#include "store/base_codec.h"

#include <cstdint>
#include <optional>

namespace mailsync::store {
namespace {

// After the format's number, one entry for each field name: name, who has it, and one or two values.
// Numbers are little-endian groups of seven bits, texts a number of bytes and the bytes.
constexpr char kFormat = 1;
enum Who : char { kMailboxOnly = 0, kCrmOnly = 1, kBothTheSame = 2, kBothDiffer = 3 };

void put_text(std::string& out, std::string_view text) {
  size_t size = text.size();
  for (; size >= 0x80; size >>= 7) out += static_cast<char>(size | 0x80);
  out += static_cast<char>(size);
  out += text;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool at_end() const { return bytes_.empty(); }
  std::optional<char> byte() {
    if (bytes_.empty()) return std::nullopt;
    char c = bytes_.front();
    bytes_.remove_prefix(1);
    return c;
  }
  std::optional<std::string> text() {
    uint64_t size = 0;
    for (int shift = 0;; shift += 7) {
      auto c = byte();
      if (!c || shift > 35) return std::nullopt;
      size |= uint64_t{static_cast<unsigned char>(*c) & 0x7fu} << shift;
      if ((*c & 0x80) == 0) break;
    }
    if (size > bytes_.size()) return std::nullopt;
    std::string text(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return text;
  }

 private:
  std::string_view bytes_;
};

bool read_entry(Reader& reader, sync::Base& base) {
  auto name = reader.text();
  auto who = reader.byte();
  auto value = reader.text();
  if (!name || !who || !value || *who < kMailboxOnly || *who > kBothDiffer) return false;
  if (*who != kCrmOnly) base.mailbox.emplace(*name, *value);
  if (*who == kCrmOnly || *who == kBothTheSame) base.crm.emplace(*name, *value);
  if (*who != kBothDiffer) return true;
  auto crm = reader.text();
  if (crm) base.crm.emplace(*name, *crm);
  return crm.has_value();
}

}  // namespace

std::string encode_base(const sync::Base& base) {
  std::string out;
  if (base.mailbox.empty() && base.crm.empty()) return out;
  out += kFormat;
  auto put = [&](std::string_view name, Who who, std::string_view value) {
    put_text(out, name);
    out += who;
    put_text(out, value);
  };
  for (const auto& [name, value] : base.mailbox) {
    const auto crm = base.crm.find(name);
    if (crm == base.crm.end()) {
      put(name, kMailboxOnly, value);
    } else if (crm->second == value) {
      put(name, kBothTheSame, value);
    } else {
      put(name, kBothDiffer, value);
      put_text(out, crm->second);
    }
  }
  for (const auto& [name, value] : base.crm)
    if (!base.mailbox.contains(name)) put(name, kCrmOnly, value);
  return out;
}

Result<sync::Base> decode_base(std::string_view bytes) {
  sync::Base base;
  if (bytes.empty()) return base;
  Reader reader(bytes);
  bool good = reader.byte() == kFormat;
  while (good && !reader.at_end()) good = read_entry(reader, base);
  if (!good) {
    return fail(ErrorKind::Corrupt,
                "what a link remembers of the last sync cannot be read: the database is damaged or newer "
                "than this program");
  }
  return base;
}

}  // namespace mailsync::store
