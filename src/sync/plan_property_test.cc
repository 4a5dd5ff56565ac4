// What must hold of the planner whatever the three states are (base, mailbox, CRM): for every kind the plan,
// carried out, comes to rest; both sides agree; nothing that a user entered is lost, nothing is doubled; and
// a second plan is empty. A counter-example is printed as one case, field by field, as small as it can be
// made.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <set>

#include "sync/plan.h"
#include "sync/plan_email.h"

namespace mailsync::sync {
namespace {

// ---- a case: three states, and what the profile and the servers allow ----

enum class There { Yes, LeftScope, Gone };

struct Case {
  Kind kind = Kind::Contact;
  bool linked = true;
  LinkState state = LinkState::Active;
  MadeBy made_by = MadeBy::Mailbox;
  bool was_marked = true;
  Fields base;
  There item = There::Yes;
  bool marked = true;
  Fields in_mailbox;
  bool record = true, in_scope = true;
  Fields in_crm;
  Winner winner = Winner::LaterChange;
  bool mailbox_later = true;
  bool to_crm = true, to_mailbox = true, may_write = true, may_delete = true;
  bool organizer = true, silent = true, asked_to_send = false, other_is_source = false;
};

// Text, a list where the kind has one, and what only an organizer may change. Few values, so that sides agree
// often.
struct Vocabulary {
  std::vector<std::string> texts;
  std::string list;  // "" = the kind has none
};

const Vocabulary& vocabulary(Kind kind) {
  static const Vocabulary contact{{"company", "given_name", "job_title"}, "emails"};
  static const Vocabulary task{{"body", "subject"}, ""};
  static const Vocabulary meeting{{"body", "location", "subject"}, "attendees"};
  return kind == Kind::Contact ? contact : kind == Kind::Task ? task : meeting;
}

Capabilities capabilities(const Case& c) {
  Capabilities out{.readable = true, .writable = true, .precondition = Precondition::Hard};
  out.silent_writes = c.kind != Kind::Meeting || c.silent;
  for (const std::string& name : vocabulary(c.kind).texts) out.fields.insert(name);
  if (!vocabulary(c.kind).list.empty()) out.fields.insert(vocabulary(c.kind).list);
  return out;
}

// NOLINTNEXTLINE(readability-identifier-naming): rapidcheck looks for this name.
void showValue(const Case& c, std::ostream& out) {
  const auto say = [&](const char* what, bool yes) { out << (yes ? " " : " not ") << what; };
  out << model::name_of(c.kind) << (c.linked ? " linked" : " not linked");
  if (c.linked)
    out << " (state " << static_cast<int>(c.state) << ", made by "
        << (c.made_by == MadeBy::Crm ? "the CRM" : "the mailbox") << (c.was_marked ? ", was marked)" : ")")
        << "\n  base    " << model::to_json(c.base);
  out << "\n  mailbox ";
  if (c.item == There::Gone)
    out << "gone";
  else
    out << model::to_json(c.in_mailbox) << (c.marked ? " marked" : " unmarked")
        << (c.item == There::LeftScope ? ", where we do not look" : "");
  out << "\n  CRM     ";
  if (c.record)
    out << model::to_json(c.in_crm) << (c.in_scope ? " in scope" : " out of scope");
  else
    out << "deleted";
  out << "\n  winner " << static_cast<int>(c.winner)
      << (c.mailbox_later ? ", mailbox later;" : ", CRM later;");
  say("to_crm", c.to_crm);
  say("to_mailbox", c.to_mailbox);
  say("may_write", c.may_write);
  say("may_delete", c.may_delete);
  if (c.kind == Kind::Meeting) {
    say("organizer", c.organizer);
    say("silent", c.silent);
    say("asked_to_send", c.asked_to_send);
    say("other_is_source", c.other_is_source);
  }
  out << "\n";
}

// Most switches stand as they do for most users.
bool usually(bool likely) {
  return *rc::gen::weightedElement<bool>({{5, likely}, {1, !likely}});
}

std::string person(char who) {
  return std::string(R"({"address":")") + who +
         R"(@x.example","name":"","response":"none","type":"required"})";
}

