#include "mailbox/graph/replica.h"

namespace mailsync::graph {

using model::Kind;
using sync::RemoteItem;

namespace {

Error stale(std::string_view what) {
  return {
      .kind = ErrorKind::VersionStale,
      .message = std::string(what) + " was changed in the mailbox meanwhile; it is read and merged again.",
      .vendor_code = "",
      .request_id = {},
      .retry_after = {}};
}

}  // namespace

RemoteItem Replica::contact_item(const WireContact& contact) const {
  RemoteItem item = item_of(contact, options_.profile.category);
  place(item);
  return item;
}

Task<Result<sync::ChangePage>> Replica::contact_changes(sync::Collection collection, FeedCursor cursor) {
  CO_TRY(auto page, co_await client_->contacts_delta(collection.id, cursor.link));
  sync::ChangePage out;
  for (const WireContact& contact : last_of_each(std::move(page.items))) {
    sync::Change change;
    if (contact.removed) {
      change.presence = sync::Presence::Removed;
      change.item.kind = Kind::Contact;
      change.item.id = RemoteId{contact.id};
    } else {
      change.item = item_of(contact, options_.profile.category);
    }
    change.item.container = collection.id;
    out.changes.push_back(std::move(change));
  }
  CO_TRY_VOID(follow_links(page, std::move(cursor), out));
  co_return out;
}

Task<Result<std::string>> Replica::own_contact_folder() {
  const auto permit = co_await one_at_a_time_.acquire();
  CO_TRY(const FolderMap* map, co_await folders());
  if (!map->own_contacts.empty()) co_return map->own_contacts;
  auto made = co_await client_->create_contact_folder(options_.profile.contact_folder);
  if (!made && made.error().kind == ErrorKind::VersionStale) {  // exists after all: the list was old
    folders_.reset();
    CO_TRY(map, co_await folders());
    if (!map->own_contacts.empty()) co_return map->own_contacts;
  }
  if (!made) co_return fail(std::move(made).error());
  if (folders_) {  // else it was forgotten meanwhile, and is read again with the new folder in it
    folders_->own_contacts = made->id;
    folders_->collections.push_back({Kind::Contact, made->id, made->name});
  }
  co_return made->id;
}

Task<Result<RemoteItem>> Replica::create_contact(sync::RemoteWrite write, Mode mode) {
  CO_TRY(const model::Contact contact, model::contact_from(write.fields));
  WireContact wire = wire_of(contact, nullptr);
  wire.operation = write.operation.value;
  if (write.mark) wire.categories = std::vector<std::string>{options_.profile.category};
  if (mode == Mode::Rehearse) co_return would_store({}, write);
  CO_TRY(const std::string folder, co_await own_contact_folder());
  CO_TRY(WireContact stored, co_await client_->create_contact(folder, write_contact(wire)));
  if (stored.id.empty() || stored.change_key.empty()) {
    if (stored.id.empty())
      co_return fail(ErrorKind::Ambiguous,
                     "Creating a contact: Microsoft 365 did not say what it created; it is "
                     "looked for.");
    CO_TRY(stored, co_await client_->contact(stored.id));
  }
  RemoteItem item = contact_item(stored);
  item.container = folder;
  item.made_by = write.operation;
  co_return item;
}

Task<Result<RemoteItem>> Replica::update_contact(sync::RemoteWrite write, Mode mode) {
  CO_TRY(const model::Contact contact, model::contact_from(write.fields));
  // Soft precondition: read before, If-Match on what was read, verify after.
  CO_TRY(const WireContact current, co_await client_->contact(write.id.value));
  if (write.base_version && current.change_key != write.base_version.value)
    co_return fail(stale("The contact"));
  const std::string json = write_contact(wire_of(contact, &current));
  if (json == "{}") co_return contact_item(current);
  if (mode == Mode::Rehearse) co_return would_store(contact_item(current), write);
  CO_TRY(WireContact stored, co_await client_->patch_contact(write.id.value, json, current.change_key));
  const RemoteItem before = contact_item(current);
  if (stored.id.empty() || stored.change_key.empty() ||
      shows_what_was(before.fields, write.fields, contact_item(stored).fields)) {
    CO_TRY(stored, co_await client_->contact(write.id.value));
  }
  RemoteItem item = contact_item(stored);
  if (changed_by_others(before.fields, write.fields, item.fields, {})) co_return fail(stale("The contact"));
  if (item.container.empty()) item.container = before.container;
  item.made_by = before.made_by;
  co_return item;
}

Task<Result<RemoteItem>> Replica::delete_contact(sync::RemoteWrite write, Mode mode) {
  CO_TRY(const WireContact current, co_await client_->contact(write.id.value));
  if (write.base_version && current.change_key != write.base_version.value)
    co_return fail(stale("The contact"));
  if (mode == Mode::Rehearse) co_return would_store(contact_item(current), write);
  CO_TRY_VOID(co_await client_->delete_contact(write.id.value, current.change_key));
  co_return RemoteItem{.kind = Kind::Contact, .id = write.id};
}

Task<Result<std::optional<RemoteItem>>> Replica::find_contact(OperationId operation) {
  CO_TRY(const FolderMap* map, co_await folders());
  const std::string folder = map->own_contacts;
  if (folder.empty()) co_return std::nullopt;
  CO_TRY(const auto page, co_await client_->find_contacts(folder, operation.value));
  for (const WireContact& found : page.items) {
    CO_TRY(const WireContact whole, co_await client_->contact(found.id));
    RemoteItem item = contact_item(whole);
    item.made_by = operation;
    co_return item;
  }
  co_return std::nullopt;
}

Task<Result<Version>> Replica::mark_contact(std::string id, bool marked) {
  CO_TRY(const WireContact now, co_await client_->contact(id));
  const auto before = now.categories.value_or({});
  const auto wanted = with_category(before, options_.profile.category, marked);
  if (wanted == before) co_return Version{now.change_key};
  CO_TRY(const WireContact stored,
         co_await client_->patch_contact(id, write_categories(wanted), now.change_key));
  co_return Version{stored.change_key};
}

}  // namespace mailsync::graph
