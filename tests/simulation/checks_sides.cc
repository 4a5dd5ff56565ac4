// Mailboxes and CRM side by side: what should be on the other side is there, once, and says the same.
#include <algorithm>
#include <array>

#include "lab/json_read.h"
#include "lab/zones.h"
#include "model/email.h"
#include "model/meeting.h"
#include "tests/simulation/acts.h"
#include "tests/simulation/checks.h"

namespace mailsync::sim {
namespace {

using crm::RecordType;

// A CRM record as far as comparing needs it.
struct Seen {
  RecordId id;
  UserId owner;
  model::Fields fields;
  std::set<int64_t> copies;  // emails: mailboxes
};

struct Sides {
  std::map<int, std::vector<Seen>> records;                          // by thing
  std::array<std::map<int, std::vector<lab::Item*>>, kSeats> items;  // by thing
};

void read_emails(Rig& rig, Sides& out) {
  rig.read([&](db::Session& session) -> Result<void> {
    TRY(const auto rows, session.query("SELECT e.id, e.subject FROM crm_email e ORDER BY e.id"));
    std::map<int64_t, Seen*> by_id;
    for (const auto& row : rows) {
      const Thing* thing = rig.ledger.tagged(row[1].text());
      if (thing) out.records[thing->id].push_back({.id = row[0].id<RecordId>()});
    }
    for (auto& [thing, seen] : out.records)
      for (Seen& one : seen) by_id[one.id.value] = &one;
    TRY(const auto copies, session.query("SELECT email_id, mailbox_id FROM crm_email_copy"));
    for (const auto& row : copies)
      if (const auto at = by_id.find(row[0].integer()); at != by_id.end())
        at->second->copies.insert(row[1].integer());
    return {};
  });
}

Sides read_sides(Rig& rig) {
  Sides out;
  read_emails(rig, out);
  for (const RecordType type : {RecordType::Person, RecordType::Task, RecordType::Meeting})
    for (const crm::Record& record : rig.records(type))
      if (const Thing* thing = thing_of(rig, record))
        out.records[thing->id].push_back({.id = record.id, .owner = record.owner, .fields = record.fields});
  for (Seat& seat : rig.seats)
    for (auto& [number, item] : seat.lab->items)
      if (const Thing* thing = thing_of(rig, item); thing && !in_folder(seat, item, "deleteditems"))
        out.items[seat.number][thing->id].push_back(&item);
  return out;
}

// Text as people read it: trimmed, one kind of line end, no control characters.
std::string readable(std::string_view text) {
  std::string out;
  for (const char c : model::clean_text(text))
    if (static_cast<unsigned char>(c) >= 0x20 || c == '\n') out += c;
  while (!out.empty() && (out.back() == ' ' || out.back() == '\n')) out.pop_back();
  return out.substr(std::min(out.find_first_not_of(" \n"), out.size()));
}

struct Pair {
  std::string field, mailbox, crm;
};

std::string day_of(const lab::Item& item, std::string_view name) {
  const auto* moment = lab::object_of(item.fields, name);
  return moment ? std::string(lab::text_of(*moment, "dateTime")).substr(0, 10) : std::string();
}

std::string instant_of(const lab::Item& item, std::string_view name) {
  const auto* moment = lab::object_of(item.fields, name);
  if (!moment) return {};
  if (lab::flag_of(item.fields, "isAllDay")) return day_of(item, name);
  const auto local = lab::parse_local(lab::text_of(*moment, "dateTime"));
  const auto zone = lab::zone_of(lab::text_of(*moment, "timeZone"));
  return local && zone ? lab::to_instant(*local, *zone).to_iso() : "?";
}

std::string instant_of(const model::Field<model::When>& when) {
  if (!when.is_set()) return {};
  if (when.value().form == model::When::Form::AllDay) return when.value().wall.date.to_text();
  const auto instant = model::instant_of(when.value(), "UTC");
  return instant ? instant->to_iso() : "?";
}

std::vector<Pair> pairs_of(const lab::Item& item, const Seen& record, model::Kind kind) {
  const auto text = [&](const char* there, const char* here) {
    return Pair{here, readable(text_in(item, there)), readable(plain(record.fields, here))};
  };
  if (kind == model::Kind::Contact)
    return {text("companyName", "company"), text("jobTitle", "job_title"), text("department", "department"),
            text("mobilePhone", "mobile_phone"), text("givenName", "given_name")};
  if (kind == model::Kind::Task) {
    const auto* body = lab::object_of(item.fields, "body");
    return {text("title", "subject"),
            text("importance", "importance"),
            {"body", body ? readable(lab::text_of(*body, "content")) : "",
             readable(plain(record.fields, "body"))},
            {"due", day_of(item, "dueDateTime"), plain(record.fields, "due")}};
  }
  const auto meeting = model::meeting_from(model::restricted(record.fields, model::all_fields(kind)));
  if (!meeting) return {{"fields", "", "unreadable"}};
  const auto* location = lab::object_of(item.fields, "location");
  const size_t bent = meeting->exceptions.is_set() ? meeting->exceptions.value().size() : 0;
  return {
      text("subject", "subject"),
      {"location", location ? readable(lab::text_of(*location, "displayName")) : "",
       readable(plain(record.fields, "location"))},
      {"start", instant_of(item, "start"), instant_of(meeting->start)},
      {"end", instant_of(item, "end"), instant_of(meeting->end)},
      {"exceptions", std::to_string(item.exceptions.size() + item.cancelled.size()), std::to_string(bent)}};
}

// Inbox, Sent and what is below them; every calendar, list and contact folder.
bool is_shared_folder(const Seat& seat, const lab::Item& item) {
  if (item.kind != lab::IdKind::Message) return true;
  if (lab::flag_of(item.fields, "isDraft")) return false;
  const auto* folder = seat.lab->container(item.container);
  while (folder && folder->well_known.empty() && folder->parent) folder = seat.lab->container(folder->parent);
  return folder && (folder->well_known == "inbox" || folder->well_known == "sentitems");
}

class Judge {
 public:
  Judge(Rig& rig, Sides sides) : rig_(rig), sides_(std::move(sides)) {}

