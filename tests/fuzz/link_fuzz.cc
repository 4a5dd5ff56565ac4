// Next and delta links: a link that we would follow with our bearer leads to the server we know, in the eyes
// of libcurl, too, which is what opens the connection.
#include <curl/curl.h>

#include <memory>

#include "mailbox/graph/cursor.h"
#include "net/url.h"
#include "tests/fuzz/check.h"

namespace {

using namespace mailsync;

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK || text == nullptr) return {};
  std::string out = text;
  curl_free(text);
  return out;
}

void must_lead_home(const std::string& link) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  // What curl refuses is never opened.
  if (curl_url_set(url.get(), CURLUPART_URL, link.c_str(), 0) != CURLUE_OK) return;
  fuzz::must(part_of(url.get(), CURLUPART_SCHEME) == "https");
  std::string host = part_of(url.get(), CURLUPART_HOST);
  for (char& c : host)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  fuzz::must(host == "graph.microsoft.com");
  fuzz::must(part_of(url.get(), CURLUPART_PORT) == "443");
  fuzz::must(part_of(url.get(), CURLUPART_USER).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(fuzz::text_of(data, size));
  constexpr std::string_view kHome = "https://graph.microsoft.com/v1.0";
  for (const std::string& cursor : {text, "f - " + text, "m 2026-11-08/2028-12-01 " + text}) {
    const auto read = graph::read_cursor(Cursor{cursor}, kHome);
    if (!read) continue;
    if (!read->link.empty()) must_lead_home(read->link);
    if (!read->kept.empty()) must_lead_home(read->kept);
    const auto again = graph::read_cursor(graph::write_cursor(*read), kHome);
    fuzz::must(again && again->link == read->link && again->kept == read->kept &&
               again->window == read->window);
  }
  if (const auto target = net::resolve("https://graph.microsoft.com/v1.0/me", text))
    fuzz::must(net::parse_url(*target).has_value());
  return 0;
}
