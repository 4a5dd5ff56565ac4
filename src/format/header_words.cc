#include "format/header_words.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "format/charset.h"
#include "format/gmime_objects.h"

namespace mailsync::format {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// =?charset*language?B|Q?text?= (RFC 2047 section 2, RFC 2231 section 5)
struct EncodedWord {
  std::string_view charset, text;
  bool base64 = false;
  size_t length = 0;  // of the whole word
};

constexpr size_t kLongestWord = 4096;  // RFC 2047 says 75; senders do not

std::optional<EncodedWord> encoded_word_at(std::string_view from) {
  if (!from.starts_with("=?")) return std::nullopt;
  from = from.substr(0, kLongestWord);
  const size_t charset_end = from.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end == 2 || charset_end + 2 >= from.size() ||
      from[charset_end + 2] != '?')
    return std::nullopt;
  const char encoding = static_cast<char>(std::tolower(static_cast<unsigned char>(from[charset_end + 1])));
  if (encoding != 'b' && encoding != 'q') return std::nullopt;
  const size_t text = charset_end + 3;
  const size_t end = from.find("?=", text);
  if (end == std::string_view::npos) return std::nullopt;
  EncodedWord out{.charset = from.substr(2, charset_end - 2),
                  .text = from.substr(text, end - text),
                  .base64 = encoding == 'b',
                  .length = end + 2};
  out.charset = out.charset.substr(0, out.charset.find('*'));
  if (std::ranges::any_of(out.charset, is_blank)) return std::nullopt;
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void add_q(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_') {
      out += ' ';
    } else if (text[i] == '=' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
               hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else if (text[i] != '\r' && text[i] != '\n') {
      out += text[i];
    }
  }
}

// The bytes of neighbouring words, until the charset changes.
class Run {
 public:
  bool takes(const EncodedWord& word) const {
    return std::ranges::equal(charset_, word.charset, [](unsigned char a, unsigned char b) {
      return std::tolower(a) == std::tolower(b);
    });
  }
  void begin(std::string_view charset) {
    charset_ = charset;
    bytes_.clear();
    state_ = 0;
    save_ = 0;
  }
  void add(const EncodedWord& word) {
    if (!word.base64) {
      add_q(word.text, bytes_);
      return;
    }
    // A word that is not padded may go on in the next one.
    if (word.text.ends_with('=')) padded_ = true;
    std::string decoded(word.text.size() + 4, '\0');
    decoded.resize(g_mime_encoding_base64_decode_step(
        reinterpret_cast<const unsigned char*>(word.text.data()), word.text.size(),
        reinterpret_cast<unsigned char*>(decoded.data()), &state_, &save_));
    bytes_ += decoded;
    if (padded_) {
      state_ = 0;
      save_ = 0;
      padded_ = false;
    }
  }
  std::string take() const { return utf8_of(bytes_, charset_); }

 private:
  std::string_view charset_;
  std::string bytes_;
  int state_ = 0;
  guint32 save_ = 0;
  bool padded_ = false;
};

// Decodes the run of encoded words at raw[at] and moves `at` behind it; nullopt when there is none.
std::optional<std::string> take_words(std::string_view raw, size_t& at) {
  auto word = encoded_word_at(raw.substr(at));
  if (!word) return std::nullopt;
  std::string out;
  Run run;
  run.begin(word->charset);
  while (word) {
    if (!run.takes(*word)) {
      out += run.take();
      run.begin(word->charset);
    }
    run.add(*word);
    at += word->length;
    size_t next = at;
    while (next < raw.size() && is_blank(raw[next])) ++next;
    word = encoded_word_at(raw.substr(next));
    if (word) at = next;
  }
  return out + run.take();
}

std::string one_line(std::string_view text) {
  std::string out;
  bool blank = false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == ' ') {
      blank = blank || !out.empty();
      continue;
    }
    if (blank) out += ' ';
    blank = false;
    out += c;
  }
  return out;
}

// Encoded words become quoted strings, so that a comma in a name does not part an address.
std::string quoted_phrase(std::string_view raw) {
  std::string out;
  bool in_quotes = false;
  for (size_t at = 0; at < raw.size();) {
    if (const auto words = take_words(raw, at)) {
      if (!in_quotes) out += '"';
      for (const char c : one_line(*words)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
      }
      if (!in_quotes) out += '"';
      continue;
    }
    if (raw[at] == '\\' && in_quotes && at + 1 < raw.size())
      out += raw[at++];
    else if (raw[at] == '"')
      in_quotes = !in_quotes;
    out += raw[at] == '\0' ? ' ' : raw[at];
    ++at;
  }
  return out;
}

void add_addresses(InternetAddressList* list, std::vector<model::Address>& out, size_t most, int depth) {
  constexpr int kMostGroups = 8;
  const int count = list == nullptr ? 0 : internet_address_list_length(list);
  for (int i = 0; i < count && out.size() < most; ++i) {
    InternetAddress* one = internet_address_list_get_address(list, i);
    if (INTERNET_ADDRESS_IS_GROUP(one)) {
      if (depth < kMostGroups)
        add_addresses(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(one)), out, most, depth + 1);
      continue;
    }
    const char* name = internet_address_get_name(one);
    const char* mail = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one));
    model::Address address{model::clean_address(mail == nullptr ? "" : mail),
                           one_line(model::clean_text(name == nullptr ? "" : name))};
    if (address.address.empty() && address.name.empty() && mail != nullptr)
      address.name = one_line(model::clean_text(mail));
    if (address.name.size() > 1 && address.name.front() == '\'' && address.name.back() == '\'')
      address.name = address.name.substr(1, address.name.size() - 2);  // Outlook's habit
    if (!address.address.empty() || !address.name.empty()) out.push_back(std::move(address));
  }
}

}  // namespace

std::string header_text(std::string_view raw) {
  const std::string text = is_valid_utf8(raw) ? std::string(raw) : utf8_of(raw, "");
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (const auto words = take_words(text, at))
      out += *words;
    else
      out += text[at++];
  }
  return one_line(model::clean_text(out));
}

std::vector<model::Address> header_addresses(std::string_view raw, size_t most) {
  start_gmime();
  const std::string text = quoted_phrase(is_valid_utf8(raw) ? std::string(raw) : utf8_of(raw, ""));
  std::vector<model::Address> out;
  const GObjectOf<InternetAddressList> list(internet_address_list_parse(nullptr, text.c_str()));
  add_addresses(list.get(), out, most, 0);
  // What no parser takes for a list is still worth showing.
  if (std::string words = header_text(raw);
      out.empty() && !words.empty() && most > 0 && words.find(':') == std::string::npos)
    out.push_back({model::clean_address(words), words});
  return out;
}

void add_message_ids(std::string_view raw, std::vector<std::string>& ids, size_t most) {
  for (size_t at = raw.find('<'); at != std::string_view::npos && ids.size() < most;
       at = raw.find('<', at + 1)) {
    const size_t end = raw.find('>', at);
    if (end == std::string_view::npos) return;
    std::string id;
    for (const char c : model::clean_text(raw.substr(at + 1, end - at - 1)))
      if (!is_blank(c) && c != '<') id += c;
    if (id.empty()) continue;
    std::erase(ids, id);
    ids.push_back(std::move(id));
  }
}

}  // namespace mailsync::format