std::string list_value(Kind kind) {
  const int which = *rc::gen::inRange(0, 4);
  if (kind == Kind::Contact)
    return std::array<std::string, 4>{"null", R"(["a@x"])", R"(["b@x"])", R"(["a@x","b@x"])"}.at(
        static_cast<size_t>(which));
  return std::array<std::string, 4>{"null", "[" + person('a') + "]", "[" + person('b') + "]",
                                    "[" + person('a') + "," + person('b') + "]"}
      .at(static_cast<size_t>(which));
}

std::string text_value() {
  return *rc::gen::element<std::string>("null", R"("a")", R"("b")", R"("c")");
}

Fields content(Kind kind) {
  Fields out;
  for (const std::string& name : vocabulary(kind).texts) out.emplace(name, text_value());
  if (!vocabulary(kind).list.empty()) out.emplace(vocabulary(kind).list, list_value(kind));
  return out;
}

Fields edited(Kind kind, Fields fields) {
  for (auto& [name, text] : fields)
    if (*rc::gen::inRange(0, 3) == 0) text = name == vocabulary(kind).list ? list_value(kind) : text_value();
  return fields;
}

rc::Gen<Case> any_case() {
  return rc::gen::exec([] {
    Case c;
    c.kind = *rc::gen::element(Kind::Contact, Kind::Task, Kind::Meeting);
    c.linked = usually(true);
    c.state = *rc::gen::weightedElement<LinkState>({{6, LinkState::Active},
                                                    {1, LinkState::Frozen},
                                                    {1, LinkState::Dismissed},
                                                    {1, LinkState::Tombstone}});
    c.made_by = *rc::gen::element(MadeBy::Mailbox, MadeBy::Crm);
    c.was_marked = usually(true);
    c.base = content(c.kind);
    c.in_mailbox = edited(c.kind, c.base);
    c.in_crm = edited(c.kind, c.base);
    c.item = *rc::gen::weightedElement<There>({{6, There::Yes}, {1, There::LeftScope}, {2, There::Gone}});
    c.marked = usually(true);
    c.record = usually(true);
    c.in_scope = usually(true);
    c.winner = *rc::gen::element(Winner::LaterChange, Winner::Crm, Winner::Mailbox);
    c.mailbox_later = *rc::gen::arbitrary<bool>();
    c.to_crm = usually(true);
    c.to_mailbox = usually(true);
    c.may_write = usually(true);
    c.may_delete = usually(true);
    c.organizer = usually(true);
    c.silent = usually(true);
    c.asked_to_send = usually(false);
    c.other_is_source = usually(false);
    if (!c.linked) (*rc::gen::arbitrary<bool>() ? c.record = false : (c.item = There::Gone, c.record));
    return c;
  });
}

// ---- the world that the plans are carried out in: naive, and suspicious ----

struct World {
  explicit World(const Case& from) : c(from) {
    if (c.linked)
      link = Link{.id = {3},
                  .mailbox = {1},
                  .kind = c.kind,
                  .remote_id = {"item"},
                  .remote_version = {"1"},
                  .record = {7},
                  .record_version = 1,
                  .state = c.state,
                  .made_by = c.made_by,
                  .marked = c.was_marked,
                  .is_organizer = c.organizer,
                  .base = {.mailbox = c.base, .crm = c.base}};
  }

  Situation situation() const {
    Situation s{.kind = c.kind,
                .mailbox = {1},
                .link = link,
                .other_copy_is_source = c.other_is_source,
                .in_mailbox = capabilities(c),
                .in_crm = capabilities(c),
                .now = {1000}};
    s.in_crm.silent_writes = true;
    s.profile.winner = c.winner;
    s.profile.directions[c.kind] = {c.to_crm, c.to_mailbox};
    if (c.item == There::Gone) {
      s.presence = we_deleted ? Presence::Unknown : Presence::Removed;
    } else {
      s.presence = c.item == There::Yes ? Presence::Present : Presence::LeftScope;
      s.item = item();
    }
    if (c.record || link) s.record = record();
    if (!link && s.item) s.record.reset();
    return s;
  }

