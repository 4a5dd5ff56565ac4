// What owners of mailboxes do to their contacts.
#include <array>

#include "lab/json_read.h"
#include "tests/simulation/acts.h"

namespace mailsync::sim {
namespace {

using lab::IdKind;

json::object email_of(const Thing& thing) {
  return {{"address", "p" + std::to_string(thing.id) + "@side.example"}, {"name", thing.tag()}};
}

lab::Item& add(Rig& rig, Seat& seat, const Thing& thing, Random& random, bool marked) {
  json::object fields{
      {"givenName", "Given"},
      {"surname", thing.tag()},
      {"displayName", "Given " + thing.tag()},
      {"companyName",
       nasty(random) + " " + rig.ledger.token(static_cast<int>(seat.number), thing, "companyName")},
      {"personalNotes", "note of " + thing.tag()},
      {"emailAddresses", json::array{email_of(thing)}}};
  if (marked) fields["categories"] = json::array{"CRM"};
  return rig.world.add(*seat.lab, IdKind::Contact, seat.lab->well_known("contacts")->number,
                       std::move(fields), rig.now());
}

bool new_marked(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  add(rig, seat, rig.ledger.add(model::Kind::Contact, seat.number, false), random, true);
  return true;
}

bool new_unmarked(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  Thing& thing = rig.ledger.add(model::Kind::Contact, seat.number, false);
  thing.unmarked_in.insert(seat.number);
  add(rig, seat, thing, random, false);
  return true;
}

// The same person, as a colleague keeps him. What the two say differently waits for a person to look.
bool shared_person(Rig& rig, Random& random) {
  Seat& from = any_seat(rig, random);
  lab::Item* item = any_item(from, IdKind::Contact, random, is_marked);
  Thing* thing = item ? thing_of(rig, *item) : nullptr;
  Seat& to = any_seat(rig, random);
  if (!thing || item_of(to, *thing) || thing->crm_deleted) return false;
  thing->may_differ = true;
  add(rig, to, *thing, random, true);
  return true;
}

bool edit_text(Rig& rig, Random& random, const char* field) {
  Seat& seat = any_seat(rig, random);
  lab::Item* item = any_item(seat, IdKind::Contact, random);
  Thing* thing = item ? thing_of(rig, *item) : nullptr;
  if (!thing) return false;
  const std::string token = rig.ledger.token(static_cast<int>(seat.number), *thing, field);
  set_text(rig, seat, *item, field, nasty(random) + " " + token);
  return true;
}
bool edit_company(Rig& rig, Random& random) {
  return edit_text(rig, random, "companyName");
}
bool edit_job(Rig& rig, Random& random) {
  return edit_text(rig, random, "jobTitle");
}
bool edit_department(Rig& rig, Random& random) {
  return edit_text(rig, random, "department");
}

bool clear_field(Rig& rig, Random& random) {
  static constexpr std::array kFields = {"companyName", "jobTitle", "department", "mobilePhone"};
  Seat& seat = any_seat(rig, random);
  lab::Item* item = any_item(seat, IdKind::Contact, random);
  Thing* thing = item ? thing_of(rig, *item) : nullptr;
  if (!thing) return false;
  const char* field = kFields[random.below(kFields.size())];
  (void)rig.ledger.token(static_cast<int>(seat.number), *thing, field);  // the newest edit: nothing
  rig.ledger.entries().back().superseded = true;
  set_field(rig, seat, *item, field, nullptr);
  return true;
}

bool edit_phones(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  lab::Item* item = any_item(seat, IdKind::Contact, random);
  if (!item || !thing_of(rig, *item)) return false;
  set_field(rig, seat, *item, "businessPhones",
            json::array{"+44 20 " + std::to_string(1000000 + random.below(9000000))});
  return true;
}

bool edit_mobile(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  lab::Item* item = any_item(seat, IdKind::Contact, random);
  if (!item || !thing_of(rig, *item)) return false;
  set_text(rig, seat, *item, "mobilePhone", "+44 7" + std::to_string(100000000 + random.below(900000000)));
  return true;
}

bool add_address(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  lab::Item* item = any_item(seat, IdKind::Contact, random);
  Thing* thing = item ? thing_of(rig, *item) : nullptr;
  if (!thing) return false;
  json::array list;
  if (const auto* old = lab::array_of(item->fields, "emailAddresses")) list = *old;
  if (list.size() >= 3) list.pop_back();
  list.push_back(json::object{{"address", "p" + std::to_string(thing->id) + "." +
                                              std::to_string(random.below(1000)) + "@other.example"},
                              {"name", "Other"}});
  set_field(rig, seat, *item, "emailAddresses", std::move(list));
  return true;
}

// What the product does not own must stay as it is (invariant 6).
bool edit_notes(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  lab::Item* item = any_item(seat, IdKind::Contact, random);
  Thing* thing = item ? thing_of(rig, *item) : nullptr;
  if (!thing) return false;
  const std::string note = "note of " + thing->tag() + " " + nasty(random);
  item->fields["birthday"] = "1970-03-04T00:00:00Z";
  set_text(rig, seat, *item, "personalNotes", note);
  rig.ledger.notes[{seat.number, thing->id}] = note;
  return true;
}

bool mark(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  lab::Item* item =
      any_item(seat, IdKind::Contact, random, [](const lab::Item& one) { return !is_marked(one); });
  Thing* thing = item ? thing_of(rig, *item) : nullptr;
  if (!thing) return false;
  set_marked(rig, seat, *item, true);
  if (thing->crm_deleted) thing->unsettled = true;  // asked for again
  thing->unmarked_in.erase(seat.number);
  return true;
}

bool unmark(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  lab::Item* item = any_item(seat, IdKind::Contact, random, is_marked);
  Thing* thing = item ? thing_of(rig, *item) : nullptr;
  if (!thing) return false;
  set_marked(rig, seat, *item, false);
  thing->unmarked_in.insert(seat.number);
  return true;
}

bool erase(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  lab::Item* item = any_item(seat, IdKind::Contact, random);
  Thing* thing = item ? thing_of(rig, *item) : nullptr;
  if (!thing) return false;
  thing->removed_in.insert(seat.number);
  rig.ledger.forget_edits(static_cast<int>(seat.number), *thing);
  rig.world.remove(*seat.lab, item->number, rig.now());
  return true;
}

// Into a folder of the user's own, and back.
bool move(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  lab::Item* item = any_item(seat, IdKind::Contact, random);
  if (!item || !thing_of(rig, *item)) return false;
  std::vector<uint64_t> folders;
  for (const auto& [number, folder] : seat.lab->containers)
    if (folder.kind == lab::ContainerKind::ContactFolder && number != item->container)
      folders.push_back(number);
  if (folders.empty()) {
    rig.world.add_container(*seat.lab, lab::ContainerKind::ContactFolder, "Friends");
    return true;
  }
  rig.world.move(*seat.lab, *item, folders[random.below(folders.size())], rig.now());
  return true;
}

constexpr std::array kEdits = {
    Edit{"contact: new, marked", new_marked, 4},
    Edit{"contact: new, unmarked", new_unmarked},
    Edit{"contact: same person at a colleague", shared_person},
    Edit{"contact: company", edit_company, 3},
    Edit{"contact: job title", edit_job, 2},
    Edit{"contact: department", edit_department},
    Edit{"contact: field cleared", clear_field},
    Edit{"contact: phones", edit_phones},
    Edit{"contact: mobile phone", edit_mobile},
    Edit{"contact: address added", add_address},
    Edit{"contact: notes and birthday", edit_notes},
    Edit{"contact: marked", mark},
    Edit{"contact: unmarked", unmark},
    Edit{"contact: deleted", erase},
    Edit{"contact: moved to another folder", move},
};

}  // namespace

std::span<const Edit> contact_edits() {
  return kEdits;
}

}  // namespace mailsync::sim
