#include "db/many_rows.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <vector>

#include "db/dialect.h"

namespace mailsync::db {
namespace {

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool same_word(std::string_view text, std::string_view upper) {
  if (text.size() != upper.size()) return false;
  for (size_t i = 0; i < text.size(); ++i)
    if (std::toupper(static_cast<unsigned char>(text[i])) != upper[i]) return false;
  return true;
}

// Calls see(position, character) for each character outside literals and comments, until it returns false.
template <typename See>
void scan(std::string_view sql, size_t from, const See& see) {
  for (size_t i = from; i < sql.size();) {
    if (size_t end = end_of_quoted(sql, i); end > i) {
      i = end;
    } else if (!see(i, sql[i])) {
      return;
    } else {
      ++i;
    }
  }
}

struct Tuple {
  size_t start = 0, end = 0;  // "(…)"
};

// The parentheses after the word VALUES that stands outside all others.
std::optional<Tuple> values_of(std::string_view sql) {
  int depth = 0;
  std::optional<Tuple> found;
  size_t word = 0;
  bool after_values = false;
  scan(sql, 0, [&](size_t i, char c) {
    if (is_letter(c)) {
      if (i == 0 || !is_letter(sql[i - 1])) word = i;
      if (depth == 0 && same_word(sql.substr(word, i + 1 - word), "VALUES")) after_values = true;
      return true;
    }
    if (c == '(' && depth++ == 0 && after_values) found = Tuple{.start = i};
    if (c == ')' && --depth == 0 && found) {
      found->end = i + 1;
      return false;
    }
    return true;
  });
  if (!found || found->end == 0) return std::nullopt;
  return found;
}

void append_shifted(std::string& out, std::string_view tuple, int shift) {
  size_t copied = 0;
  scan(tuple, 0, [&](size_t i, char c) {
    if (c != '?') return true;
    size_t end = i + 1;
    while (end < tuple.size() && std::isdigit(static_cast<unsigned char>(tuple[end])) != 0) ++end;
    out += tuple.substr(copied, i - copied);
    out += '?';
    out += std::to_string(std::atoi(std::string(tuple.substr(i + 1, end - i - 1)).c_str()) + shift);
    copied = end;
    return true;
  });
  out += tuple.substr(copied);
}

bool has_placeholder(std::string_view sql) {
  bool found = false;
  scan(sql, 0, [&](size_t, char c) { return !(found = c == '?'); });
  return found;
}

// The words of a text that has nothing between them but blanks, brackets and commas; nullopt when it has.
std::optional<std::vector<std::string_view>> plain_words(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() &&
           (is_letter(text[end]) || std::isdigit(static_cast<unsigned char>(text[end])) != 0))
      ++end;
    if (end > i) {
      words.push_back(text.substr(i, end - i));
      i = end;
    } else if (std::string_view(" \n\t(),").find(text[i++]) == std::string_view::npos) {
      return std::nullopt;
    }
  }
  return words;
}

}  // namespace

std::optional<ReturnedColumn> returned_column(std::string_view sql) {
  const auto tuple = values_of(sql);
  if (!tuple) return std::nullopt;
  const auto before = plain_words(sql.substr(0, tuple->start)), after = plain_words(sql.substr(tuple->end));
  if (!before || !after || before->size() < 5 || after->size() != 2) return std::nullopt;
  if (!same_word((*before)[0], "INSERT") || !same_word((*before)[1], "INTO") ||
      !same_word((*after)[0], "RETURNING"))
    return std::nullopt;
  const std::string_view column = after->back();
  if (std::ranges::find(*before, column) != before->end()) return std::nullopt;
  return ReturnedColumn{std::string((*before)[2]), std::string(column), tuple->end};
}

std::optional<std::string> for_many_rows(std::string_view sql, int params_per_row, int rows) {
  const size_t start = std::min(sql.find_first_not_of(" \n\t"), sql.size());
  if (!same_word(sql.substr(start, 6), "INSERT")) return std::nullopt;
  const auto tuple = values_of(sql);
  if (!tuple) return std::nullopt;
  const std::string_view before = sql.substr(0, tuple->start), after = sql.substr(tuple->end);
  const size_t next = after.find_first_not_of(" \n\t");
  if (has_placeholder(before) || has_placeholder(after) ||
      (next != std::string_view::npos && after[next] == ','))
    return std::nullopt;
  std::string out(before);
  for (int row = 0; row < rows; ++row) {
    if (row > 0) out += ", ";
    append_shifted(out, sql.substr(tuple->start, tuple->end - tuple->start), row * params_per_row);
  }
  return out += after;
}

}  // namespace mailsync::db
