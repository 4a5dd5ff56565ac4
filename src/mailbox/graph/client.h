// The endpoints of Microsoft Graph v1.0 that we use: one method per call. Knows URLs, headers, pages, batches
// and patience; knows nothing of the model. learn.microsoft.com/graph/api
//
// Every call carries Prefer: IdType="ImmutableId" (F68) and a client-request-id. The bearer goes to the
// configured origin alone, and so do next and delta links (S24). At most four requests of a mailbox are under
// way (F122). Throttling and, for reads, outages are waited out a few times; longer pauses are the
// scheduler's business.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "mailbox/graph/classify.h"
#include "mailbox/graph/codec.h"
#include "net/http.h"
#include "net/rate_limit.h"
#include "net/retry.h"

namespace mailsync::graph {

// A bearer for Graph. `claims`: the challenge of a 401 (continuous access evaluation), for which a new token
// must be got; nullopt: any token that is still good.
using TokenSource = std::function<Task<Result<net::Bearer>>(std::optional<std::string> claims)>;

struct ClientOptions {
  std::string base_url = "https://graph.microsoft.com/v1.0";
  std::string user;  // object id or address; "" = the one who signed in (/me)
  // Of this installation: another one's operations in the same mailbox are not ours (F7).
  std::string mark;
  // What delta pages are asked to hold; the server grants what it likes (F50).
  int page_size = 1000;
  net::RetryPolicy retry{.attempts = 4, .longest_ordered_wait = std::chrono::seconds(30)};
};

template <typename T>
using PageTask = Task<Result<WirePage<T>>>;

class Client {
 public:
  Client(net::HttpClient& http, TokenSource tokens, Executor& executor, Random& random, net::RateLimit& limit,
         ClientOptions options);

  // ---- paths relative to the service root, for batches ----
  std::string path(std::string_view below_user) const;  // "/users/u" + below_user
  std::string message_path(const std::string& id, bool with_body) const;
  std::string conversation_path(const std::string& id) const;  // heads, in any folder
  std::string contact_path(const std::string& id) const;
  std::string task_path(const std::string& list, const std::string& id) const;
  std::string event_path(const std::string& id) const;  // with exceptions and cancelled occurrences

  // ---- mail folders and messages (client_mail.cc) ----
  // An empty link is the first page, in all methods below.
  PageTask<WireFolder> child_mail_folders(std::string folder, std::string link);
  PageTask<WireMessage> messages_delta(std::string folder, std::string link);
  PageTask<WireMessage> messages_at(std::string link);  // a further page of any listing
  Task<Result<WireMessage>> message_head(std::string id);
  Task<Result<WireMessage>> patch_message(std::string id, std::string json, std::string change_key);
  Task<Result<std::unique_ptr<net::BodyStream>>> open_message(std::string id);
  Task<Result<std::unique_ptr<net::BodyStream>>> open_attachment(std::string id, std::string attachment);
  PageTask<WireMessage> find_messages(std::string operation);
  Task<Result<WireMessage>> create_message(std::string json);
  Task<Result<void>> send_message(std::string id);
  Task<Result<void>> delete_message(std::string id);
  Task<Result<void>> add_attachment(std::string message, std::string json);
  // The address that the pieces are put to; it holds its own authorization (S46).
  Task<Result<std::string>> create_upload_session(std::string message, std::string json);
  Task<Result<void>> upload_piece(std::string url, std::string bytes, int64_t from, int64_t total);
  Task<Result<std::vector<std::string>>> master_categories();
  Task<Result<void>> create_master_category(std::string name);

  // ---- contacts (client_contacts.cc) ----
  PageTask<WireFolder> child_contact_folders(std::string folder, std::string link);
  Task<Result<WireFolder>> create_contact_folder(std::string name);
  PageTask<WireContact> contacts_delta(std::string folder, std::string link);
  Task<Result<WireContact>> contact(std::string id);
  Task<Result<WireContact>> create_contact(std::string folder, std::string json);
  Task<Result<WireContact>> patch_contact(std::string id, std::string json, std::string change_key);
  Task<Result<void>> delete_contact(std::string id, std::string change_key);
  PageTask<WireContact> find_contacts(std::string folder, std::string operation);