  RemoteItem item() const {
    return {.kind = c.kind,
            .id = {"item"},
            .version = {std::to_string(item_version)},
            .marked = c.marked,
            .fields = c.in_mailbox,
            .changed_at = {c.mailbox_later ? 2 : 1},
            .is_organizer = c.organizer};
  }
  CrmRecord record() const {
    return {.kind = c.kind,
            .id = {7},
            .version = record_version,
            .changed_at = {c.mailbox_later ? 1 : 2},
            .fields = c.in_crm,
            .in_scope = c.record && c.in_scope,
            .deleted = !c.record,
            .may_write = c.may_write,
            .may_delete = c.may_delete,
            .may_restore = !c.record && c.may_write,
            .send_requested = c.asked_to_send};
  }

  // Carries the plan out; false when there was nothing to do.
  bool step() {
    const Situation s = situation();
    const Plan planned = plan(s);
    for (const Conflict& conflict : planned.conflicts) told.insert({conflict.field, conflict.overruled});
    for (const Issue& issue : planned.issues)
      refused |= issue.key.starts_with("refused:") || issue.key.starts_with("not_organizer:");
    waited |= !planned.waiting.empty();
    std::optional<RemoteItem> stored_item;
    std::optional<CrmRecord> stored_record;
    if (planned.remote) {
      write(*planned.remote);
      stored_item = item();
    }
    if (planned.crm) {
      write(*planned.crm);
      stored_record = record();
    }
    if (planned.forget_link) link.reset();
    if (planned.link) {
      link = settle(planned, s, stored_item ? &*stored_item : nullptr,
                    stored_record ? &*stored_record : nullptr);
      link->id = {3};
    }
    return planned.writes() || planned.link.has_value() || planned.forget_link;
  }

  void write(const RemoteWrite& w) {
    ++writes;
    RC_ASSERT(c.to_mailbox);
    const bool mails = c.kind == Kind::Meeting && !c.silent && w.fields.contains("attendees") &&
                       w.fields.at("attendees") != "null";
    RC_ASSERT(!mails || c.asked_to_send);  // F86
    switch (w.op) {
      case RemoteWrite::Op::Create:
        RC_ASSERT(c.item == There::Gone);  // else there would be two of it
        c.in_mailbox = model::overlaid(emptied(), w.fields);
        c.item = There::Yes;
        c.marked = true;
        we_deleted = false;
        break;
      case RemoteWrite::Op::Update:
        RC_ASSERT(c.item == There::Yes);  // where we do not look, we do not write
        c.in_mailbox = model::overlaid(c.in_mailbox, w.fields);
        break;
      case RemoteWrite::Op::Delete:
        RC_ASSERT(link && link->made_by == MadeBy::Crm);  // a user's own item is never deleted
        RC_ASSERT(c.in_mailbox == link->base.mailbox);    // nor one that he edited
        c.item = There::Gone;
        we_deleted = true;
        break;
    }
    ++item_version;
  }

  void write(const CrmWrite& w) {
    ++writes;
    RC_ASSERT(c.to_crm || refused);
    switch (w.op) {
      case CrmWrite::Op::Create:
        RC_ASSERT(!c.record);
        c.in_crm = model::overlaid(emptied(), w.fields);
        c.record = true;
        break;
      case CrmWrite::Op::Update:
        RC_ASSERT(c.record && c.may_write);
        c.in_crm = model::overlaid(c.in_crm, w.fields);
        break;
      case CrmWrite::Op::Delete:
        RC_ASSERT(c.may_delete && c.kind != Kind::Contact);
        RC_ASSERT(c.item == There::Gone && c.in_crm == link->base.crm);
        c.record = false;
        break;
      case CrmWrite::Op::Restore:
        RC_ASSERT(!c.record && c.may_write && w.id == RecordId{7});
        c.in_crm = model::overlaid(c.in_crm, w.fields);
        c.record = true;
        break;
    }
    ++record_version;
  }

  Fields emptied() const {
    Fields out;
    for (const std::string& name : capabilities(c).fields) out.emplace(name, "null");
    return out;
  }

