#include "server/signed_in_account.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

#include "mailbox/graph/classify.h"

namespace mailsync::server {
namespace {

namespace json = boost::json;

constexpr size_t kMostBytes = 256 << 10;
constexpr const char* kWhat = "reading whose mailbox this sign-in opens";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

bool SignedInAccount::has(std::string_view address) const {
  return std::ranges::find(addresses, lower(address)) != addresses.end();
}

Task<Result<SignedInAccount>> signed_in_account(net::HttpClient& http, const Clock& clock,
                                                std::string graph_root, Secret access_token) {
  CO_TRY(net::Origin origin, net::Origin::of(graph_root));
  net::HttpRequest request{.url = graph_root + "/me?$select=id,mail,userPrincipalName,proxyAddresses"};
  request.bearer = net::Bearer{.token = std::move(access_token), .origin = std::move(origin)};
  request.max_body_bytes = kMostBytes;
  CO_TRY(const net::HttpAnswer answer, co_await net::fetch(http, std::move(request)));
  if (answer.status != 200)
    co_return fail(graph::classify(graph::refusal_of(answer.status, answer.headers, answer.body, clock.now()),
                                   {.method = "GET", .what = kWhat}));
  boost::system::error_code broken;
  const json::value parsed = json::parse(answer.body, broken);
  const json::object* me = broken ? nullptr : parsed.if_object();
  SignedInAccount account;
  if (me) account.object_id = text_at(*me, "id");
  if (account.object_id.empty())
    co_return fail(ErrorKind::Corrupt, "Microsoft did not say whose sign-in this was: try again later");
  account.name = text_at(*me, "userPrincipalName");
  for (const char* field : {"mail", "userPrincipalName"})
    if (const std::string address = text_at(*me, field); !address.empty())
      account.addresses.push_back(lower(address));
  if (const json::value* proxies = me->if_contains("proxyAddresses"); proxies && proxies->is_array())
    for (const json::value& proxy : proxies->as_array()) {
      // "SMTP:ann@x.example" is the first address, "smtp:…" an alias; "X500:…" and the like are none.
      const std::string text = proxy.is_string() ? lower(proxy.as_string()) : "";
      if (text.starts_with("smtp:")) account.addresses.push_back(text.substr(5));
    }
  co_return account;
}

}  // namespace mailsync::server
