#include "lab/world.h"

#include <algorithm>
#include <cctype>

namespace mailsync::lab {
namespace {

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

ContainerKind kind_of_well_known(std::string_view name) {
  if (same_address(name, "contacts")) return ContainerKind::ContactFolder;
  if (same_address(name, "defaultList") || same_address(name, "flaggedEmails"))
    return ContainerKind::TaskList;
  if (same_address(name, "calendar")) return ContainerKind::Calendar;
  return ContainerKind::MailFolder;
}

}  // namespace

bool same_address(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string change_key(uint64_t version) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string digits;
  for (int i = 0; i < 8; ++i) digits.insert(digits.begin(), kDigits[(version >> (6 * i)) & 63]);
  return "EQAAABYAAACk3uhH" + digits;
}

Container* Mailbox::well_known(std::string_view name) {
  ContainerKind kind = kind_of_well_known(name);
  for (auto& [_, c] : containers)
    if (c.kind == kind && same_address(c.well_known, name)) return &c;
  return nullptr;
}

Container* Mailbox::container(uint64_t wanted) {
  auto it = containers.find(wanted);
  return it == containers.end() ? nullptr : &it->second;
}

Item* Mailbox::item(uint64_t wanted) {
  auto it = items.find(wanted);
  return it == items.end() ? nullptr : &it->second;
}

bool Mailbox::owns_address(std::string_view address) const {
  return same_address(address, user.mail) || same_address(address, user.upn) ||
         std::ranges::any_of(user.aliases, [&](const auto& alias) { return same_address(address, alias); });
}

std::string Mailbox::id_of(const Item& item, bool immutable) const {
  return ItemId{.mailbox = number,
                .kind = item.kind,
                .number = item.number,
                .place = item.place,
                .immutable = immutable}
      .text();
}

std::string Mailbox::id_of(const Container& container) const {
  return ItemId{.mailbox = number, .kind = IdKind::Container, .number = container.number}.text();
}

std::string Mailbox::occurrence_id(const Item& master, uint32_t day, bool immutable) const {
  return ItemId{.mailbox = number,
                .kind = master.kind,
                .number = master.number,
                .place = master.place,
                .day = day,
                .immutable = immutable}
      .text();
}

World::World(uint64_t seed) : random_(seed) {
  tenant_id_ = guid();
}

std::string World::guid() {
  auto raw = random_.bytes(16);
  raw[6] = static_cast<char>((raw[6] & 0x0f) | 0x40);
  raw[8] = static_cast<char>((raw[8] & 0x3f) | 0x80);
  std::string out;
  for (size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    constexpr std::string_view kHex = "0123456789abcdef";
    out += kHex[static_cast<uint8_t>(raw[i]) >> 4];
    out += kHex[static_cast<uint8_t>(raw[i]) & 15];
  }
  return out;
}

Mailbox& World::add_user(std::string upn, std::string display_name, std::vector<std::string> aliases) {
  auto mailbox = std::make_unique<Mailbox>();
  mailbox->number = static_cast<uint16_t>(mailboxes_.size() + 1);
  mailbox->user = {.id = guid(),
                   .upn = upn,
                   .mail = upn,
                   .display_name = std::move(display_name),
                   .aliases = std::move(aliases)};
  mailboxes_.push_back(std::move(mailbox));
  make_usual_containers(*mailboxes_.back());
  return *mailboxes_.back();
}

void World::make_usual_containers(Mailbox& mailbox) {
  using enum ContainerKind;
  add_container(mailbox, MailFolder, "Inbox", 0, "inbox");
  add_container(mailbox, MailFolder, "Drafts", 0, "drafts");
  add_container(mailbox, MailFolder, "Sent Items", 0, "sentitems");
  add_container(mailbox, MailFolder, "Deleted Items", 0, "deleteditems");
  add_container(mailbox, MailFolder, "Junk Email", 0, "junkemail");
  add_container(mailbox, MailFolder, "Archive", 0, "archive");
  add_container(mailbox, MailFolder, "Outbox", 0, "outbox");
  add_container(mailbox, ContactFolder, "Contacts", 0, "contacts");
  add_container(mailbox, TaskList, "Tasks", 0, "defaultList");
  add_container(mailbox, TaskList, "Flagged Emails", 0, "flaggedEmails");
  add_container(mailbox, Calendar, "Calendar", 0, "calendar");
  int color = 0;
  for (const char* name : {"Red category", "Orange category", "Yellow category"})
    mailbox.categories.push_back(
        {{"id", guid()}, {"displayName", name}, {"color", "preset" + std::to_string(color++)}});
}

Mailbox* World::find(std::string_view who) {
  for (auto& mailbox : mailboxes_)
    if (mailbox->user.id == who || mailbox->owns_address(who)) return mailbox.get();
  return nullptr;
}

Container& World::add_container(Mailbox& mailbox, ContainerKind kind, std::string name, uint64_t parent,
                                std::string well_known) {
  uint64_t number = new_number();
  auto& container = mailbox.containers[number];
  container.number = number;
  container.kind = kind;
  container.name = std::move(name);
  container.parent = parent;
  container.well_known = std::move(well_known);
  container_changed(mailbox, container);
  return container;
}

void World::container_changed(Mailbox& mailbox, Container& container) {
  container.version = new_version();
  mailbox.container_log[container.kind].changed(++mailbox.sequence, container.number, 0);
}

void World::remove_container(Mailbox& mailbox, uint64_t number, Instant now) {
  Container* container = mailbox.container(number);
  if (!container) return;
  for (uint64_t item : std::set(container->items)) remove(mailbox, item, now);
  std::vector<uint64_t> children;
  for (auto& [n, c] : mailbox.containers)
    if (c.parent == number) children.push_back(n);
  for (uint64_t child : children) remove_container(mailbox, child, now);
  mailbox.container_log[container->kind].removed(++mailbox.sequence, number, 0, false);
  mailbox.containers.erase(number);
}

Item& World::add(Mailbox& mailbox, IdKind kind, uint64_t container, json::object fields, Instant now) {
  uint64_t number = new_number();
  Item& item = mailbox.items[number];
  item.number = number;
  item.kind = kind;
  item.container = container;
  item.version = new_version();
  item.created = item.modified = now;
  item.fields = std::move(fields);
  Container& home = mailbox.containers.at(container);
  home.items.insert(number);
  home.log.changed(++mailbox.sequence, number, item.place);
  item.series_seq = mailbox.sequence;
  tell(mailbox, item, ChangeType::Created, container, now);
  return item;
}

void World::changed(Mailbox& mailbox, Item& item, Instant now, std::optional<uint32_t> day) {
  item.version = new_version();
  item.modified = now;
  mailbox.containers.at(item.container).log.changed(++mailbox.sequence, item.number, item.place);
  if (day)
    item.day_seq[*day] = mailbox.sequence;
  else
    item.series_seq = mailbox.sequence;
  tell(mailbox, item, ChangeType::Updated, item.container, now);
}

void World::move(Mailbox& mailbox, Item& item, uint64_t container, Instant now) {
  if (item.container == container) return;
  Container& from = mailbox.containers.at(item.container);
  Container& to = mailbox.containers.at(container);
  from.items.erase(item.number);
  from.log.removed(++mailbox.sequence, item.number, item.place, true);
  tell(mailbox, item, ChangeType::Deleted, from.number, now);
  ++item.place;
  item.container = container;
  item.version = new_version();
  item.modified = now;
  to.items.insert(item.number);
  to.log.changed(++mailbox.sequence, item.number, item.place);
  tell(mailbox, item, ChangeType::Created, container, now);
}

void World::remove(Mailbox& mailbox, uint64_t number, Instant now) {
  auto it = mailbox.items.find(number);
  if (it == mailbox.items.end()) return;
  Container& home = mailbox.containers.at(it->second.container);
  home.items.erase(number);
  home.log.removed(++mailbox.sequence, number, it->second.place, false);
  tell(mailbox, it->second, ChangeType::Deleted, home.number, now);
  mailbox.items.erase(it);
}

void World::move_later(Mailbox& mailbox, uint64_t item, uint64_t container, Instant due) {
  waiting_.emplace(due, Waiting{&mailbox, item, container});
}

void World::settle(Instant now) {
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    auto [due, next] = *waiting_.begin();
    waiting_.erase(waiting_.begin());
    if (Item* item = next.mailbox->item(next.item)) move(*next.mailbox, *item, next.container, due);
  }
}

void World::tell(Mailbox& mailbox, const Item& item, ChangeType type, uint64_t container, Instant at) {
  Change change{.mailbox = mailbox, .item = item, .type = type, .container = container, .at = at};
  for (auto& observer : observers_) observer(change);
}

}  // namespace mailsync::lab
