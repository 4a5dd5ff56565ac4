#include "lab/fronts/graph/odata.h"

#include <algorithm>
#include <charconv>

namespace mailsync::lab::graph {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Splits where `separator` stands outside parentheses and quotes.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  int depth = 0;
  bool quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    char c = i < text.size() ? text[i] : separator;
    if (c == '\'') quoted = !quoted;
    if (i < text.size() && quoted) continue;
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c == separator && (depth == 0 || i == text.size())) {
      if (auto part = trim(text.substr(begin, i - begin)); !part.empty()) out.push_back(part);
      begin = i + 1;
    }
  }
  return out;
}

// Recursive descent over: or → and → not → primary.
class Filter {
 public:
  Filter(std::string_view text, const json::object& root) : text_(text), root_(root) {}

  bool whole() {
    bool value = either();
    blanks();
    if (at_ != text_.size()) failed = true;
    return value;
  }
  bool failed = false;

 private:
  void blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool word(std::string_view wanted) {
    blanks();
    if (!text_.substr(at_).starts_with(wanted)) return false;
    size_t end = at_ + wanted.size();
    if (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '_'))
      return false;
    at_ = end;
    return true;
  }
  bool sign(char wanted) {
    blanks();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  bool either() {
    bool value = both();
    while (word("or")) value = both() || value;
    return value;
  }
  bool both() {
    bool value = one();
    while (word("and")) value = one() && value;
    return value;
  }
  bool one() {
    if (word("not")) return !one();
    if (sign('(')) {
      bool value = either();
      if (!sign(')')) failed = true;
      return value;
    }
    for (std::string_view function : {"startswith", "contains", "endswith"})
      if (word(function)) return text_function(function);
    json::value left = operand();
    if (lambda_) {
      lambda_ = false;
      return left.is_bool() && left.get_bool();
    }
    for (std::string_view op : {"eq", "ne", "ge", "gt", "le", "lt"})
      if (word(op)) return compare(left, op, operand());
    if (left.is_bool()) return left.get_bool();
    failed = true;
    return false;
  }
  bool text_function(std::string_view function) {
    if (!sign('(')) failed = true;
    json::value in = operand();
    if (!sign(',')) failed = true;
    json::value wanted = operand();
    if (!sign(')')) failed = true;
    if (failed || !in.is_string() || !wanted.is_string()) return false;
    std::string a(in.get_string()), b(wanted.get_string());
    for (auto* s : {&a, &b})
      std::ranges::transform(*s, s->begin(),
                             [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return function == "startswith" ? a.starts_with(b)
           : function == "endswith" ? a.ends_with(b)
                                    : a.find(b) != std::string::npos;
  }
  static bool compare(const json::value& a, std::string_view op, const json::value& b) {
    int order = 2;
    if (a.is_string() && b.is_string()) {
      auto x = Instant::from_iso(std::string_view(a.get_string())),
           y = Instant::from_iso(std::string_view(b.get_string()));
      if (x && y)
        order = *x < *y ? -1 : *x > *y ? 1 : 0;
      else
        order = std::string_view(a.get_string()).compare(std::string_view(b.get_string()));
    } else if (a.is_number() && b.is_number()) {
      order = a.to_number<double>() < b.to_number<double>()   ? -1
              : a.to_number<double>() > b.to_number<double>() ? 1
                                                              : 0;
    } else if (a == b) {
      order = 0;
    } else {
      return op == "ne";
    }
    if (op == "eq") return order == 0;
    if (op == "ne") return order != 0;
    if (op == "ge") return order >= 0;
    if (op == "gt") return order > 0;
    if (op == "le") return order <= 0;
    return order < 0;
  }
  json::value operand() {
    blanks();
    if (at_ < text_.size() && text_[at_] == '\'') {
      std::string value;
      for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == '\'') {
          if (at_ + 1 >= text_.size() || text_[at_ + 1] != '\'') break;
          ++at_;
        }
        value += text_[at_];
      }
      ++at_;
      return json::value(value);
    }
    size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) ||
                                  std::string_view("_/.:-+@").contains(text_[at_])))
      if (text_.substr(begin, at_ - begin).ends_with("/any"))
        break;
      else
        ++at_;
    auto name = text_.substr(begin, at_ - begin);
    if (name.empty()) failed = true;
    if (name.ends_with("/any") || name.ends_with("/Any")) return any(name.substr(0, name.size() - 4));
    if (name == "true" || name == "false") return name == "true";
    if (name == "null") return nullptr;
    double number = 0;
    if (auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        error == std::errc() && end == name.data() + name.size())
      return number;
    if (!name.empty() && std::isdigit(static_cast<unsigned char>(name.front())))
      return json::value(name);  // a date
    return lookup(name);
  }
  json::value lookup(std::string_view name) {
    const json::value* here = nullptr;
    auto parts = split(name, '/');
    const json::object* object = &root_;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (i == 0 && parts[0] == variable_) {
        here = bound_;
        object = here->if_object();
        continue;
      }
      here = object ? object->if_contains(parts[i]) : nullptr;
      if (!here) return nullptr;
      object = here->if_object();
    }
    return here ? *here : json::value();
  }
  // any(x:condition): the condition is tried on each element.
  json::value any(std::string_view name) {
    json::value list = lookup(name);
    if (!sign('(')) failed = true;
    blanks();
    auto colon = text_.find(':', at_);
    if (colon == std::string_view::npos) {
      failed = true;
      return false;
    }
    auto old_variable = std::exchange(variable_, trim(text_.substr(at_, colon - at_)));
    auto* old_bound = bound_;
    size_t condition = colon + 1;
    bool found = false;
    json::array elements = list.is_array() ? list.get_array() : json::array();
    json::value nothing;
    auto attempt = [&](const json::value& element) {
      bound_ = &element;
      at_ = condition;
      return either();
    };
    if (elements.empty()) attempt(nothing);
    for (auto& element : elements) found = attempt(element) || found;
    bound_ = old_bound;
    variable_ = old_variable;
    if (!sign(')')) failed = true;
    lambda_ = true;
    return found;
  }

  std::string_view text_;
  const json::object& root_;
  size_t at_ = 0;
  std::string_view variable_;
  const json::value* bound_ = nullptr;
  bool lambda_ = false;
};

