// The second factor of the signed-in user, and an administrator's taking it from somebody who lost it.
#include "admin/account_json.h"
#include "admin/data.h"
#include "admin/handlers.h"

namespace mailsync::admin {
namespace {

Problem not_possible() {
  return {409, "not_set_up",
          "The server has no master key, so it cannot keep the secret of a second factor: the operator sets "
          "[vault] "
          "in the settings."};
}

}  // namespace

Task<Answer> begin_second_factor(Api& api, std::shared_ptr<const Request> request) {
  if (!api.second_factors) co_return std::unexpected(not_possible());
  const auto begun = co_await api.second_factors->begin(request->session.user);
  if (!begun) co_return std::unexpected(Problem(begun.error()));
  co_return Reply{
      .json = boost::json::object{{"key", auth::base32(begun->secret.reveal())}, {"link", begun->link}}};
}

Task<Answer> confirm_second_factor(Api& api, std::shared_ptr<const Request> request) {
  if (!api.second_factors) co_return std::unexpected(not_possible());
  const auto code = text_in(request->body, "code");
  if (!code) co_return std::unexpected(code.error());
  const auto codes = co_await api.second_factors->confirm(
      request->session.user, *code, auth::actor_of(request->session.user, request->http.peer));
  if (!codes) co_return std::unexpected(Problem(codes.error()));
  boost::json::array list;
  for (const std::string& each : *codes) list.emplace_back(each);
  co_return Reply{.json = boost::json::object{{"recovery_codes", std::move(list)}}};
}

Task<Answer> remove_second_factor(Api& api, std::shared_ptr<const Request> request) {
  if (!api.second_factors) co_return std::unexpected(not_possible());
  const auto code = text_in(request->body, "code");
  if (!code) co_return std::unexpected(code.error());
  const auto done = co_await api.second_factors->remove(
      request->session.user, *code, auth::actor_of(request->session.user, request->http.peer));
  if (!done) co_return std::unexpected(Problem(done.error()));
  co_return Reply{.status = 204};
}

Task<Answer> take_second_factor_away(Api& api, std::shared_ptr<const Request> request) {
  if (!api.second_factors) co_return std::unexpected(not_possible());
  auto row = co_await api.executor.blocking([&api, request] { return governed_user(api, *request); });
  if (!row) co_return std::unexpected(std::move(row).error());
  if (!row->user.second_factor)
    co_return std::unexpected(Problem(409, "state", "This user has no second factor."));
  const auto done = co_await api.second_factors->take_away(
      row->user, auth::actor_of(request->session.user, request->http.peer));
  if (!done) co_return std::unexpected(Problem(done.error()));
  co_return Reply{.status = 204};
}

}  // namespace mailsync::admin
