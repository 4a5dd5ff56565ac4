// What happens to emails: they arrive, are marked, moved, thrown away, brought back, answered.
#include <array>

#include "lab/mail.h"
#include "tests/simulation/acts.h"

namespace mailsync::sim {
namespace {

using lab::IdKind;

json::object person(const std::string& address) {
  return {{"emailAddress", {{"name", "N"}, {"address", address}}}};
}

json::object message(Rig& rig, const Seat& seat, const Thing& thing, Random& random, bool marked) {
  const std::string token = rig.ledger.token(static_cast<int>(seat.number), thing, "body");
  json::object fields{
      {"subject", thing.tag() + " " + nasty(random)},
      {"isDraft", false},
      {"receivedDateTime", rig.now().to_iso()},
      {"sentDateTime", rig.now().to_iso()},
      {"internetMessageId", "<" + thing.tag() + "@x.example>"},
      {"conversationId", "c" + std::to_string(thing.id)},
      {"from", person("out" + std::to_string(random.below(9)) + "@side.example")},
      {"toRecipients", json::array{person(seat.row.address)}},
      {"body", {{"contentType", "html"}, {"content", "<p>" + nasty(random) + " " + token + "</p>"}}}};
  if (marked) fields["categories"] = json::array{"CRM"};
  return fields;
}

lab::Item& arrive(Rig& rig, Seat& seat, Random& random, bool marked, std::string_view folder = "inbox") {
  Thing& thing = rig.ledger.add(model::Kind::Email, seat.number, false);
  if (!marked) thing.unmarked_in.insert(seat.number);
  return rig.world.add(*seat.lab, IdKind::Message, seat.lab->well_known(folder)->number,
                       message(rig, seat, thing, random, marked), rig.now());
}

bool new_marked(Rig& rig, Random& random) {
  arrive(rig, any_seat(rig, random), random, true);
  return true;
}
bool new_unmarked(Rig& rig, Random& random) {
  arrive(rig, any_seat(rig, random), random, false);
  return true;
}
bool new_archived(Rig& rig, Random& random) {
  arrive(rig, any_seat(rig, random), random, true, "archive");
  return true;
}
bool new_sent(Rig& rig, Random& random) {
  arrive(rig, any_seat(rig, random), random, true, "sentitems");
  return true;
}

bool new_draft(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  lab::Item& item = arrive(rig, seat, random, true, "drafts");
  thing_of(rig, item)->unsettled = true;  // drafts are never shared
  set_field(rig, seat, item, "isDraft", true);
  return true;
}

bool new_with_attachment(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  lab::Item& item = arrive(rig, seat, random, true);
  item.attachments.push_back(
      {.number = rig.world.new_number(),
       .fields = {{"@odata.type", "#microsoft.graph.fileAttachment"},
                  {"name", "a \"b\" ü.txt"},
                  {"contentType", "text/plain"},
                  {"isInline", false},
                  {"lastModifiedDateTime", rig.now().to_iso()}},
       .bytes = std::make_shared<const std::string>(std::string(2000, 'x') + nasty(random))});
  set_field(rig, seat, item, "hasAttachments", true);
  return true;
}

template <typename F>
bool with_email(Rig& rig, Random& random, F what, const Wanted& wanted = {}) {
  Seat& seat = any_seat(rig, random);
  lab::Item* item = any_item(seat, IdKind::Message, random, wanted);
  Thing* thing = item ? thing_of(rig, *item) : nullptr;
  if (!thing) return false;
  what(seat, *item, *thing);
  return true;
}

// The same message in a colleague's Inbox.
bool copy_to_colleague(Rig& rig, Random& random) {
  Seat& to = any_seat(rig, random);
  return with_email(
      rig, random,
      [&](Seat& from, lab::Item& item, Thing& thing) {
        if (&from == &to || item_of(to, thing)) return;
        rig.world.add(*to.lab, IdKind::Message, to.lab->well_known("inbox")->number, item.fields, rig.now());
      },
      is_marked);
}

// And a second time in the same mailbox, in another folder.
bool copy_in_mailbox(Rig& rig, Random& random) {
  return with_email(
      rig, random,
      [&](Seat& seat, lab::Item& item, Thing&) {
        rig.world.add(*seat.lab, IdKind::Message, seat.lab->well_known("archive")->number, item.fields,
                      rig.now());
      },
      is_marked);
}

bool mark(Rig& rig, Random& random) {
  return with_email(
      rig, random,
      [&](Seat& seat, lab::Item& item, Thing& thing) {
        set_marked(rig, seat, item, true);
        thing.unmarked_in.erase(seat.number);
      },
      [](const lab::Item& item) { return !is_marked(item); });
}

bool unmark(Rig& rig, Random& random) {
  return with_email(
      rig, random,
      [&](Seat& seat, lab::Item& item, Thing& thing) {
        set_marked(rig, seat, item, false);
        thing.unmarked_in.insert(seat.number);
      },
      is_marked);
}

bool move(Rig& rig, Random& random, std::string_view folder) {
  return with_email(rig, random, [&](Seat& seat, lab::Item& item, Thing&) {
    rig.world.move(*seat.lab, item, seat.lab->well_known(folder)->number, rig.now());
  });
}
bool move_to_archive(Rig& rig, Random& random) {
  return move(rig, random, "archive");
}
bool move_to_inbox(Rig& rig, Random& random) {
  return move(rig, random, "inbox");
}

bool there_and_back(Rig& rig, Random& random) {
  return with_email(rig, random, [&](Seat& seat, lab::Item& item, Thing&) {
    const uint64_t home = item.container;
    rig.world.move(*seat.lab, item, seat.lab->well_known("archive")->number, rig.now());
    rig.world.move(*seat.lab, item, home, rig.now());
  });
}

bool move_to_own_folder(Rig& rig, Random& random) {
  return with_email(rig, random, [&](Seat& seat, lab::Item& item, Thing&) {
    uint64_t own = 0;
    for (const auto& [number, folder] : seat.lab->containers)
      if (folder.kind == lab::ContainerKind::MailFolder && folder.well_known.empty()) own = number;
    if (own == 0)
      own = rig.world
                .add_container(*seat.lab, lab::ContainerKind::MailFolder, "Projects",
                               seat.lab->well_known("inbox")->number)
                .number;
    rig.world.move(*seat.lab, item, own, rig.now());
  });
}

bool rename_folder(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  for (auto& [number, folder] : seat.lab->containers) {
    if (folder.kind != lab::ContainerKind::MailFolder || !folder.well_known.empty()) continue;
    folder.name = "Projects " + std::to_string(random.below(100));
    rig.world.container_changed(*seat.lab, folder);
    return true;
  }
  return false;
}

bool soft_delete(Rig& rig, Random& random) {
  return with_email(rig, random, [&](Seat& seat, lab::Item& item, Thing& thing) {
    thing.removed_in.insert(seat.number);
    rig.world.move(*seat.lab, item, seat.lab->well_known("deleteditems")->number, rig.now());
  });
}

bool restore(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  lab::Item* item = any_item(seat, IdKind::Message, random,
                             [&](const lab::Item& one) { return in_folder(seat, one, "deleteditems"); });
  if (!item) return false;
  rig.world.move(*seat.lab, *item, seat.lab->well_known("inbox")->number, rig.now());
  return true;
}

bool erase(Rig& rig, Random& random) {
  return with_email(rig, random, [&](Seat& seat, lab::Item& item, Thing& thing) {
    thing.removed_in.insert(seat.number);
    rig.ledger.forget_edits(static_cast<int>(seat.number), thing);
    rig.world.remove(*seat.lab, item.number, rig.now());
  });
}

// Answered in Outlook: his own mail to the outside, which nobody else may be blamed for.
bool reply(Rig& rig, Random& random) {
  return with_email(rig, random, [&](Seat& seat, lab::Item& item, Thing&) {
    Thing& answer = rig.ledger.add(model::Kind::Email, seat.number, false);
    json::object fields = message(rig, seat, answer, random, true);
    fields["conversationId"] = item.fields["conversationId"];
    fields["toRecipients"] = json::array{person("out1@side.example")};
    fields["from"] = person(seat.row.address);
    answer.unsettled = true;  // the server names it as it likes
    lab::send_message(rig.world, *seat.lab, std::move(fields), {}, nullptr, true, "sendMail", rig.now());
  });
}

constexpr std::array kEdits = {
    Edit{"email: arrives, marked", new_marked, 4},
    Edit{"email: arrives, unmarked", new_unmarked, 2},
    Edit{"email: filed, marked", new_archived},
    Edit{"email: in Sent, marked", new_sent},
    Edit{"email: draft, marked", new_draft},
    Edit{"email: with an attachment", new_with_attachment},
    Edit{"email: the same at a colleague", copy_to_colleague, 2},
    Edit{"email: the same in another folder", copy_in_mailbox},
    Edit{"email: marked", mark, 2},
    Edit{"email: unmarked", unmark},
    Edit{"email: moved to Archive", move_to_archive},
    Edit{"email: moved to Inbox", move_to_inbox},
    Edit{"email: moved there and back", there_and_back},
    Edit{"email: moved to a folder of his own", move_to_own_folder},
    Edit{"email: folder renamed", rename_folder},
    Edit{"email: deleted", soft_delete},
    Edit{"email: restored", restore},
    Edit{"email: deleted for good", erase},
    Edit{"email: answered in the mailbox", reply},
};

}  // namespace

std::span<const Edit> email_edits() {
  return kEdits;
}

}  // namespace mailsync::sim
