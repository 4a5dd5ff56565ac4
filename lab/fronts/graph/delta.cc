#include "lab/fronts/graph/delta.h"

#include <algorithm>

#include "lab/fronts/graph/odata.h"
#include "lab/fronts/graph/render.h"

namespace mailsync::lab::graph {
namespace {

// Everything a link remembers; the client sees it as one opaque string.
struct Token {
  std::string collection;
  uint64_t since = 0;   // where this round started
  uint64_t at = 0;      // entries up to here are done
  uint64_t within = 0;  // the entry in progress, when a series is longer than a page; 0 = none
  uint64_t offset = 0;  // objects of it that are done
  uint64_t round = 0;   // sequence of the mailbox when the round started: what was removed since then is told
  bool opened = false;  // the empty first page was sent
  uint64_t issued = 0;
  json::object options;
};

std::string write(const Token& token) {
  json::object object{{"c", token.collection}, {"s", token.since},  {"a", token.at},
                      {"w", token.within},     {"o", token.offset}, {"f", token.opened},
                      {"t", token.issued},     {"r", token.round},  {"q", token.options}};
  std::string text = base64_of(json::serialize(object));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  std::erase(text, '=');
  return text;
}

std::optional<Token> read(std::string_view text) {
  auto bytes = bytes_of_base64(text);
  if (!bytes) return std::nullopt;
  boost::system::error_code failed;
  auto value = json::parse(*bytes, failed);
  if (failed || !value.is_object()) return std::nullopt;
  auto& object = value.get_object();
  auto number = [&](std::string_view name) {
    auto* n = object.if_contains(name);
    return n && n->is_number() ? n->to_number<uint64_t>() : 0;
  };
  Token token{.collection = std::string(text_of(object, "c")),
              .since = number("s"),
              .at = number("a"),
              .within = number("w"),
              .offset = number("o"),
              .round = number("r"),
              .opened = flag_of(object, "f"),
              .issued = number("t"),
              .options = {}};
  if (auto* options = object_of(object, "q")) token.options = *options;
  return token;
}

std::string_view token_text(const Call& call) {
  for (std::string_view name : {"$deltatoken", "$skiptoken", "$deltaToken", "$skipToken"})
    if (auto value = call.request.query_value(name)) return *value;
  return {};
}

Answer gone(const Call& call) {
  auto mode = call.world.faults.token_gone;
  if (mode == TokenGone::BadRequest400)
    return error_answer(call, 400, "syncStateNotFound",
                        "The sync state generation is not found; continue with a full synchronization.");
  auto answer = error_answer(call, 410, "SyncStateNotFound",
                             "The sync state generation is not found; continue with a full synchronization.");
  if (mode == TokenGone::Gone410Location)
    answer.headers.add("Location", own_url(call, {{"$deltatoken", ""}}));
  return answer;
}

size_t page_size(const Call& call) {
  size_t asked = call.prefer.page_size.value_or(0);
  if (!asked)
    if (auto top = kept_option(call, "$top"); !top.empty())
      asked = static_cast<size_t>(std::max(0, std::atoi(top.c_str())));
  return asked ? std::min(asked, call.world.faults.page_max) : call.world.faults.page_default;
}

// The objects of one entry: what it shows, or that it is removed.
std::vector<json::object> objects_of(const Call& call, const DeltaView& view, const ChangeLog::Entry& entry,
                                     const Token& token) {
  uint64_t since = token.since;
  bool lost = call.world.faults.lose_there_and_back && !entry.removed && since && entry.removed_seq > since &&
              entry.first_seq > since;
  if (entry.removed || lost) {
    if (!since && entry.removed_seq <= token.round) return {};
    // A move out looks like a removal, and the reason does not tell the two apart.
    ItemId id = view.removed_id;
    id.number = entry.number;
    id.place = entry.place;
    return {removed_object(id.text(), entry.moved && entry.number % 2 ? "changed" : "deleted",
                           view.removed_type)};
  }
  return view.show(entry, since);
}

struct Page {
  json::array value;
  bool more = false;
};

Page fill(Call& call, const DeltaView& view, Token& token, size_t size) {
  Page page;
  auto& entries = view.log.entries();
  auto it = token.within ? entries.find(token.within) : entries.upper_bound(token.at);
  if (it == entries.end())
    it = entries.upper_bound(token.at);  // it changed meanwhile, and comes again further on
  uint64_t skip = it != entries.end() && it->first == token.within ? token.offset : 0;
  token.within = token.offset = 0;
  for (; it != entries.end(); ++it, skip = 0) {
    auto objects = objects_of(call, view, it->second, token);
    for (size_t i = skip; i < objects.size(); ++i) {
      if (page.value.size() == size) {
        token.within = it->first;
        token.offset = i;
        page.more = true;
        return page;
      }
      page.value.push_back(std::move(objects[i]));
    }
    token.at = it->first;
  }
  return page;
}

void shuffle(Call& call, json::array& value) {
  for (size_t i = value.size(); i > 1; --i) std::swap(value[i - 1], value[call.world.random().below(i)]);
}

}  // namespace

std::string kept_option(const Call& call, std::string_view name) {
  if (auto direct = call.query(name); !direct.empty()) return std::string(direct);
  if (auto token = read(token_text(call))) return std::string(text_of(token->options, name));
  return {};
}

json::object removed_object(std::string_view id, std::string_view reason, std::string_view type) {
  json::object out;
  if (!type.empty()) out["@odata.type"] = type;
  out["id"] = id;
  out["@removed"] = json::object{{"reason", reason}};
  return out;
}

Answer delta_answer(Call& call, const DeltaView& view) {
  Token token;
  if (auto text = token_text(call); !text.empty()) {
    auto old = read(text);
    if (!old) return error_answer(call, 400, "SyncStateInvalid", "The sync state is invalid.");
    bool too_old =
        Instant{static_cast<int64_t>(old->issued)} + call.world.faults.delta_token_life <= call.now ||
        Instant{static_cast<int64_t>(old->issued)} < call.desk.tokens_valid_from;
    if (too_old || old->collection != view.collection) return gone(call);
    token = std::move(*old);
  } else {
    token.collection = view.collection;
    token.round = view.sequence;
    for (auto& name : view.kept_options)
      if (auto value = call.request.query_value(name)) token.options[name] = *value;
  }
  token.issued = static_cast<uint64_t>(call.now.us);
  json::object body{{"@odata.context", call.base + "/$metadata#Collection"}};
  if (call.world.faults.empty_first_page && !token.opened) {
    token.opened = true;
    body["value"] = json::array();
    body["@odata.nextLink"] = own_url(call, {{"$skiptoken", write(token)}});
    return json_answer(200, body);
  }
  auto last_before = token.within ? token.within : token.at;
  Page page = fill(call, view, token, page_size(call));
  if (call.world.faults.repeat_entities && last_before > token.since) {
    if (auto old = view.log.entries().find(last_before); old != view.log.entries().end())
      if (auto objects = objects_of(call, view, old->second, token); objects.size() == 1)
        page.value.push_back(std::move(objects[0]));
  }
  if (call.world.faults.shuffle_pages) shuffle(call, page.value);
  body["value"] = std::move(page.value);
  if (page.more) {
    body["@odata.nextLink"] = own_url(call, {{"$skiptoken", write(token)}});
  } else {
    Token next{.collection = token.collection,
               .since = std::max(token.at, view.sequence),
               .at = std::max(token.at, view.sequence),
               .round = view.sequence,
               .issued = token.issued,
               .options = token.options};
    body["@odata.deltaLink"] = own_url(call, {{"$deltatoken", write(next)}});
  }
  return json_answer(200, body);
}

}  // namespace mailsync::lab::graph