std::string_view sort_key(const json::object& row, std::string_view path) {
  const json::object* object = &row;
  for (auto part : split(path, '/')) {
    auto* value = object->if_contains(part);
    if (!value) return {};
    if (value->is_string()) return value->get_string();
    if (!value->is_object()) return {};
    object = &value->get_object();
  }
  return {};
}

size_t number_or(std::string_view text, size_t otherwise) {
  size_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

}  // namespace

Selection::Selection(std::string_view select) {
  // A property of a derived type is named with its type: "microsoft.graph.fileAttachment/contentId".
  for (auto name : split(select, ','))
    names_.emplace(name.starts_with("microsoft.graph.") ? name.substr(name.find('/') + 1) : name);
}

std::string_view Expansion::option(std::string_view wanted) const {
  for (auto part : split(options, ';'))
    if (part.starts_with(wanted) && part.size() > wanted.size() && part[wanted.size()] == '=')
      return part.substr(wanted.size() + 1);
  return {};
}

std::vector<Expansion> parse_expand(std::string_view expand) {
  std::vector<Expansion> out;
  for (auto part : split(expand, ',')) {
    auto open = part.find('(');
    Expansion expansion{.name = std::string(part.substr(0, open)), .options = {}};
    if (open != std::string_view::npos && part.ends_with(")"))
      expansion.options = part.substr(open + 1, part.size() - open - 2);
    out.push_back(std::move(expansion));
  }
  return out;
}

const Expansion* find_expansion(const std::vector<Expansion>& expansions, std::string_view name) {
  for (auto& expansion : expansions)
    if (same_address(expansion.name, name)) return &expansion;
  return nullptr;
}

std::expected<bool, std::string> matches(std::string_view filter, const json::object& object) {
  Filter evaluated(filter, object);
  bool value = evaluated.whole();
  if (evaluated.failed) return std::unexpected("Invalid filter clause: " + std::string(filter));
  return value;
}

std::string own_url(const Call& call, const std::vector<std::pair<std::string, std::string>>& query) {
  auto target = std::string_view(call.request.target);
  std::string url = call.base.substr(0, call.base.size() - std::string_view("/v1.0").size()) +
                    std::string(target.substr(0, target.find('?')));
  char separator = '?';
  for (auto& [name, value] : query) {
    url += separator + percent_encode(name) + "=" + percent_encode(value);
    separator = '&';
  }
  return url;
}

Answer list_answer(Call& call, std::vector<json::object> rows, size_t default_page) {
  if (auto filter = call.query("$filter"); !filter.empty()) {
    std::vector<json::object> kept;
    if (auto valid = matches(filter, {}); !valid) return error_answer(call, 400, "BadRequest", valid.error());
    for (auto& row : rows)
      if (*matches(filter, row)) kept.push_back(std::move(row));
    rows = std::move(kept);
  }
  if (auto order = call.query("$orderby"); !order.empty()) {
    auto path = order.substr(0, order.find(' '));
    bool down = order.ends_with(" desc");
    std::vector<std::pair<std::string, size_t>> keys;
    for (size_t i = 0; i < rows.size(); ++i) keys.emplace_back(sort_key(rows[i], path), i);
    std::ranges::sort(keys, [&](const auto& a, const auto& b) {
      if (a.first == b.first) return a.second < b.second;
      return down ? b.first < a.first : a.first < b.first;
    });
    std::vector<json::object> sorted;
    for (auto& [_, i] : keys) sorted.push_back(std::move(rows[i]));
    rows = std::move(sorted);
  }
  size_t total = rows.size();
  size_t skip = std::min(total, number_or(call.query("$skip"), 0));
  size_t top = number_or(call.query("$top"), call.prefer.page_size.value_or(default_page));
  if (top == 0 || top > 1000)
    return error_answer(call, 400, "ErrorInvalidUrlQuery", "The value of '$top' must be between 1 and 1000.");
  json::object body{{"@odata.context", call.base + "/$metadata#Collection"}};
  if (call.query("$count") == "true") body["@odata.count"] = total;
  json::array value;
  Selection select(call.query("$select"));
  for (size_t i = skip; i < std::min(total, skip + top); ++i) {
    json::object row;
    for (auto& [name, field] : rows[i])
      if (select.wants(name) || name == "id" || std::string_view(name).contains("@odata.") ||
          find_expansion(parse_expand(call.query("$expand")), name))
        row[name] = std::move(field);
    value.push_back(std::move(row));
  }
  body["value"] = std::move(value);
  if (skip + top < total) {
    std::vector<std::pair<std::string, std::string>> query;
    for (auto& [name, text] : call.request.query)
      if (name != "$skip") query.emplace_back(name, text);
    query.emplace_back("$skip", std::to_string(skip + top));
    body["@odata.nextLink"] = own_url(call, query);
  }
  return json_answer(200, body);
}

}  // namespace mailsync::lab::graph
