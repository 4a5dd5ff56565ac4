#include "mailbox/graph/client.h"
#include "net/url.h"

namespace mailsync::graph {

PageTask<WireSubscription> Client::subscriptions(std::string link) {
  Call call;
  call.url = link.empty() ? "/subscriptions" : std::move(link);
  call.what = "Listing the subscriptions to change notices";
  return page<WireSubscription>(std::move(call), read_subscription);
}

Task<Result<WireSubscription>> Client::create_subscription(std::string json) {
  Call call;
  call.method = "POST";
  call.url = "/subscriptions";
  call.what = "Subscribing to change notices";
  call.body = std::move(json);
  return one<WireSubscription>(std::move(call), read_subscription);
}

Task<Result<WireSubscription>> Client::renew_subscription(std::string id, Instant expires) {
  Call call;
  call.method = "PATCH";
  call.url = "/subscriptions/" + net::percent_encode(id);
  call.what = "Renewing a subscription to change notices";
  call.body = boost::json::serialize(object{{"expirationDateTime", expires.to_iso()}});
  return one<WireSubscription>(std::move(call), read_subscription);
}

Task<Result<void>> Client::delete_subscription(std::string id) {
  Call call;
  call.method = "DELETE";
  call.url = "/subscriptions/" + net::percent_encode(id);
  call.what = "Ending a subscription to change notices";
  return nothing(std::move(call));
}

}  // namespace mailsync::graph
