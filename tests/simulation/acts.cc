#include "tests/simulation/acts.h"

#include <algorithm>
#include <array>

#include "crm/builtin/rules.h"
#include "lab/json_read.h"

namespace mailsync::sim {

Seat& any_seat(Rig& rig, Random& random) {
  return rig.seats[random.below(kSeats)];
}

lab::Item* any_item(Seat& seat, lab::IdKind kind, Random& random, const Wanted& wanted) {
  std::vector<lab::Item*> all;
  for (auto& [number, item] : seat.lab->items)
    if (item.kind == kind && (!wanted || wanted(item))) all.push_back(&item);
  return all.empty() ? nullptr : all[random.below(all.size())];
}

std::string text_in(const lab::Item& item, std::string_view name) {
  return std::string(lab::text_of(item.fields, name));
}

std::string label_of(const lab::Item& item) {
  if (item.kind == lab::IdKind::Contact) return text_in(item, "surname");
  return text_in(item, item.kind == lab::IdKind::Task ? "title" : "subject");
}

namespace {

lab::IdKind id_kind(model::Kind kind) {
  static constexpr std::array kKinds = {lab::IdKind::Message, lab::IdKind::Contact, lab::IdKind::Task,
                                        lab::IdKind::Event};
  return kKinds[static_cast<size_t>(kind)];
}

}  // namespace

// An invitation in the Inbox has the meeting's subject, but is not the meeting.
Thing* thing_of(Rig& rig, const lab::Item& item) {
  Thing* thing = rig.ledger.tagged(label_of(item));
  if (!thing || id_kind(thing->kind) != item.kind) return nullptr;
  rig.spoke_of = thing->tag();
  return thing;
}

lab::Item* item_of(Seat& seat, const Thing& thing) {
  for (auto& [number, item] : seat.lab->items)
    if (item.kind == id_kind(thing.kind) && label_of(item).find(thing.tag()) != std::string::npos)
      return &item;
  return nullptr;
}

std::optional<crm::Record> any_record(Rig& rig, crm::RecordType type, Random& random) {
  const auto all = rig.records(type);
  if (all.empty()) return std::nullopt;
  return all[random.below(all.size())];
}

std::string plain(const model::Fields& fields, std::string_view name) {
  const auto at = fields.find(name);
  if (at == fields.end()) return {};
  boost::system::error_code failed;
  const auto value = json::parse(at->second, failed);
  return !failed && value.is_string() ? std::string(value.get_string()) : std::string();
}

Thing* thing_of(Rig& rig, const crm::Record& record) {
  const bool person = record.type == crm::RecordType::Person;
  Thing* thing = rig.ledger.tagged(plain(record.fields, person ? "family_name" : "subject"));
  if (thing) rig.spoke_of = thing->tag();
  return thing;
}

std::string nasty(Random& random) {
  static constexpr std::array<std::string_view, 14> kWords = {"plain",
                                                              "Žluťoučký kůň",
                                                              "日本語のテキスト",
                                                              "مرحبا بالعالم",
                                                              "👩‍👩‍👧‍👦 family",
                                                              "quote \" and ' and \\ back",
                                                              "<b>bold</b> & <script>alert(1)</script>",
                                                              "e\xCC\x81 combining \xE2\x80\x8F rtl mark",
                                                              "a;b,c:d=e",
                                                              "%00 %s {0} ${x} \\u0000",
                                                              "null",
                                                              "tab\there",
                                                              "'; DROP TABLE link; --",
                                                              "\xE2\x80\xAE reversed \xE2\x80\xAC back"};
  return std::string(kWords[random.below(kWords.size())]);
}

bool is_marked(const lab::Item& item) {
  const auto* names = lab::array_of(item.fields, "categories");
  return names && std::ranges::any_of(*names, [](const auto& name) { return name == "CRM"; });
}

void set_field(Rig& rig, Seat& seat, lab::Item& item, std::string_view name, json::value value) {
  item.fields[name] = std::move(value);
  rig.world.changed(*seat.lab, item, rig.now());
}

void set_marked(Rig& rig, Seat& seat, lab::Item& item, bool marked) {
  set_field(rig, seat, item, "categories", marked ? json::array{"CRM"} : json::array{"Red category"});
}

bool in_folder(const Seat& seat, const lab::Item& item, std::string_view well_known) {
  const auto* container = seat.lab->container(item.container);
  return container && container->well_known == well_known;
}

std::string quoted(const std::string& text) {
  return json::serialize(json::value(text));
}

Seat* seat_of(Rig& rig, UserId user) {
  for (Seat& seat : rig.seats)
    if (seat.row.user == user) return &seat;
  return nullptr;
}

bool change(Rig& rig, const Seat& as, const crm::Record& record, const model::Fields& fields,
            std::optional<UserId> owner, bool send) {
  const auto done = rig.write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(auto checked, crm::checked(record.type, fields));
    TRY_VOID(crm::check_whole(record.type, model::overlaid(record.fields, checked)));
    TRY_VOID(crm::update_record(tx, rig.actor(as), record,
                                {.fields = std::move(checked), .owner = owner, .send_requested = send}));
    return {};
  });
  return done.has_value();
}

std::optional<crm::Record> create(Rig& rig, const Seat& as, crm::RecordType type, const model::Fields& fields,
                                  bool send) {
  std::optional<crm::Record> out;
  const auto done = rig.write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(auto checked, crm::checked(type, fields));
    TRY_VOID(crm::check_whole(type, checked));
    TRY(out, crm::insert_record(tx, rig.actor(as),
                                {.type = type,
                                 .fields = crm::with_defaults(type, std::move(checked)),
                                 .owner = as.row.user,
                                 .send_requested = send}));
    return {};
  });
  if (!done) rig.violation("the CRM refused what a user made: " + done.error().message);
  return done ? out : std::nullopt;
}

}  // namespace mailsync::sim
