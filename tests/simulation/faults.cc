#include "tests/simulation/faults.h"

#include <array>

namespace mailsync::sim {
namespace {

using Script = lab::ScriptedFault::What;
using What = Trouble::What;
using std::chrono::seconds;

Seat& some(Rig& rig, Random& random) {
  return rig.seats[random.below(kSeats)];
}

void arm(Rig& rig, Random& random, const char* name, What what, On on = On::Any, uint64_t within = 12) {
  rig.wire.arm({.name = name, .what = what, .on = on, .after = random.below(within)});
}

template <Script what, On on>
void script(Rig& rig, Random& random, const char* name) {
  rig.wire.arm(
      {.name = name, .on = on, .after = random.below(on == On::Writes ? 3 : 12), .fault = {.what = what}});
}

template <int status, On on, int wait = -1, Script what = Script::Status>
void answers(Rig& rig, Random& random, const char* name) {
  lab::ScriptedFault fault{.what = what, .status = status};
  if (wait >= 0) fault.retry_after = seconds(wait);
  rig.wire.arm(
      {.name = name, .on = on, .after = random.below(on == On::Writes ? 3 : 12), .fault = std::move(fault)});
}

template <What what, On on = On::Any>
void happens(Rig& rig, Random& random, const char* name) {
  arm(rig, random, name, what, on, on == On::Writes ? 3 : 14);
}

template <DiskTrouble::What what, uint64_t within>
void disk(Rig& rig, Random& random, const char* name) {
  rig.disk.armed.push_back({.name = name, .what = what, .after = random.below(within)});
}

template <lab::TokenGone how>
void cursors_lost(Rig& rig, Random&, const char* name) {
  rig.world.faults.token_gone = how;
  rig.front.forget_delta_tokens(rig.now());
  ++rig.tally.faults[name];
}

template <bool lab::Faults::* flag, bool on = true>
void flagged(Rig& rig, Random&, const char* name) {
  rig.world.faults.*flag = on;
  ++rig.tally.faults[name];
}

void small_pages(Rig& rig, Random& random, const char* name) {
  rig.world.faults.page_max = 1 + random.below(4);
  ++rig.tally.faults[name];
}

void drift(Rig& rig, Random& random, const char* name) {
  rig.world.faults.change_key_drift = 2 + static_cast<uint32_t>(random.below(5));
  ++rig.tally.faults[name];
}

void partial_batch(Rig& rig, Random& random, const char* name) {
  rig.world.faults.batch_concurrency = 1 + random.below(3);
  ++rig.tally.faults[name];
}

void slow_sent_items(Rig& rig, Random&, const char* name) {
  rig.world.faults.sent_items_delay = seconds(90);
  ++rig.tally.faults[name];
}

void revoke(Rig& rig, Random& random, const char* name) {
  Seat& seat = some(rig, random);
  seat.revoked = true;
  if (seat.end_user)
    rig.tokens.revoke_user(seat.lab->user.id);
  else
    rig.tokens.revoke_app("app-1");
  ++rig.tally.faults[name];
}

void switch_off(Rig& rig, Random& random, const char* name) {
  some(rig, random).lab->user.mailbox_enabled = false;
  ++rig.tally.faults[name];
}

void keep_apps_out(Rig& rig, Random& random, const char* name) {
  some(rig, random).lab->user.refuses_apps = true;
  ++rig.tally.faults[name];
}

void module_off(Rig& rig, Random& random, const char* name) {
  some(rig, random).paused = true;
  ++rig.tally.faults[name];
}

void clock_ahead(Rig& rig, Random& random, const char* name) {
  rig.advance(std::chrono::hours(1 + random.below(30)));
  ++rig.tally.faults[name];
}

void clock_back(Rig& rig, Random& random, const char* name) {
  rig.advance(-std::chrono::minutes(1 + random.below(90)));
  ++rig.tally.faults[name];
}

void restart(Rig& rig, Random&, const char* name) {
  for (Seat& seat : rig.seats) seat.replica.reset(), seat.client.reset();
  ++rig.tally.faults[name];
}

void rival(Rig& rig, Random& random, const char* name) {
  rig.wire.arm({.name = name, .what = What::Freeze, .after = random.below(10), .act = [&rig] {
                  if (rig.passing) rig.start_rival(*rig.passing);
                }});
}

using lab::Faults;
using lab::TokenGone;

constexpr std::array kFaults = {
    Fault{"request not sent", script<Script::NotSent, On::Any>},
    Fault{"write not sent", script<Script::NotSent, On::Writes>},
    Fault{"answer to a read lost", script<Script::AnswerLost, On::Reads>},
    Fault{"answer to a write lost", script<Script::AnswerLost, On::Writes>},
    Fault{"answer to a read cut", script<Script::AnswerCut, On::Reads>},
    Fault{"answer to a write cut", script<Script::AnswerCut, On::Writes>},
    Fault{"400 without a body", answers<400, On::Any>},
    Fault{"401 once", answers<401, On::Any>},
    Fault{"403 once", answers<403, On::Any>},
    Fault{"409 to a write", answers<409, On::Writes>},
    Fault{"412 to a write", answers<412, On::Writes>},
    Fault{"429 with Retry-After", answers<429, On::Any, 5>},
    Fault{"429 for long", answers<429, On::Any, 600>},
    Fault{"429 without Retry-After", answers<429, On::Any>},
    Fault{"500", answers<500, On::Any>},
    Fault{"502", answers<502, On::Any>},
    Fault{"503 with Retry-After", answers<503, On::Any, 20>},
    Fault{"504", answers<504, On::Any>},
    Fault{"500 after the write", answers<500, On::Writes, -1, Script::LateStatus>},
    Fault{"504 after the write", answers<504, On::Writes, -1, Script::LateStatus>},
    Fault{"feed from a lagging replica", happens<What::LaggingFeed>},
    Fault{"stale read of an item", happens<What::StaleItem>},
    Fault{"slow answer", happens<What::Slow>},
    Fault{"slow write", happens<What::Slow, On::Writes>},
    Fault{"next link to a stranger", happens<What::EvilLink, On::Feeds>},
    Fault{"process dies before a call", happens<What::DieBefore>},
    Fault{"process dies before a write", happens<What::DieBefore, On::Writes>},
    Fault{"process dies after a call", happens<What::DieAfter>},
    Fault{"process dies after a write", happens<What::DieAfter, On::Writes>},
    Fault{"statement fails", disk<DiskTrouble::What::Statement, 200>},
    Fault{"process dies before a commit", disk<DiskTrouble::What::BeforeCommit, 8>},
    Fault{"process dies after a commit", disk<DiskTrouble::What::AfterCommit, 8>},
    Fault{"commit fails", disk<DiskTrouble::What::CommitFails, 8>},
    Fault{"commit of unknown outcome", disk<DiskTrouble::What::CommitUnknown, 8>},
    Fault{"cursors lost: 410", cursors_lost<TokenGone::Bare410>},
    Fault{"cursors lost: 410 with Location", cursors_lost<TokenGone::Gone410Location>},
    Fault{"cursors lost: 400", cursors_lost<TokenGone::BadRequest400>},
    Fault{"small pages", small_pages},
    Fault{"empty first page", flagged<&Faults::empty_first_page>},
    Fault{"entities repeated", flagged<&Faults::repeat_entities>},
    Fault{"trip there and back lost", flagged<&Faults::lose_there_and_back>},
    Fault{"preconditions ignored", flagged<&Faults::ignore_if_match>},
    Fault{"versions move by themselves", drift},
    Fault{"deleted items still answer", flagged<&Faults::deleted_contacts_readable>},
    Fault{"part of a batch throttled", partial_batch},
    Fault{"server rewrites nothing", flagged<&Faults::rewrite_on_store, false>},
    Fault{"text becomes HTML", flagged<&Faults::event_text_becomes_html>},
    Fault{"Sent Items come late", slow_sent_items},
    Fault{"token revoked", revoke},
    Fault{"mailbox switched off", switch_off},
    Fault{"applications kept out", keep_apps_out},
    Fault{"module off", module_off},
    Fault{"clock jumps ahead", clock_ahead},
    Fault{"clock jumps back", clock_back},
    Fault{"process restarts", restart},
    Fault{"second worker on an expired lease", rival},
};

}  // namespace

std::span<const Fault> faults() {
  return kFaults;
}

void calm(Rig& rig) {
  rig.world.faults = {};
  rig.http.forget_faults();
  rig.disk.armed.clear();
  for (Trouble& trouble : rig.wire.take_armed())
    if (trouble.what == What::Act && trouble.name.empty()) trouble.act();
  for (Seat& seat : rig.seats) {
    seat.lab->user.mailbox_enabled = true;
    seat.lab->user.refuses_apps = false;
    seat.paused = false;
    rig.put_token(seat);
  }
}

}  // namespace mailsync::sim
