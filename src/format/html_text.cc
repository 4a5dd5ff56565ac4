#include "format/html_text.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <csetjmp>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "model/email.h"

namespace mailsync::format {
namespace {

// Gumbo looks through its whole stack of open elements at many tags: depth times tags is its time.
constexpr size_t kMostDepth = 400;
// Gumbo repeats open <font>s in every paragraph; what grows beyond this is no mail.
constexpr size_t kMostArena = 96 << 20;
constexpr size_t kArenaBlock = 256 << 10;

constexpr std::array kBlocks = {GUMBO_TAG_P,       GUMBO_TAG_DIV,        GUMBO_TAG_BR,      GUMBO_TAG_TR,
                                GUMBO_TAG_LI,      GUMBO_TAG_UL,         GUMBO_TAG_OL,      GUMBO_TAG_TABLE,
                                GUMBO_TAG_H1,      GUMBO_TAG_H2,         GUMBO_TAG_H3,      GUMBO_TAG_H4,
                                GUMBO_TAG_H5,      GUMBO_TAG_H6,         GUMBO_TAG_HR,      GUMBO_TAG_PRE,
                                GUMBO_TAG_DL,      GUMBO_TAG_DT,         GUMBO_TAG_DD,      GUMBO_TAG_TD,
                                GUMBO_TAG_TH,      GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_SECTION, GUMBO_TAG_ARTICLE,
                                GUMBO_TAG_HEADER,  GUMBO_TAG_FOOTER,     GUMBO_TAG_FORM,    GUMBO_TAG_CENTER,
                                GUMBO_TAG_CAPTION, GUMBO_TAG_ADDRESS,    GUMBO_TAG_FIELDSET};
constexpr std::array kSkipped = {GUMBO_TAG_SCRIPT,   GUMBO_TAG_STYLE,    GUMBO_TAG_HEAD,   GUMBO_TAG_TITLE,
                                 GUMBO_TAG_NOSCRIPT, GUMBO_TAG_TEMPLATE, GUMBO_TAG_IFRAME, GUMBO_TAG_OBJECT};
// Elements that have no end tag, or whose end tag people leave out before the next of them.
constexpr std::array<std::string_view, 14> kVoid = {"br",    "img",    "hr",    "meta", "link",
                                                    "input", "col",    "area",  "base", "embed",
                                                    "param", "source", "track", "wbr"};
constexpr std::array<std::string_view, 9> kClosedByNext = {"p",  "li", "td",  "th",    "tr",
                                                           "dt", "dd", "o:p", "option"};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

template <typename List, typename T>
bool holds(const List& list, const T& value) {
  return std::ranges::find(list, value) != list.end();
}

// Memory for one parse: freed as a whole, because gumbo frees its tree by recursion, and bounded, because
// gumbo does not look whether an allocation succeeded.
class Arena {
 public:
  explicit Arena(std::jmp_buf& full) : full_(full) {}
  static void* allocate(void* self, size_t size) { return static_cast<Arena*>(self)->take(size); }
  static void release(void*, void*) {}

 private:
  void* take(size_t size) {
    const size_t rounded = (size + alignof(std::max_align_t) - 1) & ~(alignof(std::max_align_t) - 1);
    // Only frames of gumbo, which is C, lie between here and the setjmp.
    if (rounded > kMostArena - used_) std::longjmp(full_, 1);
    used_ += rounded;
    if (rounded > left_) {
      const size_t block = std::max(rounded, kArenaBlock);
      blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(block));
      next_ = blocks_.back().get();
      left_ = block;
    }
    void* out = next_;
    next_ += rounded;
    left_ -= rounded;
    return out;
  }

  std::jmp_buf& full_;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* next_ = nullptr;
  size_t left_ = 0, used_ = 0;
};

// The tree, or nullptr when it would be too big.
const GumboOutput* parse(std::string_view html, Arena& arena, std::jmp_buf& full) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = &Arena::allocate;
  options.deallocator = &Arena::release;
  options.userdata = &arena;
  options.max_errors = 0;
  if (setjmp(full) != 0) return nullptr;  // NOLINT(cert-err52-cpp): gumbo has no other way out
  return gumbo_parse_with_options(&options, html.data(), html.size());
}

