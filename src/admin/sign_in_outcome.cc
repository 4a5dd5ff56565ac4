#include "admin/sign_in_outcome.h"

#include "admin/api.h"
#include "admin/handlers.h"
#include "admin/json.h"

namespace mailsync::admin {

Task<Answer> get_sign_in_outcome(Api& api, std::shared_ptr<const Request> request) {
  std::optional<SignInOutcome> outcome;
  if (api.sign_in_outcome) outcome = api.sign_in_outcome(request->path.at("id"), request->viewer.user);
  if (!outcome) co_return std::unexpected(not_found("sign-in"));
  boost::json::value mailbox;
  if (outcome->mailbox)
    mailbox = boost::json::object{
        {"id", id_text(*outcome->mailbox)}, {"address", outcome->address}, {"name", nullptr}};
  co_return Reply{.json = boost::json::object{{"reason", outcome->reason},
                                              {"detail", text_or_null(outcome->detail)},
                                              {"code", text_or_null(outcome->code)},
                                              {"request_id", text_or_null(outcome->request_id)},
                                              {"mailbox", std::move(mailbox)}}};
}

}  // namespace mailsync::admin
