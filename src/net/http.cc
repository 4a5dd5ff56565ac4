#include "net/http.h"

#include <algorithm>

#include "net/url.h"

namespace mailsync::net {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

class StoredBody final : public BodyStream {
 public:
  explicit StoredBody(std::string bytes) : bytes_(std::move(bytes)) {}
  Task<Result<std::string>> next() override { co_return std::exchange(bytes_, {}); }

 private:
  std::string bytes_;
};

}  // namespace

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return same_name(field.first, name); });
  fields_.emplace_back(std::string(name), std::move(value));
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [field, value] : fields_)
    if (same_name(field, name)) return value;
  return std::nullopt;
}

Result<Origin> Origin::of(std::string_view url) {
  TRY(Url parsed, parse_url(url));
  return Origin{.scheme = std::move(parsed.scheme), .host = std::move(parsed.host), .port = parsed.port};
}

Task<Result<HttpAnswer>> fetch(HttpClient& client, HttpRequest request) {
  const size_t cap = request.max_body_bytes;
  CO_TRY(HttpResponse response, co_await client.open(std::move(request)));
  HttpAnswer answer{.status = response.status, .headers = std::move(response.headers), .body = {}};
  if (!response.body) co_return answer;
  while (true) {
    CO_TRY(const std::string chunk, co_await response.body->next());
    if (chunk.empty()) co_return answer;
    if (answer.body.size() + chunk.size() > cap)
      co_return fail(ErrorKind::ItemInvalid,
                     "the answer is larger than the " + std::to_string(cap) + " bytes allowed for it");
    answer.body += chunk;
  }
}

std::unique_ptr<BodyStream> body_of(std::string bytes) {
  return std::make_unique<StoredBody>(std::move(bytes));
}

std::optional<std::string_view> ServerRequest::query_value(std::string_view name) const {
  for (const auto& [field, value] : query)
    if (field == name) return value;
  return std::nullopt;
}

}  // namespace mailsync::net