  void come_to_rest() {
    for (int steps = 0; step(); ++steps) RC_ASSERT(steps < 6);
  }

  Case c;
  std::optional<Link> link;
  int64_t item_version = 1, record_version = 1, writes = 0;
  bool we_deleted = false, waited = false, refused = false;
  std::set<std::pair<std::string, std::string>> told;  // overruled values that the journal keeps
};

std::set<std::string> entries_of(const std::string& list) {
  std::set<std::string> out;
  std::string entry;
  int depth = 0;
  for (const char each : list == "null" ? std::string("[]") : list) {
    if (each == '{') ++depth;
    if (each == '}') --depth;
    if (depth == 0 && (each == '[' || each == ']' || each == ',')) {
      if (!entry.empty()) out.insert(entry);
      entry.clear();
    } else {
      entry += each;
    }
  }
  return out;
}

bool same(Kind kind, const std::string& name, const std::string& a, const std::string& b) {
  return model::is_multi_valued(kind, name) ? entries_of(a) == entries_of(b) : a == b;
}

bool agree(const World& world) {
  return std::ranges::all_of(capabilities(world.c).fields, [&](const std::string& name) {
    return same(world.c.kind, name, world.c.in_mailbox.at(name), world.c.in_crm.at(name));
  });
}

// An edit is on one of the sides still, or the journal tells that it was overruled or refused.
void nothing_lost(const Case& before, const World& after, const Fields& edits) {
  if (!before.linked || before.state != LinkState::Active || after.refused) return;
  for (const auto& [name, text] : edits) {
    if (text == before.base.at(name)) continue;
    const bool here =
        after.c.item != There::Gone && same(before.kind, name, after.c.in_mailbox.at(name), text);
    const bool there = after.c.record && same(before.kind, name, after.c.in_crm.at(name), text);
    // Of a list nothing is overruled: it is merged by what was added, and all of it must be somewhere.
    bool all = model::is_multi_valued(before.kind, name);
    if (here || there || (!all && after.told.contains({name, text}))) continue;
    for (const std::string& entry : entries_of(text))
      all &= entries_of(after.c.in_mailbox.at(name)).contains(entry) ||
             entries_of(after.c.in_crm.at(name)).contains(entry) ||
             entries_of(before.base.at(name)).contains(entry);
    RC_ASSERT(all);
  }
}

TEST(PlanProperties, AnyThreeStatesComeToRestWithNothingLostAndNothingDoubled) {
  int64_t cases = 0;
  const auto began = std::chrono::steady_clock::now();
  const auto holds = [&cases] {
    ++cases;
    const Case before = *any_case();
    RC_TAG(std::string(model::name_of(before.kind)));
    World world(before);
    world.come_to_rest();
    // A second plan is empty, and writes nothing.
    const int64_t writes = world.writes;
    RC_ASSERT(!world.step());
    RC_ASSERT(world.writes == writes);
    // What a user has in one place is never taken from him because it went in the other, but by the rules.
    if (before.item != There::Gone) nothing_lost(before, world, before.in_mailbox);
    if (before.record) nothing_lost(before, world, before.in_crm);
    // In step is in step.
    const bool in_step = world.link && world.link->state == LinkState::Active && world.c.item == There::Yes &&
                         world.c.record && !world.c.other_is_source && world.c.to_crm && world.c.to_mailbox &&
                         !world.waited;
    if (in_step) RC_ASSERT(agree(world));
  };
  for (int round = 0; round < 10; ++round) ASSERT_TRUE(rc::check(holds));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::cout << "planner properties: " << cases << " cases, "
            << static_cast<int64_t>(static_cast<double>(cases) / took.count()) << " a second\n";
}

