// What users of the CRM do to its records.
#include <array>

#include "crm/builtin/views.h"
#include "model/contact.h"
#include "model/meeting.h"
#include "model/task.h"
#include "tests/simulation/acts.h"

namespace mailsync::sim {
namespace {

using crm::RecordType;

bool create_person(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  Thing& thing = rig.ledger.add(model::Kind::Contact, seat.number, true);
  model::Contact contact;
  contact.given_name = "Given";
  contact.family_name = thing.tag();
  contact.company = nasty(random) + " " + rig.ledger.token(kCrmSide, thing, "company");
  contact.emails = std::vector<std::string>{"p" + std::to_string(thing.id) + "@side.example"};
  return create(rig, seat, RecordType::Person, model::fields_of(contact)).has_value();
}

bool create_task(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  Thing& thing = rig.ledger.add(model::Kind::Task, seat.number, true);
  model::Task task;
  task.subject = thing.tag() + " " + nasty(random);
  task.body = rig.ledger.token(kCrmSide, thing, "body");
  task.status = model::Task::Status::NotStarted;
  task.due =
      model::wall_time_at(rig.now(), "UTC")->date.plus_days(1 + static_cast<int64_t>(random.below(50)));
  return create(rig, seat, RecordType::Task, model::fields_of(task)).has_value();
}

// Finds a record and its story and does `what` to it as one of the users.
template <typename F>
bool with_record(Rig& rig, Random& random, RecordType type, F what) {
  const auto record = any_record(rig, type, random);
  Thing* thing = record ? thing_of(rig, *record) : nullptr;
  Seat& as = any_seat(rig, random);
  return thing && what(as, *record, *thing);
}

bool edit_text(Rig& rig, Random& random, RecordType type, const std::string& field) {
  return with_record(rig, random, type, [&](Seat& as, const crm::Record& record, Thing& thing) {
    const std::string lead = field == "subject" ? thing.tag() + " " : "";
    const std::string token = rig.ledger.token(kCrmSide, thing, field);
    if (change(rig, as, record, {{field, quoted(lead + nasty(random) + " " + token)}})) return true;
    rig.ledger.entries().back().superseded = true;
    return false;
  });
}
bool edit_company(Rig& rig, Random& random) {
  return edit_text(rig, random, RecordType::Person, "company");
}
bool edit_job(Rig& rig, Random& random) {
  return edit_text(rig, random, RecordType::Person, "job_title");
}
bool edit_subject(Rig& rig, Random& random) {
  return edit_text(rig, random, RecordType::Task, "subject");
}
bool edit_body(Rig& rig, Random& random) {
  return edit_text(rig, random, RecordType::Task, "body");
}

bool clear_field(Rig& rig, Random& random) {
  return with_record(rig, random, RecordType::Person, [&](Seat& as, const crm::Record& record, Thing& thing) {
    const char* field = random.below(2) ? "job_title" : "department";
    (void)rig.ledger.token(kCrmSide, thing, field);
    rig.ledger.entries().back().superseded = true;
    return change(rig, as, record, {{field, std::string(model::kCleared)}});
  });
}

bool edit_phones(Rig& rig, Random& random) {
  return with_record(rig, random, RecordType::Person, [&](Seat& as, const crm::Record& record, Thing&) {
    return change(rig, as, record,
                  {{"business_phones",
                    json::serialize(json::array{"+49 30 " + std::to_string(random.below(9999999))})}});
  });
}

bool edit_due(Rig& rig, Random& random) {
  return with_record(rig, random, RecordType::Task, [&](Seat& as, const crm::Record& record, Thing&) {
    const auto today = model::wall_time_at(rig.now(), "UTC")->date;
    return change(rig, as, record,
                  {{"due", quoted(today.plus_days(2 + static_cast<int64_t>(random.below(40))).to_text())}});
  });
}

bool complete(Rig& rig, Random& random) {
  return with_record(rig, random, RecordType::Task, [&](Seat& as, const crm::Record& record, Thing& thing) {
    thing.unsettled = true;
    const auto today = model::wall_time_at(rig.now(), "UTC")->date;
    return change(rig, as, record,
                  {{"status", quoted("completed")}, {"completed_on", quoted(today.to_text())}});
  });
}

bool erase(Rig& rig, Random& random, RecordType type) {
  return with_record(rig, random, type, [&](Seat& as, const crm::Record& record, Thing& thing) {
    const auto done = rig.write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(crm::delete_record(tx, rig.actor(as), record));
      return {};
    });
    if (!done) return false;
    thing.crm_deleted = true;
    rig.ledger.forget_edits(kCrmSide, thing);
    return true;
  });
}
bool erase_person(Rig& rig, Random& random) {
  return erase(rig, random, RecordType::Person);
}
bool erase_task(Rig& rig, Random& random) {
  return erase(rig, random, RecordType::Task);
}

bool reassign(Rig& rig, Random& random, RecordType type) {
  Seat& to = any_seat(rig, random);
  return with_record(rig, random, type, [&](Seat& as, const crm::Record& record, Thing& thing) {
    if (record.owner == to.row.user) return false;
    thing.unsettled = true;
    return change(rig, as, record, {}, to.row.user);
  });
}
bool reassign_person(Rig& rig, Random& random) {
  return reassign(rig, random, RecordType::Person);
}
bool reassign_task(Rig& rig, Random& random) {
  return reassign(rig, random, RecordType::Task);
}

bool watch(Rig& rig, Random& random) {
  const RecordType type = random.below(2) ? RecordType::Person : RecordType::Task;
  return with_record(rig, random, type, [&](Seat& as, const crm::Record& record, Thing& thing) {
    thing.unsettled = true;
    const std::vector<int64_t> watchers =
        random.below(3) ? std::vector{as.row.user.value} : std::vector<int64_t>{};
    const auto done = rig.write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(crm::set_watchers(tx, rig.actor(as), record.id, watchers));
      return {};
    });
    return done.has_value();
  });
}

constexpr std::array kEdits = {
    Edit{"crm: person created", create_person, 3},
    Edit{"crm: task created", create_task, 3},
    Edit{"crm: person's company", edit_company, 3},
    Edit{"crm: person's job title", edit_job, 2},
    Edit{"crm: person's field cleared", clear_field},
    Edit{"crm: person's phones", edit_phones},
    Edit{"crm: task's subject", edit_subject, 2},
    Edit{"crm: task's body", edit_body, 2},
    Edit{"crm: task's due date", edit_due},
    Edit{"crm: task completed", complete},
    Edit{"crm: person deleted", erase_person},
    Edit{"crm: task deleted", erase_task},
    Edit{"crm: person reassigned", reassign_person},
    Edit{"crm: task reassigned", reassign_task},
    Edit{"crm: watched or not", watch},
};

}  // namespace

std::span<const Edit> crm_edits() {
  return kEdits;
}

}  // namespace mailsync::sim
