#include "format/html_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "format/html_entities.h"
#include "model/email.h"

namespace mailsync::format {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Collects words: blanks fold to one, lines end where a block begins.
class Words {
 public:
  explicit Words(size_t expected) { text_.reserve(expected); }
  void add(std::string_view words) {
    for (size_t i = 0; i < words.size();) {
      size_t end = i;
      while (end < words.size() && words[end] > ' ') ++end;  // above 127 is negative
      if (end > i) {
        flush();
        text_.append(words, i, end - i);
        i = end;
      } else {
        i += add_unusual(words.substr(i));
      }
    }
  }
  void end_line() {
    if (!text_.empty()) line_ = true;
    blank_ = false;
  }
  std::string take() { return std::move(text_); }

 private:
  // A blank, a control character, or one beyond ASCII: the bytes it takes.
  size_t add_unusual(std::string_view rest) {
    if (is_blank(rest[0])) {
      blank_ = true;
      return 1;
    }
    if (rest.starts_with("\u00A0")) {
      blank_ = true;
      return 2;
    }
    if (rest.starts_with("\u00AD") || rest.starts_with("\u034F"))
      return 2;  // soft hyphen, grapheme joiner: senders pad previews with them
    if (rest.starts_with("\u200B") || rest.starts_with("\u200C") || rest.starts_with("\uFEFF"))
      return 3;  // spaces of no width
    flush();
    text_ += rest[0];
    return 1;
  }
  void flush() {
    if (line_)
      text_ += '\n';
    else if (blank_ && !text_.empty())
      text_ += ' ';
    line_ = blank_ = false;
  }
  std::string text_;
  bool blank_ = false, line_ = false;
};

// What a tag's name means to us. Blocks begin and end a line. Raw elements hold no tags and no words that a
// person reads; a title and a text area hold no tags. Hidden elements are left out with all that is in them.
enum class Role { Inline, Block, Raw, Title, TextArea, Hidden };

struct Name {
  std::string_view text;
  Role role;
};
constexpr std::array kNames = {
    Name{"address", Role::Block},     Name{"article", Role::Block},   Name{"blockquote", Role::Block},
    Name{"br", Role::Block},          Name{"caption", Role::Block},   Name{"center", Role::Block},
    Name{"dd", Role::Block},          Name{"div", Role::Block},       Name{"dl", Role::Block},
    Name{"dt", Role::Block},          Name{"fieldset", Role::Block},  Name{"footer", Role::Block},
    Name{"form", Role::Block},        Name{"h1", Role::Block},        Name{"h2", Role::Block},
    Name{"h3", Role::Block},          Name{"h4", Role::Block},        Name{"h5", Role::Block},
    Name{"h6", Role::Block},          Name{"header", Role::Block},    Name{"hr", Role::Block},
    Name{"iframe", Role::Raw},        Name{"li", Role::Block},        Name{"noembed", Role::Raw},
    Name{"noframes", Role::Raw},      Name{"noscript", Role::Hidden}, Name{"object", Role::Hidden},
    Name{"ol", Role::Block},          Name{"p", Role::Block},         Name{"pre", Role::Block},
    Name{"script", Role::Raw},        Name{"section", Role::Block},   Name{"style", Role::Raw},
    Name{"table", Role::Block},       Name{"td", Role::Block},        Name{"template", Role::Hidden},
    Name{"textarea", Role::TextArea}, Name{"th", Role::Block},        Name{"title", Role::Title},
    Name{"tr", Role::Block},          Name{"ul", Role::Block}};
static_assert(std::ranges::is_sorted(kNames, {}, &Name::text));
constexpr size_t kLongestName = 10;  // blockquote

const Name* known(std::string_view tag) {
  if (tag.size() > kLongestName) return nullptr;
  std::array<char, kLongestName> small{};
  std::ranges::transform(tag, small.begin(), lower);
  const std::string_view name(small.data(), tag.size());
  const auto at = std::ranges::lower_bound(kNames, name, {}, &Name::text);
  return at != kNames.end() && at->text == name ? &*at : nullptr;
}

// Reads from front to back, as the tokenizer of the HTML standard does, without building a tree: its time is
// the length of the mail, and nothing is nested.
class Reader {
 public:
  explicit Reader(std::string_view html) : html_(html), words_(html.size() / 4) {}

  std::string read() {
    while (at_ < html_.size()) {
      const size_t open = std::min(html_.find('<', at_), html_.size());
      add_text(open);
      at_ = open;
      if (at_ < html_.size()) read_markup();
    }
    return words_.take();
  }

 private:
  // The words up to `end`.
  void add_text(size_t end) {
    if (hidden_depth_ > 0) return;
    for (size_t from = at_; from < end;) {
      const std::string_view rest = html_.substr(from, end - from);
      const size_t entity = std::min(rest.find('&'), rest.size());
      words_.add(rest.substr(0, entity));
      if (entity == rest.size()) return;
      std::string meant;
      const size_t taken = decode_entity(rest.substr(entity), meant);
      words_.add(taken > 0 ? std::string_view(meant) : "&");
      from += entity + std::max<size_t>(taken, 1);
    }
  }