// Edits that come after rest are carried over as if nothing had been before, one write for each side.
TEST(PlanProperties, LaterEditsOfAPairInStepCostOneWriteEach) {
  EXPECT_TRUE(rc::check([] {
    Case c = *any_case();
    c.linked = c.record = c.in_scope = c.marked = c.was_marked = true;
    c.to_crm = c.to_mailbox = c.may_write = c.silent = c.organizer = true;
    c.other_is_source = false;
    c.state = LinkState::Active;
    c.item = There::Yes;
    World world(c);
    world.come_to_rest();
    RC_ASSERT(agree(world));
    const int64_t before = world.writes;
    const std::string field = *rc::gen::elementOf(vocabulary(c.kind).texts);
    const bool in_crm = *rc::gen::arbitrary<bool>();
    (in_crm ? world.c.in_crm : world.c.in_mailbox)[field] = R"("later")";
    ++(in_crm ? world.record_version : world.item_version);
    world.come_to_rest();
    RC_ASSERT(world.writes == before + 1);
    RC_ASSERT(world.c.in_crm.at(field) == R"("later")" && world.c.in_mailbox.at(field) == R"("later")");
  }));
}

std::string told_of(const Plan& p) {
  std::string out = p.cause + "|" + p.rule + "|" + p.skipped;
  if (p.crm) out += "|crm " + std::to_string(static_cast<int>(p.crm->op)) + model::to_json(p.crm->fields);
  if (p.remote)
    out += "|remote " + std::to_string(static_cast<int>(p.remote->op)) + model::to_json(p.remote->fields) +
           p.remote->operation.value;
  if (p.link) out += "|link " + std::to_string(static_cast<int>(p.link->state));
  for (const Issue& issue : p.issues) out += "|" + issue.key;
  return out;
}

// No plan hangs on what was planned before it.
TEST(PlanProperties, TheOrderOfItemsDoesNotMatter) {
  EXPECT_TRUE(rc::check([] {
    auto cases = *rc::gen::container<std::vector<Case>>(any_case());
    if (cases.size() > 8) cases.resize(8);
    std::vector<std::pair<std::string, std::string>> in_order, reversed;
    const auto plan_one = [](size_t i, const Case& c) {
      Situation s = World(c).situation();
      const std::string id = "item " + std::to_string(i);
      if (s.item) s.item->id = {id};
      if (s.link) s.link->remote_id = {id};
      return std::pair(id, told_of(plan(s)));
    };
    for (size_t i = 0; i < cases.size(); ++i) in_order.push_back(plan_one(i, cases[i]));
    for (size_t i = cases.size(); i-- > 0;) reversed.push_back(plan_one(i, cases[i]));
    std::ranges::reverse(reversed);
    RC_ASSERT(in_order == reversed);
  }));
}

// ---- emails: shared once, frozen and resumed by their mark, never deleted ----

TEST(PlanProperties, AnEmailsLinkFollowsItsMarkAndComesToRest) {
  EXPECT_TRUE(rc::check([] {
    Link link{.id = {3}, .mailbox = {1}, .kind = Kind::Email, .remote_id = {"mail"}, .record = {7}};
    link.state =
        *rc::gen::element(LinkState::Active, LinkState::Frozen, LinkState::Dismissed, LinkState::Tombstone);
    link.marked = link.state == LinkState::Active && *rc::gen::arbitrary<bool>();
    RemoteItem mail{.kind = Kind::Email, .id = {"mail"}};
    for (int events = *rc::gen::inRange(1, 6); events > 0; --events) {
      mail.marked = *rc::gen::arbitrary<bool>();
      const Presence presence =
          *rc::gen::element(Presence::Present, Presence::Removed, Presence::LeftScope, Presence::Unknown);
      const Link before = link;
      const EmailPlan planned = plan_linked_email(presence, mail, link, {1000});
      if (planned.link) link = *planned.link;
      RC_ASSERT(link.record == before.record);  // the record stays, whatever happens
      if (presence == Presence::LeftScope || presence == Presence::Unknown) RC_ASSERT(!planned.link);
      if (before.state == LinkState::Tombstone && presence == Presence::Present)
        RC_ASSERT(link.state == LinkState::Tombstone);
      if (presence == Presence::Present && mail.marked && before.state != LinkState::Tombstone)
        RC_ASSERT(link.state == LinkState::Active);
      RC_ASSERT(!plan_linked_email(presence, mail, link, {1000}).link);  // a second plan is empty
    }
  }));
}

}  // namespace
}  // namespace mailsync::sync
