// Users of the account, to choose owners and watchers from.
#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/json.h"
#include "crm/builtin/fold.h"
#include "crm/builtin/lists.h"

namespace mailsync::admin {

Answer list_users(Api& api, const Request& request) {
  TRY(const size_t limit, limit_of(request.http));
  const std::string words = crm::cut(request.http.query_value("q").value_or(""), 800);
  const std::string binding = "users " + words;
  UserId after;
  if (const auto cursor = request.http.query_value("cursor")) {
    const auto place = crm::decode_cursor(binding, *cursor);
    if (place.size() != 1)
      return std::unexpected(
          Problem(400, "cursor_invalid", "The cursor belongs to another list; start again."));
    after = UserId{place[0].integer()};
  }
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const auto found, crm::users(session, request.viewer.account, words, after, limit + 1));
    TRY(const int64_t total, crm::count_users(session, request.viewer.account, words));
    boost::json::array items;
    for (const crm::User& user : found)
      if (items.size() < limit)
        items.push_back(
            {{"id", id_text(user.id)}, {"name", user.name}, {"email", text_or_null(user.address)}});
    PageInfo info{.total = total};
    if (found.size() > limit) info.next_cursor = crm::encode_cursor(binding, {found[limit - 1].id});
    return Reply{.json = page_of(std::move(items), info)};
  });
}

}  // namespace mailsync::admin
