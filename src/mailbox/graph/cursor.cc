#include "mailbox/graph/cursor.h"

#include <array>
#include <vector>

#include "net/http.h"

namespace mailsync::graph {
namespace {

// In the order of FeedCursor::Phase.
constexpr std::string_view kPhases = "lfmc";

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (true) {
    const size_t blank = text.find(' ');
    out.emplace_back(text.substr(0, blank));
    if (blank == std::string_view::npos) return out;
    text.remove_prefix(blank + 1);
  }
}

std::optional<Window> window_of(std::string_view words) {
  const size_t slash = words.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto from = model::Date::from_text(words.substr(0, slash));
  const auto to = model::Date::from_text(words.substr(slash + 1));
  if (!from || !to) return std::nullopt;
  return Window{*from, *to};
}

struct Place {
  net::Origin home;
  std::string me;  // what links of a signed-in owner begin with; "" where they are good
};

bool leads_there(const std::string& link, const Place& place) {
  if (link.empty()) return true;
  const auto origin = net::Origin::of(link);
  return origin && *origin == place.home && (place.me.empty() || !link.starts_with(place.me));
}

}  // namespace

// "f - https://…", "m 2026-11-08/2028-11-22 https://… https://…": URLs hold no blanks.
Cursor write_cursor(const FeedCursor& cursor) {
  std::string out(1, kPhases[static_cast<size_t>(cursor.phase)]);
  out += ' ';
  out += cursor.window ? cursor.window->from.to_text() + "/" + cursor.window->to.to_text() : "-";
  out += ' ' + cursor.link;
  if (!cursor.kept.empty()) out += ' ' + cursor.kept;
  return Cursor{std::move(out)};
}

Result<FeedCursor> read_cursor(const Cursor& cursor, std::string_view base_url, std::string_view user) {
  if (!cursor) return FeedCursor{};
  const auto lost = [] {
    return fail(ErrorKind::CursorLost,
                "The stored place in the change list does not fit the settings any more; "
                "everything is listed once more.");
  };
  const std::vector<std::string> words = words_of(cursor.value);
  if (words.size() < 3 || words.size() > 4 || words[0].size() != 1) return lost();
  const size_t phase = kPhases.find(words[0]);
  if (phase == std::string_view::npos) return lost();
  FeedCursor out{.phase = static_cast<FeedCursor::Phase>(phase), .link = words[2], .window = {}, .kept = {}};
  if (words[1] != "-" && !(out.window = window_of(words[1]))) return lost();
  if (words.size() == 4) out.kept = words[3];
  const auto home = net::Origin::of(base_url);
  if (!home) return lost();
  const Place place{.home = *home, .me = user.empty() ? std::string() : std::string(base_url) + "/me/"};
  if (!leads_there(out.link, place) || !leads_there(out.kept, place)) return lost();
  return out;
}

}  // namespace mailsync::graph
