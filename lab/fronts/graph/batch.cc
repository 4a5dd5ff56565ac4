// $batch: up to 20 requests in one; each is judged and throttled for itself (F123).
#include <algorithm>

#include "lab/fronts/graph/front_impl.h"
#include "lab/fronts/graph/render.h"
#include "lab/target.h"

namespace mailsync::lab::graph {
namespace {

struct Part {
  const json::object* request = nullptr;
  std::string id;
  std::vector<std::string> depends_on;
  int status = 0;  // 0 = not done
  json::object response;
};

std::optional<std::string> read_parts(const json::object& body, std::vector<Part>& parts) {
  auto* requests = array_of(body, "requests");
  if (!requests || requests->empty()) return "Invalid batch payload format.";
  if (requests->size() > 20) return "Number of batch request steps exceeds the maximum value of 20.";
  for (auto& value : *requests) {
    auto* object = value.if_object();
    if (!object) return "Invalid batch payload format.";
    Part part{.request = object, .id = std::string(text_of(*object, "id"))};
    if (part.id.empty() || text_of(*object, "method").empty() || text_of(*object, "url").empty())
      return "Each request needs id, method and url.";
    if (std::ranges::any_of(parts, [&](auto& other) { return other.id == part.id; }))
      return "Request Id '" + part.id + "' is duplicated.";
    if (text_of(*object, "url").find("$batch") != std::string_view::npos) return "A batch cannot be nested.";
    if (auto* depends = array_of(*object, "dependsOn"))
      for (auto& name : *depends)
        part.depends_on.emplace_back(name.is_string() ? std::string(name.get_string()) : "");
    parts.push_back(std::move(part));
  }
  for (auto& part : parts)
    for (auto& name : part.depends_on)
      if (std::ranges::none_of(parts, [&](auto& other) { return other.id == name; }))
        return "Request '" + part.id + "' depends on an unknown request.";
  return std::nullopt;
}

json::object as_part(const std::string& id, Answer answer) {
  json::object headers;
  for (auto& [name, value] : answer.headers.all()) headers[name] = value;
  json::object out{{"id", id}, {"status", answer.status}, {"headers", headers}};
  if (answer.body.empty()) return out;
  boost::system::error_code failed;
  bool is_json = answer.headers.find("Content-Type").value_or("").find("json") != std::string_view::npos;
  auto value = is_json ? json::parse(answer.body, failed) : json::value();
  out["body"] = is_json && !failed ? value : json::value(base64_of(answer.body));
  return out;
}

}  // namespace

Answer GraphFront::Impl::sub_request(const json::object& part, const net::ServerRequest& outer,
                                     const Grant& grant, Instant now) {
  net::ServerRequest request;
  request.method = text_of(part, "method");
  for (char& c : request.method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string url(text_of(part, "url"));
  if (url.starts_with("/v1.0/")) url = url.substr(5);
  set_target(request, "/v1.0" + std::string(url.starts_with("/") ? "" : "/") + url);
  request.peer = outer.peer;
  request.headers.add("Host", std::string(outer.headers.find("Host").value_or("graph.microsoft.com")));
  if (auto* headers = object_of(part, "headers"))
    for (auto& [name, value] : *headers)
      if (value.is_string()) request.headers.add(std::string(name), std::string(value.get_string()));
  Call call = call_for(request, grant, now);
  if (auto* body = part.if_contains("body"); body && !body->is_null()) {
    if (!request.headers.find("Content-Type"))
      return error_answer(call, 400, "BadRequest", "Batch item with a body needs a Content-Type header.");
    bool is_json = request.headers.find("Content-Type")->starts_with("application/json");
    request.body = is_json             ? json::serialize(*body)
                   : body->is_string() ? std::string(body->get_string())
                                       : std::string();
    // Text bodies travel as base64 in a batch; MIME is base64 already, and is taken as it is.
  }
  if (std::string key = mailbox_key(request, grant); !key.empty())
    if (auto why = throttle.admit(key, request.method == "GET" ? 0 : request.body.size(), now))
      return too_many(call, *why);
  ++world.counters.sub_requests;
  return answer(request, grant, now);
}

Answer GraphFront::Impl::batch(const net::ServerRequest& request, const Grant& grant, Instant now) {
  Call call = call_for(request, grant, now);
  if (request.method != "POST") return error_answer(call, 405, "BadRequest", "A batch is a POST.");
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  std::vector<Part> parts;
  if (auto wrong = read_parts(*body, parts)) return error_answer(call, 400, "BadRequest", *wrong);
  std::map<std::string, size_t> independent;  // per mailbox
  for (size_t done = 0; done < parts.size();) {
    size_t before = done;
    for (auto& part : parts) {
      if (part.status) continue;
      bool waits = false, failed = false;
      for (auto& name : part.depends_on) {
        auto& other = *std::ranges::find(parts, name, &Part::id);
        waits = waits || !other.status;
        failed = failed || other.status >= 400;
      }
      if (waits) continue;
      net::ServerRequest probe;
      set_target(probe, "/v1.0" + std::string(text_of(*part.request, "url")));
      bool over = part.depends_on.empty() && world.faults.batch_concurrency &&
                  ++independent[mailbox_key(probe, grant)] > world.faults.batch_concurrency;
      Answer result =
          failed ? error_answer(call, 424, "FailedDependency", "A request that this one depends on failed.")
          : over ? too_many(call, "Application is over its MailboxConcurrency limit.")
                 : sub_request(*part.request, request, grant, now);
      part.status = result.status;
      part.response = as_part(part.id, std::move(result));
      ++done;
    }
    if (done == before)
      return error_answer(call, 400, "BadRequest", "The requests depend on each other in a circle.");
  }
  json::array responses;
  for (auto& part : parts) responses.push_back(std::move(part.response));
  for (size_t i = responses.size(); i > 1; --i)
    std::swap(responses[i - 1], responses[world.random().below(i)]);  // unordered
  return json_answer(200, {{"responses", std::move(responses)}});
}

}  // namespace mailsync::lab::graph
