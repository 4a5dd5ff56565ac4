// The OData query options that the client uses: $select, $expand, $filter, $orderby, $top, $skip.
#pragma once

#include <set>

#include "lab/fronts/graph/call.h"

namespace mailsync::lab::graph {

// Names after $select, without case folding; nothing = the type's default set.
class Selection {
 public:
  Selection() = default;
  explicit Selection(std::string_view select);
  bool all() const { return names_.empty(); }
  // Was it asked for, or is everything (that is shown by default)?
  bool wants(std::string_view name) const { return all() || names_.contains(name); }
  bool names(std::string_view name) const { return names_.contains(name); }

 private:
  std::set<std::string, std::less<>> names_;
};

// One part of $expand: "attachments($select=id,name)" → {"attachments", "$select=id,name"}.
struct Expansion {
  std::string name;
  std::string options;
  // The value of an option in the parentheses: option("$filter").
  std::string_view option(std::string_view name) const;
};
std::vector<Expansion> parse_expand(std::string_view expand);
const Expansion* find_expansion(const std::vector<Expansion>& expansions, std::string_view name);

// Evaluates a $filter over an object; the error text for one that is not understood.
// Comparison, and/or/not, parentheses, startswith, contains, and lambda any() over arrays.
std::expected<bool, std::string> matches(std::string_view filter, const json::object& object);

// Sorts, filters and pages a list by the request's options: {"value": […], "@odata.nextLink"}.
// `default_page` is used when neither $top nor maxpagesize is given.
Answer list_answer(Call& call, std::vector<json::object> rows, size_t default_page = 10);

// The request's own URL on the front's base, with these query options instead of its own.
std::string own_url(const Call& call, const std::vector<std::pair<std::string, std::string>>& query);

}  // namespace mailsync::lab::graph