  // At '<'.
  void read_markup() {
    const char next = at_ + 1 < html_.size() ? html_[at_ + 1] : ' ';
    const char after = at_ + 2 < html_.size() ? html_[at_ + 2] : ' ';
    if (is_letter(next)) return read_tag(at_ + 1, false);
    if (next == '/' && is_letter(after)) return read_tag(at_ + 2, true);
    if (html_.substr(at_).starts_with("<!--")) return skip_comment();
    if (next == '!' || next == '?' || next == '/') return skip_behind(html_.find('>', at_ + 2));
    if (hidden_depth_ == 0) words_.add("<");  // a sign, not markup
    ++at_;
  }

  void skip_behind(size_t last) { at_ = last == std::string_view::npos ? html_.size() : last + 1; }

  void skip_comment() {
    // "<!-->" and "<!--->" are whole comments; "--!>" ends one as well.
    for (size_t dashes = html_.find("--", at_ + 2); dashes != std::string_view::npos;
         dashes = html_.find("--", dashes + 1)) {
      const std::string_view rest = html_.substr(dashes + 2);
      if (rest.starts_with('>')) return skip_behind(dashes + 2);
      if (rest.starts_with("!>") && dashes > at_ + 3) return skip_behind(dashes + 3);
      if (rest.starts_with("->") && dashes == at_ + 2) return skip_behind(dashes + 3);
    }
    at_ = html_.size();
  }

  void read_tag(size_t name_at, bool closes) {
    size_t end = name_at;
    while (end < html_.size() && !is_blank(html_[end]) && html_[end] != '/' && html_[end] != '>') ++end;
    const Name* name = known(html_.substr(name_at, end - name_at));
    at_ = end;
    if (!skip_attributes() || !name) return;
    switch (name->role) {
      case Role::Block:
        if (hidden_depth_ == 0) words_.end_line();
        break;
      case Role::Hidden:
        hide(*name, closes);
        break;
      case Role::Raw:
      case Role::Title:
        if (!closes) at_ = end_of_raw(name->text);
        break;
      case Role::TextArea:
        if (!closes) {
          const size_t last = end_of_raw(name->text);
          add_text(last);
          at_ = last;
        }
        break;
      case Role::Inline:
        break;
    }
  }

  // Behind the tag's '>'; false when the mail ends inside the tag, which then is none.
  bool skip_attributes() {
    const auto skip = [this](auto&& while_true) {
      while (at_ < html_.size() && while_true(html_[at_])) ++at_;
    };
    for (;;) {
      skip([](char c) { return is_blank(c) || c == '/'; });
      if (at_ >= html_.size()) return false;
      if (html_[at_] == '>') return ++at_, true;
      ++at_;  // the first of a name, whatever it is
      skip([](char c) { return !is_blank(c) && c != '/' && c != '>' && c != '='; });
      skip(is_blank);
      if (at_ >= html_.size() || html_[at_] != '=') continue;
      ++at_;
      skip(is_blank);
      if (at_ < html_.size() && (html_[at_] == '"' || html_[at_] == '\''))
        skip_behind(html_.find(html_[at_], at_ + 1));
      else
        skip([](char c) { return !is_blank(c) && c != '>'; });
    }
  }

  // Where "</name" begins, or the end of the mail.
  size_t end_of_raw(std::string_view name) const {
    for (size_t at = html_.find("</", at_); at != std::string_view::npos; at = html_.find("</", at + 2)) {
      const std::string_view tag = html_.substr(at + 2, name.size());
      const size_t behind = at + 2 + name.size();
      if (std::ranges::equal(tag, name, {}, lower) &&
          (behind >= html_.size() || is_blank(html_[behind]) || html_[behind] == '>' || html_[behind] == '/'))
        return at;
    }
    return html_.size();
  }

  void hide(const Name& name, bool closes) {
    if (hidden_depth_ > 0) {
      if (hidden_ == &name) hidden_depth_ += closes ? -1 : 1;
    } else if (!closes && last_end_of(name) > at_) {  // what never ends hides nothing
      hidden_ = &name;
      hidden_depth_ = 1;
    }
  }

  // Where the last end tag of that name is; looked for once.
  size_t last_end_of(const Name& name) {
    auto& last = last_ends_[static_cast<size_t>(&name - kNames.data())];
    if (!last) {
      last = 0;
      const size_t here = at_;
      for (size_t next = end_of_raw(name.text); next < html_.size(); next = end_of_raw(name.text)) {
        last = next;
        at_ = next + 2;
      }
      at_ = here;
    }
    return *last;
  }

  std::string_view html_;
  Words words_;
  size_t at_ = 0;
  const Name* hidden_ = nullptr;  // the element that hides what is read
  int hidden_depth_ = 0;          // how many of its name are open
  std::array<std::optional<size_t>, kNames.size()> last_ends_;
};

}  // namespace

std::string text_of_html(std::string_view html) {
  return model::clean_text(Reader(html.substr(0, kMostHtmlBytes)).read());
}

std::string preview_of_text(std::string_view text, size_t characters) {
  std::string out;
  size_t count = 0;
  bool blank = false;
  for (const char c : text) {
    if (is_blank(c)) {
      blank = !out.empty();
      continue;
    }
    const bool begins_character = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (begins_character && count + (blank ? 1 : 0) >= characters) break;
    if (blank && begins_character) {
      out += ' ';
      ++count;
      blank = false;
    }
    if (begins_character) ++count;
    out += c;
  }
  return out;
}

std::string html_of_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else
      out += c;
  }
  return out;
}

}  // namespace mailsync::format
