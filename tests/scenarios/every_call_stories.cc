#include "tests/scenarios/every_call_stories.h"

#include <array>

#include "crm/builtin/records.h"
#include "lab/meetings.h"
#include "model/meeting.h"
#include "model/task.h"

namespace mailsync::scenario {
namespace {

using sync::Kind;

struct Words {
  lab::IdKind item;
  const char* title;      // the item's field that holds its name
  const char* crm_title;  // and the record's
  std::vector<const char*> shown, crm_shown;
  model::Fields crm_edit;
};

const Words& words(Kind kind) {
  static const Words email{lab::IdKind::Message, "subject", "subject", {"subject"}, {}, {}};
  static const Words contact{lab::IdKind::Contact,
                             "givenName",
                             "given_name",
                             {"givenName", "jobTitle", "companyName"},
                             {"given_name", "job_title", "company"},
                             {{"job_title", R"("Boss")"}}};
  static const Words task{lab::IdKind::Task,
                          "title",
                          "subject",
                          {"title", "importance", "body"},
                          {"subject", "importance", "body"},
                          {{"body", R"("By phone")"}}};
  static const Words meeting{lab::IdKind::Event,
                             "subject",
                             "subject",
                             {"subject", "location", "showAs", "start", "end"},
                             {"subject", "location", "show_as", "start", "end"},
                             {{"location", R"("Room 1")"}}};
  switch (kind) {
    case Kind::Email:
      return email;
    case Kind::Contact:
      return contact;
    case Kind::Task:
      return task;
    case Kind::Meeting:
      return meeting;
  }
  std::unreachable();
}

json::object at(const char* time) {
  return {{"dateTime", std::string("2026-11-25T") + time}, {"timeZone", "Europe/London"}};
}

model::Fields fields_of(Kind kind, const std::string& name) {
  if (kind == Kind::Contact) {
    model::Contact contact;
    contact.given_name = name;
    contact.emails = std::vector<std::string>{name + "@side.example"};
    return model::fields_of(contact);
  }
  if (kind == Kind::Task) {
    model::Task task;
    task.subject = name;
    task.status = model::Task::Status::NotStarted;
    return model::fields_of(task);
  }
  const auto wall = [](const char* text) {
    return model::When::zoned(*model::WallTime::from_text(text), "Europe/London");
  };
  model::Meeting meeting;
  meeting.subject = name;
  meeting.start = wall("2026-11-26T10:00:00");
  meeting.end = wall("2026-11-26T11:00:00");
  return model::fields_of(meeting);
}

sync::Profile profile_of(const std::vector<Kind>& kinds) {
  sync::Profile out;
  for (auto& [kind, directions] : out.directions)
    if (std::ranges::find(kinds, kind) == kinds.end()) directions = {false, false};
  return out;
}

std::string shown(const json::object& fields, const std::vector<const char*>& names) {
  json::object out;
  for (const char* name : names)
    if (const auto* value = fields.if_contains(name)) out[name] = *value;
  return json::serialize(out);
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : std::string();
}

// ---- the table ----

Story made_new(Kind kind, const char* name) {
  return {name,
          {kind},
          [](Played&) {},
          [kind](Played& p) {
            p.add(kind, "Mine");
            if (kind == Kind::Email) p.add(kind, "Two");
            if (kind != Kind::Email) p.create(kind, "Theirs");
          }};
}

// Each side changes what came from either side.
Story changed(Kind kind, const char* name) {
  return {name,
          {kind},
          [kind](Played& p) {
            p.add(kind, "Mine");
            if (kind != Kind::Email) p.create(kind, "Theirs");
          },
          [kind](Played& p) {
            p.edit(kind, "Mine");
            if (kind == Kind::Email) return;
            p.update(kind, "Mine");
            p.edit(kind, "Theirs");
            p.update(kind, "Theirs");
          }};
}

// Deleted on the one side, and on the other: what the mailbox made, and what the CRM made.
Story deleted(Kind kind, const char* name) {
  return {name,
          {kind},
          [kind](Played& p) {
            p.add(kind, "Mine");
            if (kind == Kind::Email) return;
            p.create(kind, "Theirs");
            p.add(kind, "Kept");
            p.create(kind, "Gone");
          },
          [kind](Played& p) {
            p.remove(kind, "Mine");
            if (kind == Kind::Email) return;
            p.remove(kind, "Theirs");
            p.erase(kind, "Kept");
            p.erase(kind, "Gone");
          }};
}

// One loses its mark, another gets it back after its record was changed.
Story unmarked(Kind kind, const char* name) {
  return {name,
          {kind},
          [kind](Played& p) {
            p.add(kind, "Mine");
            p.add(kind, "Back");
            p.stage.settle();
            p.mark(kind, "Back", false);
            p.stage.settle();
            if (kind != Kind::Email) p.update(kind, "Back");
          },
          [kind](Played& p) {
            p.mark(kind, "Mine", false);
            p.mark(kind, "Back", true);
          }};
}

}  // namespace

const std::vector<Story>& stories() {
  static const std::vector<Story> all = {
      made_new(Kind::Email, "EmailsNew"),
      made_new(Kind::Contact, "ContactsNew"),
      made_new(Kind::Task, "TasksNew"),
      made_new(Kind::Meeting, "MeetingsNew"),
      changed(Kind::Email, "EmailsMoved"),
      changed(Kind::Contact, "ContactsChanged"),
      changed(Kind::Task, "TasksChanged"),
      changed(Kind::Meeting, "MeetingsChanged"),
      deleted(Kind::Email, "EmailsDeleted"),
      deleted(Kind::Contact, "ContactsDeleted"),
      deleted(Kind::Task, "TasksDeleted"),
      deleted(Kind::Meeting, "MeetingsDeleted"),
      unmarked(Kind::Email, "EmailsUnmarked"),
      unmarked(Kind::Contact, "ContactsUnmarked"),
      unmarked(Kind::Task, "TasksUnmarked"),
      unmarked(Kind::Meeting, "MeetingsUnmarked"),
      {"EmailSent",
       {Kind::Email},
       [](Played&) {},
       [](Played& p) { p.stage.compose(*p.ann, "the offer", "out@side.example"); }},
      {"InvitationSent", {Kind::Meeting}, [](Played&) {}, [](Played& p) { p.invite("Theirs"); }},
      {"InvitationUpdated",
       {Kind::Meeting},
       [](Played& p) { p.invite("Theirs"); },
       [](Played& p) { p.update_and_mail("Theirs"); }},
  };
  return all;
}

// ---- the stage ----

void Played::prepare(const Story& story) {
  ann = &stage.connect("ann@ours.example", "Ann", profile_of(story.kinds));
  stage.settle();
  story.before(*this);
  stage.settle();
  stage.advance(std::chrono::minutes(1));
  story.then(*this);
}

std::string Played::outcome() {
  std::map<std::string, int> seen;
  for (const Kind kind : model::kKinds) {
    for (auto* each : stage.items(*ann, words(kind).item)) {
      if (each->container == ann->well_known("deleteditems")->number) continue;
      const auto* marks = each->fields.if_contains("categories");
      ++seen["mailbox: " + shown(each->fields, words(kind).shown) +
             (marks && marks->is_array() && !marks->get_array().empty() ? " marked" : "")];
    }
    if (kind == Kind::Email) continue;
    const auto& names = words(kind).crm_shown;
    for (const auto& each : stage.records(*ann, kind))
      ++seen["CRM: " + model::to_json(model::restricted(each.fields, {names.begin(), names.end()}))];
  }
  for (const auto& mail : stage.world.outbox()) ++seen["mailed: " + mail.why + " to " + mail.to];
  std::string out;
  for (const auto& [text, times] : seen) out += std::to_string(times) + " " + text + "\n";
  static constexpr std::array kCounts = {
      std::pair{" emails in the CRM, ",
                "SELECT count(*) FROM crm_record WHERE type = 'email' AND deleted = 0"},
      std::pair{" copies, ", "SELECT count(*) FROM crm_email_copy"},
      std::pair{" sent, ", "SELECT count(*) FROM crm_outbox WHERE state = 'sent'"},
      std::pair{" links that live, ", "SELECT count(*) FROM link WHERE state = 0"},
      std::pair{" open intentions, ", "SELECT count(*) FROM journal WHERE state = 0"},
      std::pair{" removals to check, ", "SELECT count(*) FROM removal_hint"},
      std::pair{" issues", "SELECT count(*) FROM issue"}};
  for (const auto& [what, sql] : kCounts) out += std::to_string(stage.count(sql)) + what;
  return out;
}

lab::Item& Played::add(Kind kind, const std::string& name, bool marked) {
  if (kind == Kind::Email) return stage.add_email(*ann, name, marked);
  if (kind == Kind::Contact) return stage.add_contact(*ann, name, "", name + "@side.example", marked);
  const json::array categories = marked ? json::array{"CRM"} : json::array{};
  if (kind == Kind::Meeting)
    return lab::create_event(
        stage.world, *ann, ann->well_known("calendar")->number,
        {{"subject", name}, {"start", at("10:00:00")}, {"end", at("11:00:00")}, {"categories", categories}},
        stage.clock.now());
  uint64_t list = 0;
  for (const auto& [number, container] : ann->containers)
    if (container.well_known == "defaultList") list = number;
  return stage.world.add(*ann, lab::IdKind::Task, list,
                         {{"title", name},
                          {"status", "notStarted"},
                          {"importance", "normal"},
                          {"isReminderOn", false},
                          {"body", {{"content", ""}, {"contentType", "text"}}},
                          {"linkedResources", json::array{}},
                          {"checklistItems", json::array{}},
                          {"extensions", json::array{}},
                          {"categories", categories}},
                         stage.clock.now());
}

lab::Item& Played::item(Kind kind, const std::string& name) {
  for (auto* each : stage.items(*ann, words(kind).item))
    if (text_of(each->fields.at(words(kind).title)) == name) return *each;
  ADD_FAILURE() << "there is no item " << name;
  std::abort();
}

void Played::edit(Kind kind, const std::string& name) {
  lab::Item& mine = item(kind, name);
  switch (kind) {
    case Kind::Email:
      return stage.world.move(*ann, mine, ann->well_known("sentitems")->number, stage.clock.now());
    case Kind::Contact:
      return stage.edit(*ann, mine, "companyName", "Acme");
    case Kind::Task:
      return stage.edit(*ann, mine, "importance", "high");
    case Kind::Meeting:
      return lab::patch_event(stage.world, *ann, mine, {}, {{"showAs", "free"}}, stage.clock.now());
  }
}

void Played::remove(Kind kind, const std::string& name) {
  lab::Item& mine = item(kind, name);
  if (kind == Kind::Meeting) return lab::remove_event(stage.world, *ann, mine, {}, "", stage.clock.now());
  stage.remove(*ann, mine);
}

void Played::mark(Kind kind, const std::string& name, bool marked) {
  stage.set_marked(*ann, item(kind, name), marked);
}

sync::CrmRecord Played::create(Kind kind, const std::string& name) {
  return stage.create(*ann, kind, fields_of(kind, name));
}

sync::CrmRecord Played::record(Kind kind, const std::string& name) {
  for (const auto& each : stage.records(*ann, kind))
    if (const auto found = each.fields.find(words(kind).crm_title);
        found != each.fields.end() && found->second == "\"" + name + "\"")
      return each;
  ADD_FAILURE() << "there is no record " << name;
  std::abort();
}

void Played::update(Kind kind, const std::string& name) {
  stage.update(*ann, record(kind, name), words(kind).crm_edit);
}

void Played::erase(Kind kind, const std::string& name) {
  stage.erase(*ann, record(kind, name));
}

void Played::invite(const std::string& name) {
  model::Fields fields = fields_of(Kind::Meeting, name);
  fields["attendees"] =
      R"([{"address":"out@side.example","name":"Out","response":"none","type":"required"}])";
  const sync::Mailbox& row = stage.connected(*ann);
  stage.write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(crm::insert_record(
        tx, {.account = row.account, .user = row.user, .now = stage.clock.now()},
        {.type = crm::RecordType::Meeting, .fields = fields, .owner = row.user, .send_requested = true}));
    return {};
  });
}

void Played::update_and_mail(const std::string& name) {
  const sync::Mailbox& row = stage.connected(*ann);
  const RecordId id = record(Kind::Meeting, name).id;
  stage.write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const auto found, crm::load_record(tx, row.account, row.user, id));
    TRY_VOID(crm::update_record(tx, {.account = row.account, .user = row.user, .now = stage.clock.now()},
                                *found, {.fields = words(Kind::Meeting).crm_edit, .send_requested = true}));
    return {};
  });
}

}  // namespace mailsync::scenario
