#include "mailbox/graph/folders.h"

#include <algorithm>
#include <map>

#include "base/log.h"
#include "net/url.h"

namespace mailsync::graph {
namespace {

using model::Kind;

// Steps of the first batch, in this order.
enum First { Inbox, Sent, Deleted, DefaultContacts, TopMail, TopContacts, Lists, Drafts, Junk, kFirstSteps };

// An error that concerns one kind alone.
bool concerns_kind(const Error& error) {
  return error.kind == ErrorKind::Forbidden || error.kind == ErrorKind::Gone ||
         error.kind == ErrorKind::Unsupported;
}

bool follows(const sync::Profile& profile, Kind kind) {
  const auto found = profile.directions.find(kind);
  return found != profile.directions.end() && (found->second.to_crm || found->second.to_mailbox);
}

std::string id_in(const Result<BatchAnswer>& answer) {
  const auto members = answer ? answer->body.if_object() : std::nullopt;
  return members ? text(*members, "id") : std::string();
}

template <typename T>
WirePage<T> page_in(const BatchAnswer& answer, T (*read)(const JsonObject&)) {
  const auto members = answer.body.if_object();
  return members ? page_in<T>(*members, read) : WirePage<T>{};
}

using NextPage = PageTask<WireFolder> (Client::*)(std::string folder, std::string link);

// Follows the next links of a listing that a batch began.
Task<Result<std::vector<WireFolder>>> whole_list(Client& client, WirePage<WireFolder> page, NextPage next) {
  std::vector<WireFolder> out = std::move(page.items);
  while (!page.next_link.empty()) {
    CO_TRY(page, co_await (client.*next)("", page.next_link));
    out.insert(out.end(), page.items.begin(), page.items.end());
  }
  co_return out;
}

constexpr std::string_view kContactFolders = "/contactFolders/";

// A contact folder does not say how many folders it holds.
void ask_for_children(std::vector<WireFolder>& folders) {
  for (WireFolder& folder : folders) folder.child_count = 1;
}

// All folders below `parents`, level by level.
Task<Result<std::vector<WireFolder>>> all_below(Client& client, std::vector<WireFolder> parents,
                                                std::string root, NextPage next) {
  std::vector<WireFolder> out;
  while (true) {
    std::vector<BatchStep> steps;
    for (const WireFolder& parent : parents)
      if (parent.child_count > 0)
        steps.push_back(
            {.url = client.path(root + net::percent_encode(parent.id) + "/childFolders?$top=250")});
    if (steps.empty()) co_return out;
    parents.clear();
    for (const auto& answer : co_await client.read_all(std::move(steps), "Listing the folders")) {
      if (!answer && answer.error().kind == ErrorKind::Gone) continue;  // deleted meanwhile
      if (!answer) co_return fail(answer.error());
      CO_TRY(auto children, co_await whole_list(client, page_in<WireFolder>(*answer, read_folder), next));
      if (root == kContactFolders) ask_for_children(children);
      parents.insert(parents.end(), children.begin(), children.end());
    }
    out.insert(out.end(), parents.begin(), parents.end());
  }
}

// By its whole path, or by its own name wherever it is.
bool is_named(const std::vector<std::string>& names, const std::string& path) {
  const std::string last = path.substr(path.rfind('/') + 1);
  return std::ranges::find(names, last) != names.end() || std::ranges::find(names, path) != names.end();
}

// Nothing named: all.
bool is_wanted(const std::string& name, const std::vector<std::string>& included,
               const std::vector<std::string>& excluded) {
  return (included.empty() || is_named(included, name)) && !is_named(excluded, name);
}

// The folder or one above it is named.
bool is_below(const std::vector<std::string>& names, std::string path) {
  while (true) {
    if (is_named(names, path)) return true;
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return false;
    path.resize(slash);
  }
}

// A folder at the top that is named, or that may hold one that is: "Clients/Acme", or "Acme" wherever it is.
bool leads_to(const std::vector<std::string>& names, const std::string& top) {
  return std::ranges::any_of(names, [&](const std::string& name) {
    return name == top || name.starts_with(top + "/") || name.find('/') == std::string::npos;
  });
}

struct Tree {
  std::map<std::string, std::vector<WireFolder>> children;  // by parent, in the order listed

