#include "model/email.h"

#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "base/utf8.h"
#include "model/cleaned.h"
#include "model/hash.h"

namespace mailsync::model {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// White space folded, because servers refold long subjects differently.
std::string folded_subject(std::string_view subject) {
  std::string out;
  for (const char c : trimmed(subject)) {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c;
  }
  return out;
}

}  // namespace

std::string email_identity(const EmailHead& head) {
  const int64_t seconds = head.sent_at ? head.sent_at->us / 1'000'000 : 0;
  std::string text = head.message_id.empty() ? "no-id" : "id:" + head.message_id;
  text += "\nfrom:" + head.from.address + "\ndate:" + std::to_string(seconds) +
          "\nsubject:" + folded_subject(head.subject);
  if (head.message_id.empty()) {
    std::vector<std::string> recipients;
    for (const auto* list : {&head.to, &head.cc})
      for (const Address& address : *list) recipients.push_back(address.address);
    std::ranges::sort(recipients);
    for (const std::string& recipient : recipients) text += "\nto:" + recipient;
  }
  return hex_hash(text);
}

std::string clean_text(std::string_view bytes) {
  size_t good = text_prefix(bytes);
  if (good == bytes.size()) return std::string(bytes);
  std::string out;
  out.reserve(bytes.size() + 16);
  out += bytes.substr(0, good);
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  auto at = static_cast<int32_t>(good);
  const auto size = static_cast<int32_t>(std::min<size_t>(bytes.size(), INT32_MAX));
  while (at < size) {
    const int32_t start = at;
    UChar32 point = 0;
    U8_NEXT(data, at, size, point);
    if (point < 0)
      out += "\xEF\xBF\xBD";
    else if (point != 0)
      out.append(bytes.substr(static_cast<size_t>(start), static_cast<size_t>(at - start)));
  }
  return out;
}

std::string cleaned(std::string bytes) {
  return text_prefix(bytes) == bytes.size() ? std::move(bytes) : clean_text(bytes);
}

std::string clean_address(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 7 &&
      (text.starts_with("mailto:") || text.starts_with("MAILTO:") || text.starts_with("Mailto:")))
    text.remove_prefix(7);
  if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return {};
  if (std::ranges::any_of(text, [](char c) {
        return c == ' ' || c == '\0' || c == '\r' || c == '\n' || c == '<' || c == '>';
      }))
    return {};
  std::string out(text);
  if (std::ranges::all_of(out, [](char c) { return c > 0; })) {
    for (char& c : out)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
  }
  out.clear();
  icu::UnicodeString::fromUTF8(clean_text(text)).toLower().toUTF8String(out);
  return out;
}

std::string address_for_matching(std::string_view address) {
  std::string clean = clean_address(address);
  const size_t at = clean.rfind('@');
  const size_t plus = clean.find('+');
  if (at != std::string::npos && plus != std::string::npos && plus > 0 && plus < at)
    clean.erase(plus, at - plus);
  return clean;
}

}  // namespace mailsync::model