  // ---- tasks (client_tasks.cc) ----
  PageTask<WireTaskList> task_lists(std::string link);
  PageTask<WireTask> tasks_delta(std::string list, std::string link);
  Task<Result<WireTask>> task(std::string list, std::string id);
  // Newest first, with our linked resources.
  PageTask<WireTask> tasks_with_links(std::string list, std::string link);
  Task<Result<WireTask>> create_task(std::string list, std::string json);
  Task<Result<WireTask>> patch_task(std::string list, std::string id, std::string json,
                                    std::string change_key);
  Task<Result<void>> delete_task(std::string list, std::string id, std::string change_key);

  // ---- events (client_events.cc) ----
  // start, end: ISO dates with time, UTC.
  PageTask<WireEvent> calendar_view_delta(std::string start, std::string end, std::string link);
  Task<Result<WireEvent>> event(std::string id);
  PageTask<WireEvent> instances(std::string master, std::string start, std::string end, std::string link);
  Task<Result<WireEvent>> create_event(std::string json);
  Task<Result<WireEvent>> patch_event(std::string id, std::string json, std::string change_key);
  Task<Result<void>> delete_event(std::string id, std::string change_key);
  PageTask<WireEvent> find_events(std::string operation);

  // ---- subscriptions (client_subscriptions.cc) ----
  PageTask<WireSubscription> subscriptions(std::string link);
  Task<Result<WireSubscription>> create_subscription(std::string json);
  Task<Result<WireSubscription>> renew_subscription(std::string id, Instant expires);
  Task<Result<void>> delete_subscription(std::string id);

  // ---- batches (client_batch.cc) ----
  // Reads in $batches of 20, one outcome per step in the order given. Each answer is judged by itself; 429,
  // 5xx and missing ones are asked again after the longest Retry-After among them (F123, F129).
  Task<std::vector<Result<BatchAnswer>>> read_all(std::vector<BatchStep> steps, std::string what);

  Executor& executor() { return executor_; }
  Random& random() { return random_; }
  const ClientOptions& options() const { return options_; }
  // The operation as it is kept in the mailbox.
  OperationId own(OperationId operation) const;
  // HTTP requests made so far, repeated ones too; a batch is one.
  int64_t requests() const { return requests_; }
  // "/users/u/messages": how subscriptions name what they watch.
  std::string resource(std::string_view below_user) const;

 private:
  struct Call {
    std::string method = "GET";
    std::string url;   // relative to the service root, or an absolute link of the server's
    std::string what;  // for people: "reading the inbox"
    std::string prefer;
    std::string change_key;  // sent as If-Match; empty = none
    std::string body;
    bool repeatable = false;  // a POST that changes nothing: a batch of reads
    bool anonymous = false;   // an upload address: no bearer
    net::Headers headers;
    size_t max_bytes = kMaxJsonBytes;
  };
  // A 2xx answer, or the error that classify() makes of anything else.
  Task<Result<net::HttpAnswer>> call(Call call);
  Task<Result<net::HttpResponse>> open(Call call);
  Task<Result<net::HttpResponse>> open_once(const Call& call, std::optional<std::string> claims);
  Task<Result<net::HttpRequest>> request_for(const Call& call, std::optional<std::string> claims);
  Task<Error> refused(const Call& call, net::HttpResponse response, std::optional<std::string>* claims);
  template <typename T>
  PageTask<T> page(Call call, T (*read)(const JsonObject&));
  template <typename T>
  Task<Result<T>> one(Call call, T (*read)(const JsonObject&));
  Task<Result<void>> nothing(Call call);
  Task<Result<std::unique_ptr<net::BodyStream>>> stream(Call call);
  Call delta_call(std::string first, std::string link, std::string what, std::string prefer = {}) const;
  Task<std::vector<Result<BatchAnswer>>> read_some(std::vector<BatchStep> steps, std::string what);

  net::HttpClient& http_;
  TokenSource tokens_;
  Executor& executor_;
  Random& random_;
  net::RateLimit& limit_;
  ClientOptions options_;
  int64_t requests_ = 0;
};

// One page read by `read`; defined here because every client_*.cc uses it.
template <typename T>
PageTask<T> Client::page(Call call, T (*read)(const JsonObject&)) {
  const std::string what = call.what;
  CO_TRY(const net::HttpAnswer answer, co_await this->call(std::move(call)));
  co_return read_page<T>(answer.body, what, read);
}

template <typename T>
Task<Result<T>> Client::one(Call call, T (*read)(const JsonObject&)) {
  const std::string what = call.what;
  CO_TRY(const net::HttpAnswer answer, co_await this->call(std::move(call)));
  CO_TRY(const JsonDocument parsed, parse_object(answer.body, what));
  co_return read(parsed.get_object());
}

}  // namespace mailsync::graph
