// What owners of mailboxes do to their tasks.
#include <array>

#include "model/when.h"
#include "tests/simulation/acts.h"

namespace mailsync::sim {
namespace {

using lab::IdKind;

json::object day(Rig& rig, int64_t ahead) {
  const model::Date today = model::wall_time_at(rig.now(), "UTC")->date;
  return {{"dateTime", today.plus_days(ahead).to_text() + "T00:00:00.0000000"}, {"timeZone", "UTC"}};
}

lab::Item* any_task(Seat& seat, Random& random, const Wanted& wanted = {}) {
  return any_item(seat, IdKind::Task, random, wanted);
}

bool add(Rig& rig, Random& random, bool marked) {
  Seat& seat = any_seat(rig, random);
  Thing& thing = rig.ledger.add(model::Kind::Task, seat.number, false);
  if (!marked) thing.unmarked_in.insert(seat.number);
  rig.world.add(*seat.lab, IdKind::Task, seat.lab->well_known("defaultList")->number,
                {{"title", thing.tag() + " " + nasty(random)},
                 {"status", "notStarted"},
                 {"importance", "normal"},
                 {"isReminderOn", false},
                 {"body",
                  {{"content", rig.ledger.token(static_cast<int>(seat.number), thing, "body")},
                   {"contentType", "text"}}},
                 {"linkedResources", json::array{}},
                 {"checklistItems", json::array{}},
                 {"extensions", json::array{}},
                 {"categories", marked ? json::array{"CRM"} : json::array{}}},
                rig.now());
  return true;
}
bool new_marked(Rig& rig, Random& random) {
  return add(rig, random, true);
}
bool new_unmarked(Rig& rig, Random& random) {
  return add(rig, random, false);
}

// Finds a task and does `what` to it.
template <typename F>
bool with_task(Rig& rig, Random& random, F what, const Wanted& wanted = {}) {
  Seat& seat = any_seat(rig, random);
  lab::Item* item = any_task(seat, random, wanted);
  Thing* thing = item ? thing_of(rig, *item) : nullptr;
  if (!thing) return false;
  what(seat, *item, *thing);
  return true;
}

bool edit_title(Rig& rig, Random& random) {
  return with_task(rig, random, [&](Seat& seat, lab::Item& item, Thing& thing) {
    const std::string token = rig.ledger.token(static_cast<int>(seat.number), thing, "title");
    set_text(rig, seat, item, "title", thing.tag() + " " + nasty(random) + " " + token);
  });
}

bool edit_body(Rig& rig, Random& random) {
  return with_task(rig, random, [&](Seat& seat, lab::Item& item, Thing& thing) {
    const std::string token = rig.ledger.token(static_cast<int>(seat.number), thing, "body");
    set_field(rig, seat, item, "body",
              json::object{{"content", nasty(random) + "\r\n" + token}, {"contentType", "text"}});
  });
}

bool edit_due(Rig& rig, Random& random) {
  return with_task(rig, random, [&](Seat& seat, lab::Item& item, Thing&) {
    set_field(rig, seat, item, "dueDateTime", day(rig, 1 + static_cast<int64_t>(random.below(60))));
  });
}

bool edit_importance(Rig& rig, Random& random) {
  static constexpr std::array kImportance = {"low", "normal", "high"};
  return with_task(rig, random, [&](Seat& seat, lab::Item& item, Thing&) {
    set_text(rig, seat, item, "importance", kImportance[random.below(3)]);
  });
}

// What is done ages out of the window in the end, and is then left where it is.
bool complete(Rig& rig, Random& random) {
  return with_task(rig, random, [&](Seat& seat, lab::Item& item, Thing& thing) {
    thing.unsettled = true;
    item.fields["completedDateTime"] = day(rig, 0);
    set_text(rig, seat, item, "status", "completed");
  });
}

bool reopen(Rig& rig, Random& random) {
  return with_task(
      rig, random,
      [&](Seat& seat, lab::Item& item, Thing&) {
        item.fields.erase("completedDateTime");
        set_text(rig, seat, item, "status", "inProgress");
      },
      [](const lab::Item& item) { return text_in(item, "status") == "completed"; });
}

bool remind(Rig& rig, Random& random) {
  return with_task(rig, random, [&](Seat& seat, lab::Item& item, Thing&) {
    item.fields["reminderDateTime"] = day(rig, 3);
    set_field(rig, seat, item, "isReminderOn", true);
  });
}

bool mark(Rig& rig, Random& random) {
  return with_task(
      rig, random,
      [&](Seat& seat, lab::Item& item, Thing& thing) {
        set_marked(rig, seat, item, true);
        if (thing.crm_deleted) thing.unsettled = true;
        thing.unmarked_in.erase(seat.number);
      },
      [](const lab::Item& item) { return !is_marked(item); });
}

bool unmark(Rig& rig, Random& random) {
  return with_task(
      rig, random,
      [&](Seat& seat, lab::Item& item, Thing& thing) {
        set_marked(rig, seat, item, false);
        thing.unmarked_in.insert(seat.number);
      },
      is_marked);
}

bool erase(Rig& rig, Random& random) {
  return with_task(rig, random, [&](Seat& seat, lab::Item& item, Thing& thing) {
    thing.removed_in.insert(seat.number);
    rig.ledger.forget_edits(static_cast<int>(seat.number), thing);
    rig.world.remove(*seat.lab, item.number, rig.now());
  });
}

constexpr std::array kEdits = {
    Edit{"task: new, marked", new_marked, 3}, Edit{"task: new, unmarked", new_unmarked},
    Edit{"task: title", edit_title, 2},       Edit{"task: body", edit_body, 2},
    Edit{"task: due date", edit_due},         Edit{"task: importance", edit_importance},
    Edit{"task: completed", complete},        Edit{"task: opened again", reopen, 2},
    Edit{"task: reminder", remind},           Edit{"task: marked", mark},
    Edit{"task: unmarked", unmark},           Edit{"task: deleted", erase},
};

}  // namespace

std::span<const Edit> task_edits() {
  return kEdits;
}

}  // namespace mailsync::sim
