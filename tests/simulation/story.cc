#include "tests/simulation/story.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "tests/simulation/acts.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/faults.h"

namespace mailsync::sim {
namespace {

using What = Step::What;

const std::vector<const Edit*>& weighted_edits() {
  static const std::vector<const Edit*> all = [] {
    std::vector<const Edit*> out;
    for (const auto& some :
         {contact_edits(), task_edits(), email_edits(), meeting_edits(), crm_edits(), settings_edits()})
      for (const Edit& edit : some)
        for (int i = 0; i < edit.weight; ++i) out.push_back(&edit);
    return out;
  }();
  return all;
}

// One edit that finds something to do; what the lab mails meanwhile, its user mailed.
std::string do_edit(Rig& rig, uint64_t seed) {
  SeededRandom random(seed);
  for (int tries = 0; tries < 12; ++tries) {
    const Edit& edit = *weighted_edits()[random.below(weighted_edits().size())];
    const size_t before = rig.world.outbox().size();
    const size_t things = rig.ledger.things().size();
    rig.spoke_of.clear();
    const bool done = edit.act(rig, random);
    if (rig.ledger.things().size() > things) rig.spoke_of = rig.ledger.things().rbegin()->second.tag();
    for (size_t i = before; i < rig.world.outbox().size(); ++i) rig.ledger.users_mail.insert(i);
    if (!done) continue;
    ++rig.tally.edits[edit.name];
    return edit.name + (rig.spoke_of.empty() ? "" : " " + rig.spoke_of);
  }
  return "nothing to edit";
}

std::string do_pass(Rig& rig, uint64_t seed) {
  Seat& seat = rig.seats[seed % kSeats];
  if (seat.paused) return "no pass: the module is off";
  ++rig.tally.steps["passes"];
  const auto report = rig.pass(seat);
  if (!report && report.error().kind == ErrorKind::Corrupt)
    rig.violation("invariant 8: a pass says that our own data is broken: " + report.error().message);
  check_after_pass(rig);
  return seat.row.address + (report ? " pass" : " pass: " + report.error().message);
}

std::string do_step(Rig& rig, const Step& step) {
  SeededRandom random(step.seed);
  switch (step.what) {
    case What::Edit:
      return do_edit(rig, step.seed);
    case What::EditDuringPass:
      rig.wire.arm({.what = Trouble::What::Act, .after = random.below(15), .act = [&rig, seed = step.seed] {
                      ++rig.tally.steps["edits in the middle of a pass"];
                      rig.aside.push_back("  in the middle: " + do_edit(rig, seed));
                    }});
      return "an edit in the middle of the next pass";
    case What::Fault: {
      const Fault& fault = faults()[random.below(faults().size())];
      fault.begin(rig, random, fault.name);
      return std::string("fault: ") + fault.name;
    }
    case What::Pass:
      return do_pass(rig, step.seed);
    case What::Wait:
      rig.advance(std::chrono::seconds(1 + random.below(random.below(3) ? 900 : 40'000)));
      return "wait";
    case What::Settle:
      settle(rig);
      return "settle";
  }
  std::unreachable();
}

// What is said of any thing, value or mailbox: "2026-11-25T… invariant 2: task Q7q lies 2 times in the
// mailbox of b@ours.example" → "invariant task lies times in the mailbox of". A smaller run must break the
// same.
std::string kind_of(const std::string& violation) {
  std::istringstream words(violation.substr(std::min(violation.find("invariant"), violation.size())));
  std::string out;
  for (std::string word; words >> word;) {
    if (word.find('"') != std::string::npos || word.find('[') != std::string::npos) break;
    if (std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }))
      out += word + " ";
  }
  return out;
}

}  // namespace

std::vector<Step> steps_of(uint64_t seed) {
  SeededRandom random(seed * 0x9E3779B97F4A7C15ULL + 1);
  std::vector<Step> out;
  const auto add = [&](What what) { out.push_back({.what = what, .seed = random.next()}); };
  constexpr int kChapters = 4;
  for (int chapter = 0; chapter < kChapters; ++chapter) {
    std::vector<What> steps;
    steps.insert(steps.end(), 42, What::Edit);
    steps.insert(steps.end(), 13, What::EditDuringPass);
    // The first chapter of every third run is a good day, so that also plain work is seen.
    if (chapter != 0 || seed % 3 != 0) steps.insert(steps.end(), 14, What::Fault);
    steps.insert(steps.end(), 21, What::Pass);
    steps.insert(steps.end(), 18, What::Wait);
    for (size_t i = steps.size(); i > 1; --i) std::swap(steps[i - 1], steps[random.below(i)]);
    for (const What what : steps) add(what);
    add(What::Settle);
  }
  return out;
}

std::string name_of(const Step& step) {
  static constexpr std::array kNames = {"edit", "edit during a pass", "fault", "pass", "wait", "settle"};
  return kNames[static_cast<size_t>(step.what)];
}

Outcome play(uint64_t seed, const std::vector<Step>& steps, bool tell) {
  Outcome out;
  Rig rig(seed);
  for (const Step& step : steps) {
    const std::string when = rig.now().to_iso();
    std::string told = do_step(rig, step);
    if (tell) {
      for (std::string& aside : rig.aside) out.told.push_back(std::move(aside));
      out.told.push_back(when + " " + std::move(told));
    }
    rig.aside.clear();
    if (!rig.violations.empty()) break;
  }
  out.tally = rig.tally;
  out.violations = rig.violations;
  return out;
}

std::vector<size_t> shrink(uint64_t seed, const std::vector<Step>& steps, int budget) {
  std::vector<size_t> kept(steps.size());
  for (size_t i = 0; i < kept.size(); ++i) kept[i] = i;
  const auto chosen = [&](const std::vector<size_t>& which) {
    std::vector<Step> out;
    for (const size_t i : which) out.push_back(steps[i]);
    return out;
  };
  const Outcome first = play(seed, steps);
  if (first.violations.empty()) return kept;
  const std::string wanted = kind_of(first.violations.front());
  for (size_t chunk = kept.size() / 2; chunk >= 1 && budget > 0;) {
    bool smaller = false;
    for (size_t at = 0; at < kept.size() && budget > 0;) {
      std::vector<size_t> without = kept;
      const auto from = without.begin() + static_cast<ptrdiff_t>(at);
      without.erase(from, from + static_cast<ptrdiff_t>(std::min(chunk, kept.size() - at)));
      --budget;
      const Outcome tried = play(seed, chosen(without));
      if (!tried.violations.empty() && kind_of(tried.violations.front()) == wanted) {
        kept = std::move(without);
        smaller = true;
      } else {
        at += chunk;
      }
    }
    if (chunk == 1 && !smaller) break;
    chunk = std::max<size_t>(1, smaller ? std::min(chunk, kept.size() / 2) : chunk / 2);
    if (kept.empty()) break;
  }
  return kept;
}

}  // namespace mailsync::sim