  void judge(const Thing& thing) {
    doubled(thing);
    if (!thing.unsettled && !thing.crm_deleted) missing_record(thing);
    if (!thing.unsettled && !thing.crm_deleted && thing.crm_born) missing_item(thing);
    if (!thing.unsettled && !thing.may_differ && thing.kind != model::Kind::Email) different(thing);
  }

 private:
  std::string who(const Thing& thing) const {
    return std::string(model::name_of(thing.kind)) + " " + thing.tag();
  }
  const std::vector<Seen>& records(const Thing& thing) { return sides_.records[thing.id]; }
  const std::vector<lab::Item*>& items(const Seat& seat, const Thing& thing) {
    return sides_.items[seat.number][thing.id];
  }

  // Meetings are told apart by these.
  std::string keys(const Thing& thing) {
    std::string out;
    for (const Seen& seen : records(thing))
      if (const auto record = rig_.record(seen.id)) out += " [" + record->series_key + "]";
    return out;
  }

  void doubled(const Thing& thing) {
    ++rig_.tally.checks["2 not doubled"];
    if (records(thing).size() > 1)
      rig_.violation("invariant 2: " + who(thing) + " has " + std::to_string(records(thing).size()) +
                     " records in the CRM" + keys(thing));
    if (thing.kind == model::Kind::Email) return;
    for (const Seat& seat : rig_.seats)
      if (items(seat, thing).size() > 1)
        rig_.violation("invariant 2: " + who(thing) + " lies " + std::to_string(items(seat, thing).size()) +
                       " times in the mailbox of " + seat.row.address);
  }

  // Marked by its user, so the CRM has it; and a person or an email that it once had, it keeps.
  void missing_record(const Thing& thing) {
    for (const Seat& seat : rig_.seats) {
      if (thing.removed_in.contains(seat.number) || thing.unmarked_in.contains(seat.number)) continue;
      for (const lab::Item* item : items(seat, thing)) {
        if (!is_marked(*item) || !is_shared_folder(seat, *item)) continue;
        ++rig_.tally.checks["1 marked items have records"];
        if (records(thing).empty())
          rig_.violation("invariant 1: " + who(thing) + " is marked in the mailbox of " + seat.row.address +
                         ", but the CRM does not have it");
        else if (thing.kind == model::Kind::Email &&
                 !records(thing).front().copies.contains(seat.row.id.value))
          rig_.violation("invariant 1: " + who(thing) + " is marked in the mailbox of " + seat.row.address +
                         ", but the CRM does not know of that copy");
      }
    }
    if (!thing.crm_born || (thing.kind != model::Kind::Contact && !thing.removed_in.empty())) return;
    ++rig_.tally.checks["5 absence deletes nothing"];
    if (records(thing).empty())
      rig_.violation("invariant 5: " + who(thing) + " is gone from the CRM and nobody deleted it");
  }

  void missing_item(const Thing& thing) {
    const Seat& seat = rig_.seats[thing.home];
    if (thing.removed_in.contains(seat.number)) return;
    ++rig_.tally.checks["1 records have items"];
    if (items(seat, thing).empty())
      rig_.violation("invariant 1: " + who(thing) + " is in the CRM for " + seat.row.address +
                     ", but not in that mailbox");
  }

  void different(const Thing& thing) {
    if (records(thing).size() != 1) return;
    for (const Seat& seat : rig_.seats) {
      if (thing.removed_in.contains(seat.number) || thing.unmarked_in.contains(seat.number)) continue;
      for (const lab::Item* item : items(seat, thing)) {
        if (!is_marked(*item)) continue;
        ++rig_.tally.checks["1 sides say the same"];
        for (const Pair& pair : pairs_of(*item, records(thing).front(), thing.kind))
          if (pair.mailbox != pair.crm)
            rig_.violation("invariant 1: " + who(thing) + " says in field " + pair.field + " \"" +
                           pair.mailbox + "\" in the mailbox of " + seat.row.address + " and \"" + pair.crm +
                           "\" in the CRM");
      }
    }
  }

  Rig& rig_;
  Sides sides_;
};

}  // namespace

void check_sides(Rig& rig) {
  Judge judge(rig, read_sides(rig));
  for (const auto& [id, thing] : rig.ledger.things()) judge.judge(thing);
}

}  // namespace mailsync::sim