  explicit Tree(const std::vector<WireFolder>& folders) {
    for (const WireFolder& folder : folders) children[folder.parent_id].push_back(folder);
  }
  // `id` and all below it, parents first; `excluded` names are left out with what is below them.
  void walk(const std::string& id, const std::string& name, const std::vector<std::string>& excluded,
            std::vector<std::pair<std::string, std::string>>& out) const {
    if (is_named(excluded, name)) return;
    out.emplace_back(id, name);
    if (const auto found = children.find(id); found != children.end())
      for (const WireFolder& child : found->second) walk(child.id, name + "/" + child.name, excluded, out);
  }
};

using Answers = std::vector<Result<BatchAnswer>>;

Task<Result<void>> add_mail(Client& client, const sync::Profile& profile, const Answers& first,
                            FolderMap& out) {
  if (!first[TopMail]) {
    if (!concerns_kind(first[TopMail].error())) co_return fail(first[TopMail].error());
    log::error("mail is not reachable", first[TopMail].error());
    co_return Result<void>{};
  }
  auto page = page_in<WireFolder>(*first[TopMail], read_folder);
  CO_TRY(std::vector<WireFolder> folders,
         co_await whole_list(client, std::move(page), &Client::child_mail_folders));
  const std::string inbox = id_in(first[Inbox]), sent = id_in(first[Sent]), deleted = id_in(first[Deleted]);
  const std::set<std::string> never{deleted, id_in(first[Drafts]), id_in(first[Junk])};
  const auto& included = profile.included_folders;
  std::vector<WireFolder> first_ones, roots, walked;  // Inbox, Sent Items, then the others
  for (WireFolder& folder : folders) {
    if (folder.id == inbox) folder.name = "Inbox";
    if (folder.id == sent) folder.name = "Sent Items";
    const bool usual = folder.id == inbox || folder.id == sent;
    const bool followed =
        included.empty() ? usual : !never.contains(folder.id) && leads_to(included, folder.name);
    if (followed && usual)
      first_ones.insert(folder.id == inbox ? first_ones.begin() : first_ones.end(), folder);
    if (followed && !usual) roots.push_back(folder);
    if (followed || folder.id == deleted) walked.push_back(folder);
  }
  roots.insert(roots.begin(), first_ones.begin(), first_ones.end());
  CO_TRY(const auto below, co_await all_below(client, walked, "/mailFolders/", &Client::child_mail_folders));
  folders.insert(folders.end(), below.begin(), below.end());
  const Tree tree(folders);
  std::vector<std::pair<std::string, std::string>> in_scope, in_deleted;
  for (const WireFolder& root : roots) tree.walk(root.id, root.name, profile.excluded_folders, in_scope);
  if (!deleted.empty()) tree.walk(deleted, "Deleted Items", {}, in_deleted);
  if (!included.empty())
    std::erase_if(in_scope, [&](const auto& folder) { return !is_below(included, folder.second); });
  for (const auto& [id, name] : in_deleted) out.deleted.insert(id);
  if (follows(profile, Kind::Email))
    for (auto& [id, name] : in_scope) out.collections.push_back({Kind::Email, id, name});
  co_return Result<void>{};
}

Task<Result<void>> add_contacts(Client& client, const sync::Profile& profile, const Answers& first,
                                FolderMap& out) {
  if (!follows(profile, Kind::Contact)) co_return Result<void>{};
  if (!first[TopContacts]) {
    if (!concerns_kind(first[TopContacts].error())) co_return fail(first[TopContacts].error());
    log::error("contacts are not reachable", first[TopContacts].error());
    co_return Result<void>{};
  }
  out.default_contacts_id = id_in(first[DefaultContacts]);
  const auto wanted = [&profile](const std::string& name) {
    return is_wanted(name, profile.included_contact_folders, profile.excluded_contact_folders);
  };
  if (wanted("Contacts"))
    out.collections.push_back({Kind::Contact, std::string(kDefaultContacts), "Contacts"});
  auto page = page_in<WireFolder>(*first[TopContacts], read_folder);
  CO_TRY(auto top, co_await whole_list(client, std::move(page), &Client::child_contact_folders));
  ask_for_children(top);
  CO_TRY(const auto below,
         co_await all_below(client, top, std::string(kContactFolders), &Client::child_contact_folders));
  for (const WireFolder& folder : top)
    if (folder.name == profile.contact_folder) out.own_contacts = folder.id;
  top.insert(top.end(), below.begin(), below.end());
  for (const WireFolder& folder : top)
    if (folder.id != out.default_contacts_id && (folder.id == out.own_contacts || wanted(folder.name)))
      out.collections.push_back({Kind::Contact, folder.id, folder.name});
  co_return Result<void>{};
}

Task<Result<void>> add_tasks(Client& client, const sync::Profile& profile, const Answers& first,
                             FolderMap& out) {
  if (!follows(profile, Kind::Task)) co_return Result<void>{};
  if (!first[Lists]) {
    if (!concerns_kind(first[Lists].error())) co_return fail(first[Lists].error());
    log::error("tasks are not reachable", first[Lists].error());
    co_return Result<void>{};
  }
  auto page = page_in<WireTaskList>(*first[Lists], read_task_list);
  while (true) {
    for (const WireTaskList& one : page.items) {
      if (one.well_known == "flaggedEmails") continue;  // mirrors of emails, not tasks
      if (one.well_known == "defaultList") out.default_list = one.id;
      const bool wanted = one.id == out.default_list ||
                          is_wanted(one.name, profile.included_task_lists, profile.excluded_task_lists);
      if (!wanted) continue;
      out.collections.push_back({Kind::Task, one.id, one.name});
    }
    if (page.next_link.empty()) break;
    CO_TRY(page, co_await client.task_lists(page.next_link));
  }
  co_return Result<void>{};
}

std::vector<BatchStep> first_steps(const Client& client) {
  std::vector<BatchStep> steps(kFirstSteps);
  steps[Inbox].url = client.path("/mailFolders/inbox?$select=id");
  steps[Sent].url = client.path("/mailFolders/sentitems?$select=id");
  steps[Deleted].url = client.path("/mailFolders/deleteditems?$select=id");
  steps[DefaultContacts].url = client.path("/contactFolders/contacts?$select=id");
  steps[TopMail].url = client.path("/mailFolders?$top=250");
  steps[TopContacts].url = client.path("/contactFolders?$top=250");
  steps[Lists].url = client.path("/todo/lists?$top=100");
  steps[Drafts].url = client.path("/mailFolders/drafts?$select=id");
  steps[Junk].url = client.path("/mailFolders/junkemail?$select=id");
  return steps;
}

}  // namespace

bool FolderMap::follows(Kind kind, const std::string& container) const {
  bool any = false;
  for (const sync::Collection& collection : collections) {
    if (collection.kind != kind) continue;
    if (collection.id == container) return true;
    any = true;
  }
  return !any;
}

Task<Result<FolderMap>> read_folders(Client& client, sync::Profile profile) {
  const Answers first = co_await client.read_all(first_steps(client), "Listing the folders");
  FolderMap out;
  // A mailbox that cannot be reached at all says so in every answer.
  if (!first[Inbox] && !concerns_kind(first[Inbox].error())) co_return fail(first[Inbox].error());
  const bool all_refused = std::ranges::all_of(first, [](const auto& answer) { return !answer; });
  if (all_refused) co_return fail(first[TopMail].error());
  CO_TRY_VOID(co_await add_mail(client, profile, first, out));
  CO_TRY_VOID(co_await add_contacts(client, profile, first, out));
  CO_TRY_VOID(co_await add_tasks(client, profile, first, out));
  if (follows(profile, Kind::Meeting))
    out.collections.push_back({Kind::Meeting, std::string(kPrimaryCalendar), "Calendar"});
  out.read_at = client.executor().clock().now();
  co_return out;
}

}  // namespace mailsync::graph
