#include "tests/scenarios/seeded_world.h"

#include "lab/meetings.h"
#include "model/meeting.h"
#include "model/task.h"

namespace mailsync::scenario {

namespace {

sync::Profile profile_of(Random& random) {
  sync::Profile out;
  out.capture_emails = static_cast<sync::Capture>(random.below(4));
  out.share_whole_conversation = random.below(2) == 0;
  out.no_match = static_cast<sync::NoMatch>(random.below(3));
  out.winner = static_cast<sync::Winner>(random.below(3));
  return out;
}

uint64_t task_list(const lab::Mailbox& mailbox) {
  for (const auto& [number, container] : mailbox.containers)
    if (container.well_known == "defaultList") return number;
  return 0;
}

json::object at(const std::string& day, int hour) {
  return {{"dateTime", day + "T" + (hour < 10 ? "0" : "") + std::to_string(hour) + ":00:00"},
          {"timeZone", "Europe/London"}};
}

}  // namespace

SeededWorld::SeededWorld(uint64_t seed) : random_(seed), stage_(seed) {
  const sync::Profile profile = profile_of(random_);
  mailboxes_.push_back(&stage_.connect("ann@ours.example", "Ann", profile));
  mailboxes_.push_back(&stage_.connect("bob@ours.example", "Bob", profile));
}

std::string SeededWorld::address() {
  static constexpr std::array kPeople{"out@side.example", "eve@side.example",  "kim@far.example",
                                      "pat@far.example",  "ann@ours.example",  "lee@side.example",
                                      "sam@near.example", "bob+x@side.example"};
  return kPeople.at(below(kPeople.size()));
}

std::string SeededWorld::word() {
  static constexpr std::array kWords{"Kim", "Pat", "Lee", "Sam", "Eve"};
  return kWords.at(below(kWords.size()));
}

void SeededWorld::edit(int count) {
  for (int i = 0; i < count; ++i) {
    lab::Mailbox& mailbox = any_mailbox();
    if (chance(65))
      edit_mailbox(mailbox);
    else
      edit_crm(mailbox);
    stage_.advance(std::chrono::seconds(below(90)));
  }
}

void SeededWorld::add_mail(lab::Mailbox& mailbox) {
  // Now and then the same email again: in another folder, or in the colleague's mailbox.
  if (!chance(35) || last_ == 0) ++last_;
  static constexpr std::array kFolders{"inbox", "sentitems", "inbox"};
  lab::Item& item = stage_.add_email(mailbox, "mail " + std::to_string(last_), chance(50),
                                     kFolders.at(below(kFolders.size())), address());
  item.fields["conversationId"] = "c" + std::to_string(below(6));
  if (chance(10)) item.fields["sensitivity"] = "private";
  stage_.world.changed(mailbox, item, stage_.clock.now());
}

void SeededWorld::add_task(lab::Mailbox& mailbox) {
  json::object fields{{"title", word() + " task"},
                      {"status", "notStarted"},
                      {"importance", "normal"},
                      {"isReminderOn", false},
                      {"body", {{"content", ""}, {"contentType", "text"}}},
                      {"linkedResources", json::array{}},
                      {"checklistItems", json::array{}},
                      {"extensions", json::array{}},
                      {"categories", chance(80) ? json::array{"CRM"} : json::array{}}};
  stage_.world.add(mailbox, lab::IdKind::Task, task_list(mailbox), std::move(fields), stage_.clock.now());
}

void SeededWorld::add_event(lab::Mailbox& mailbox) {
  const int hour = 8 + static_cast<int>(below(8));
  json::object fields{{"subject", word() + " meets"},
                      {"start", at("2026-11-25", hour)},
                      {"end", at("2026-11-25", hour + 1)},
                      {"categories", chance(80) ? json::array{"CRM"} : json::array{}}};
  if (chance(30))
    fields["attendees"] = json::array{
        json::object{{"type", "required"}, {"emailAddress", {{"address", address()}, {"name", word()}}}}};
  lab::create_event(stage_.world, mailbox, mailbox.well_known("calendar")->number, std::move(fields),
                    stage_.clock.now());
}

void SeededWorld::add_item(lab::Mailbox& mailbox) {
  switch (below(4)) {
    case 0:
      return add_task(mailbox);
    case 1:
      return add_event(mailbox);
    case 2:
      stage_.add_contact(mailbox, word(), word(), chance(80) ? address() : "", chance(80));
      return;
    default:
      return add_mail(mailbox);
  }
}

void SeededWorld::change_item(lab::Mailbox& mailbox, lab::Item& item) {
  if (chance(20)) return stage_.set_marked(mailbox, item, chance(50));
  if (chance(15)) return stage_.remove(mailbox, item);
  switch (item.kind) {
    case lab::IdKind::Message:
      return stage_.world.move(mailbox, item, mailbox.well_known(chance(50) ? "inbox" : "sentitems")->number,
                               stage_.clock.now());
    case lab::IdKind::Contact:
      return stage_.edit(mailbox, item, chance(50) ? "surname" : "companyName", json::value(word()));
    case lab::IdKind::Task:
      return stage_.edit(mailbox, item, "title", json::value(word() + " task"));
    case lab::IdKind::Event:
      if (!item.fields.contains("attendees") || item.fields["attendees"].as_array().empty())
        lab::patch_event(stage_.world, mailbox, item, {}, {{"subject", word() + " meets"}},
                         stage_.clock.now());
      return;
    case lab::IdKind::Container:
    case lab::IdKind::Attachment:
      return;
  }
}

void SeededWorld::edit_mailbox(lab::Mailbox& mailbox) {
  std::vector<lab::Item*> all;
  for (auto& [number, item] : mailbox.items) all.push_back(&item);
  if (all.size() < 4 || chance(50)) return add_item(mailbox);
  change_item(mailbox, *all.at(below(all.size())));
}

void SeededWorld::create_record(lab::Mailbox& as) {
  if (chance(40)) {
    model::Contact contact;
    contact.given_name = word();
    contact.family_name = word();
    if (chance(80)) contact.emails = std::vector<std::string>{address()};
    stage_.create(as, sync::Kind::Contact, model::fields_of(contact));
  } else if (chance(60)) {
    model::Task task;
    task.subject = word() + " task";
    task.status = model::Task::Status::NotStarted;
    stage_.create(as, sync::Kind::Task, model::fields_of(task));
  } else {
    const auto wall = [&](int hour) {
      return model::When::zoned(*model::WallTime::from_text("2026-11-26T" + std::to_string(hour) + ":00:00"),
                                "Europe/London");
    };
    model::Meeting meeting;
    meeting.subject = word() + " meets";
    meeting.start = wall(10);
    meeting.end = wall(11);
    stage_.create(as, sync::Kind::Meeting, model::fields_of(meeting));
  }
}

void SeededWorld::edit_crm(lab::Mailbox& as) {
  static constexpr std::array kKinds{sync::Kind::Contact, sync::Kind::Task, sync::Kind::Meeting};
  const sync::Kind kind = kKinds.at(below(kKinds.size()));
  const auto records = stage_.records(as, kind);
  if (records.size() < 3 || chance(45)) return create_record(as);
  const sync::CrmRecord& record = records.at(below(records.size()));
  if (!record.may_write) return;
  if (record.may_delete && chance(20)) return stage_.erase(as, record);
  const std::string value = "\"" + word() + " again\"";
  stage_.update(as, record, {{kind == sync::Kind::Contact ? "company" : "subject", value}});
}

std::string text_of(const std::map<sync::Kind, sync::Counts>& counts) {
  std::string out;
  for (const auto& [kind, c] : counts) {
    if (c.empty()) continue;
    out += std::string(model::name_of(kind)) + ": to CRM +" + std::to_string(c.to_crm_created) + " ~" +
           std::to_string(c.to_crm_updated) + " -" + std::to_string(c.to_crm_deleted) + " =" +
           std::to_string(c.to_crm_linked) + ", to mailbox +" + std::to_string(c.to_mailbox_created) + " ~" +
           std::to_string(c.to_mailbox_updated) + " -" + std::to_string(c.to_mailbox_deleted) + ", parked " +
           std::to_string(c.parked);
    for (const auto& [reason, number] : c.skipped) out += ", " + reason + " " + std::to_string(number);
    out += "\n";
  }
  return out;
}

}  // namespace mailsync::scenario
