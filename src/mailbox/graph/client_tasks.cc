#include "mailbox/graph/client.h"
#include "net/url.h"

namespace mailsync::graph {

std::string Client::task_path(const std::string& list, const std::string& id) const {
  return path("/todo/lists/" + net::percent_encode(list) + "/tasks/" + net::percent_encode(id) +
              "?$expand=linkedResources");
}

PageTask<WireTaskList> Client::task_lists(std::string link) {
  Call call;
  call.url = link.empty() ? path("/todo/lists?$top=100") : std::move(link);
  call.what = "Listing the task lists";
  return page<WireTaskList>(std::move(call), read_task_list);
}

PageTask<WireTask> Client::tasks_delta(std::string list, std::string link) {
  return page<WireTask>(delta_call(path("/todo/lists/" + net::percent_encode(list) + "/tasks/delta"),
                                   std::move(link), "Reading what changed in a task list"),
                        read_task);
}

Task<Result<WireTask>> Client::task(std::string list, std::string id) {
  Call call;
  call.url = task_path(list, id);
  call.what = "Reading a task";
  return one<WireTask>(std::move(call), read_task);
}

PageTask<WireTask> Client::tasks_with_links(std::string list, std::string link) {
  Call call;
  call.url = link.empty() ? path("/todo/lists/" + net::percent_encode(list) +
                                 "/tasks?$expand=linkedResources&$orderby=createdDateTime%20desc&$top=100")
                          : std::move(link);
  call.what = "Looking for a task that was created";
  return page<WireTask>(std::move(call), read_task);
}

Task<Result<WireTask>> Client::create_task(std::string list, std::string json) {
  Call call;
  call.method = "POST";
  call.url = path("/todo/lists/" + net::percent_encode(list) + "/tasks");
  call.what = "Creating a task";
  call.body = std::move(json);
  return one<WireTask>(std::move(call), read_task);
}

Task<Result<WireTask>> Client::patch_task(std::string list, std::string id, std::string json,
                                          std::string change_key) {
  Call call;
  call.method = "PATCH";
  call.url = path("/todo/lists/" + net::percent_encode(list) + "/tasks/" + net::percent_encode(id));
  call.what = "Changing a task";
  call.body = std::move(json);
  call.change_key = std::move(change_key);
  return one<WireTask>(std::move(call), read_task);
}

Task<Result<void>> Client::delete_task(std::string list, std::string id, std::string change_key) {
  Call call;
  call.method = "DELETE";
  call.url = path("/todo/lists/" + net::percent_encode(list) + "/tasks/" + net::percent_encode(id));
  call.what = "Deleting a task";
  call.change_key = std::move(change_key);
  return nothing(std::move(call));
}

}  // namespace mailsync::graph
