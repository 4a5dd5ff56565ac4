// GetFolder, FindFolder, CreateFolder: the folders of all kinds under msgfolderroot.
#include "lab/fronts/ews/folders.h"

#include <algorithm>
#include <charconv>

namespace mailsync::lab::ews {
namespace {

const char* element_of(ContainerKind kind) {
  switch (kind) {
    case ContainerKind::MailFolder:
      return "t:Folder";
    case ContainerKind::ContactFolder:
      return "t:ContactsFolder";
    case ContainerKind::TaskList:
      return "t:TasksFolder";
    case ContainerKind::Calendar:
      return "t:CalendarFolder";
  }
  return "t:Folder";
}

const char* class_of(ContainerKind kind) {
  switch (kind) {
    case ContainerKind::MailFolder:
      return "IPF.Note";
    case ContainerKind::ContactFolder:
      return "IPF.Contact";
    case ContainerKind::TaskList:
      return "IPF.Task";
    case ContainerKind::Calendar:
      return "IPF.Appointment";
  }
  return "IPF";
}

std::string_view distinguished_of(const Container* folder) {
  if (!folder) return "msgfolderroot";
  if (folder->well_known == "defaultList") return "tasks";
  return folder->well_known == "archive" ? std::string_view() : folder->well_known;
}

size_t children_of(const Mailbox& mailbox, uint64_t number) {
  return static_cast<size_t>(std::ranges::count_if(mailbox.containers, [&](auto& entry) {
    return in_tree(entry.second) && entry.second.parent == number;
  }));
}

void put_rights(Node folder) {
  Node rights = add(folder, "t:EffectiveRights");
  for (const char* name : {"t:CreateAssociated", "t:CreateContents", "t:CreateHierarchy", "t:Delete",
                           "t:Modify", "t:Read", "t:ViewPrivateItems"})
    add(rights, name, true);
}

std::vector<const Container*> below(const Mailbox& mailbox, const Container* parent, bool deep) {
  std::vector<const Container*> out;
  for (auto& [_, folder] : mailbox.containers)
    if (in_tree(folder) &&
        (deep ? is_below(mailbox, folder, parent) : folder.parent == (parent ? parent->number : 0)))
      out.push_back(&folder);
  return out;
}

}  // namespace

bool in_tree(const Container& folder) {
  return folder.well_known != "flaggedEmails";  // a view of To Do, no folder of the mailbox
}

bool is_below(const Mailbox& mailbox, const Container& folder, const Container* top) {
  if (!top) return true;
  for (uint64_t at = folder.parent; at;) {
    if (at == top->number) return true;
    auto parent = mailbox.containers.find(at);
    if (parent == mailbox.containers.end()) return false;
    at = parent->second.parent;
  }
  return false;
}

void put_folder_id(Node parent, const char* name, const Mailbox& mailbox, const Container* folder) {
  Node id = add(parent, name);
  set(id, "Id", folder ? ews_id(mailbox, *folder) : root_id(mailbox));
  set(id, "ChangeKey", change_key(folder ? folder->version : 1));
}

void render_folder(const Call& call, Node parent, const Container* folder, const Shape& shape) {
  const Mailbox& mailbox = call.mailbox;
  ContainerKind kind = folder ? folder->kind : ContainerKind::MailFolder;
  Node out = add(parent, element_of(kind));
  bool usual = shape.base != BaseShape::IdOnly;
  bool all = shape.base == BaseShape::All;
  put_folder_id(out, "t:FolderId", mailbox, folder);
  if (folder && (all || shape.names("folder:ParentFolderId"))) {
    auto above = mailbox.containers.find(folder->parent);
    put_folder_id(out, "t:ParentFolderId", mailbox,
                  above == mailbox.containers.end() ? nullptr : &above->second);
  }
  if (all || shape.names("folder:FolderClass")) add(out, "t:FolderClass", class_of(kind));
  if (usual || shape.names("folder:DisplayName"))
    add(out, "t:DisplayName", folder ? std::string_view(folder->name) : "Top of Information Store");
  if (usual || shape.names("folder:TotalCount"))
    add(out, "t:TotalCount", static_cast<int64_t>(folder ? folder->items.size() : 0));
  if (usual || shape.names("folder:ChildFolderCount"))
    add(out, "t:ChildFolderCount", static_cast<int64_t>(children_of(mailbox, folder ? folder->number : 0)));
  if (all || shape.names("folder:EffectiveRights")) put_rights(out);
  if (call.since(Version::E2013) && (all || shape.names("folder:DistinguishedFolderId")) &&
      !distinguished_of(folder).empty())
    add(out, "t:DistinguishedFolderId", distinguished_of(folder));
  bool counts_unread = kind == ContainerKind::MailFolder || kind == ContainerKind::TaskList;
  if (counts_unread && (usual || shape.names("folder:UnreadCount"))) {
    int64_t unread = 0;
    if (folder && kind == ContainerKind::MailFolder)
      for (uint64_t number : folder->items) unread += !flag_of(mailbox.items.at(number).fields, "isRead");
    add(out, "t:UnreadCount", unread);
  }
}

void get_folder(Call& call) {
  auto shape = read_shape(child(call.request, "FolderShape"));
  for (Node id : children(child(call.request, "FolderIds"))) {
    auto folder = find_folder(call, id);
    if (!shape || !folder) {
      call.refuse(shape ? folder.error() : shape.error());
      continue;
    }
    render_folder(call, add(call.respond(), "m:Folders"), folder->container, *shape);
  }
}

void find_folders(Call& call) {
  auto shape = read_shape(child(call.request, "FolderShape"));
  bool deep = attribute(call.request, "Traversal") == "Deep";
  Node view = child(call.request, "IndexedPageFolderView");
  size_t offset = view.attribute("Offset").as_uint();
  size_t most = view.attribute("MaxEntriesReturned").as_uint(1000);
  for (Node id : children(child(call.request, "ParentFolderIds"))) {
    auto parent = find_folder(call, id);
    if (!shape || !parent) {
      call.refuse(shape ? parent.error() : shape.error());
      continue;
    }
    auto found = below(call.mailbox, parent->container, deep);
    size_t end = std::min(found.size(), offset + most);
    Node root = add(call.respond(), "m:RootFolder");
    if (view) set(root, "IndexedPagingOffset", std::to_string(end));
    set(root, "TotalItemsInView", std::to_string(found.size()));
    set(root, "IncludesLastItemInRange", end == found.size() ? "true" : "false");
    Node folders = add(root, "t:Folders");
    for (size_t i = offset; i < end; ++i) render_folder(call, folders, found[i], *shape);
  }
}

void create_folder(Call& call) {
  auto parent = find_folder_in(call, child(call.request, "ParentFolderId"));
  for (Node wanted : children(child(call.request, "Folders"))) {
    if (!parent) {
      call.refuse(parent.error(), "m:Folders");
      continue;
    }
    std::string name = text_in(wanted, "DisplayName");
    auto kind = ContainerKind::MailFolder;
    if (local_name(wanted) == "ContactsFolder") kind = ContainerKind::ContactFolder;
    if (local_name(wanted) == "TasksFolder") kind = ContainerKind::TaskList;
    if (local_name(wanted) == "CalendarFolder") kind = ContainerKind::Calendar;
    auto siblings = below(call.mailbox, parent->container, false);
    if (std::ranges::any_of(siblings, [&](auto* one) { return same_address(one->name, name); })) {
      call.refuse(problem("ErrorFolderExists"), "m:Folders");
      continue;
    }
    Container& made = call.world.add_container(call.mailbox, kind, std::move(name),
                                               parent->container ? parent->container->number : 0);
    ++call.writes;
    render_folder(call, add(call.respond(), "m:Folders"), &made, Shape{});
  }
}

}  // namespace mailsync::lab::ews