// Collects words: blanks fold to one, lines end where a block begins.
class Words {
 public:
  explicit Words(size_t expected) { text_.reserve(expected); }
  void add(std::string_view words) {
    for (size_t i = 0; i < words.size(); ++i) {
      const std::string_view rest = words.substr(i);
      if (is_blank(words[i])) {
        blank_ = true;
      } else if (rest.starts_with("\u00A0")) {
        blank_ = true;
        ++i;
      } else if (rest.starts_with("\u00AD") || rest.starts_with("\u034F")) {
        ++i;  // soft hyphen, grapheme joiner: senders pad previews with them
      } else if (rest.starts_with("\u200B") || rest.starts_with("\u200C") || rest.starts_with("\uFEFF")) {
        i += 2;  // spaces of no width
      } else {
        flush();
        text_ += words[i];
      }
    }
  }
  void end_line() {
    if (!text_.empty()) line_ = true;
    blank_ = false;
  }
  std::string take() { return std::move(text_); }

 private:
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

// Walks without recursion: a tree may be as deep as a mail is long.
void collect(const GumboNode* root, Words& out) {
  struct Open {
    const GumboVector* children;
    unsigned next;
    bool block;
  };
  std::vector<Open> open;
  const auto enter = [&](const GumboNode* node) {
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
        node->type == GUMBO_NODE_CDATA) {
      out.add(node->v.text.text);
    } else if (node->type == GUMBO_NODE_ELEMENT) {
      const auto& element = node->v.element;
      if (holds(kSkipped, element.tag)) return;
      const bool block = holds(kBlocks, element.tag);
      if (block) out.end_line();
      open.push_back({&element.children, 0, block});
    }
  };
  enter(root);
  while (!open.empty()) {
    Open& last = open.back();
    if (last.next < last.children->length) {
      enter(static_cast<const GumboNode*>(last.children->data[last.next++]));
    } else {
      if (last.block) out.end_line();
      open.pop_back();
    }
  }
}

// Calls visit(name, closes) for every tag; visit returns false to stop. Comments are stepped over.
template <typename F>
void each_tag(std::string_view html, F visit) {
  for (size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    size_t name = at + 1;
    const bool closes = name < html.size() && html[name] == '/';
    if (closes) ++name;
    size_t end = name;
    while (end < html.size() && end - name < 12 &&
           (std::isalnum(static_cast<unsigned char>(html[end])) || html[end] == ':'))
      ++end;
    if (end > name && !visit(lower(html.substr(name, end - name)), closes)) return;
  }
}

// A guess on the safe side at how deep gumbo's stack of open elements would be.
bool nests_too_deep(std::string_view html) {
  constexpr size_t kLookBack = 32;  // an end tag further up than this closes nothing here
  std::vector<std::string> open;
  each_tag(html, [&open](std::string name, bool closes) {
    if (closes) {
      for (size_t i = open.size(); i > 0 && open.size() - i < kLookBack; --i)
        if (open[i - 1] == name) {
          open.resize(i - 1);
          break;
        }
    } else if (!holds(kVoid, name) && !(holds(kClosedByNext, name) && holds(open, name))) {
      open.push_back(std::move(name));
    }
    return open.size() <= kMostDepth;
  });
  return open.size() > kMostDepth;
}

std::string without_tags(std::string_view html) {
  std::string out;
  for (size_t at = 0; at < html.size();) {
    const size_t open = html.find('<', at);
    out += html.substr(at, open - at);
    if (open == std::string_view::npos) break;
    out += ' ';
    const size_t close = html.find('>', open);
    if (close == std::string_view::npos) break;
    at = close + 1;
  }
  return out;
}

// False when the tree would be too big.
bool add_words(std::string_view html, Words& out) {
  std::jmp_buf full;
  Arena arena(full);
  const GumboOutput* tree = parse(html, arena, full);
  if (tree != nullptr) collect(tree->root, out);
  return tree != nullptr;
}

}  // namespace

std::string text_of_html(std::string_view html) {
  html = html.substr(0, kMostHtmlBytes);
  Words out(html.size() / 4);
  if (nests_too_deep(html) || !add_words(html, out)) add_words(without_tags(html), out);
  return model::clean_text(out.take());
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

}  // namespace mailsync::format
