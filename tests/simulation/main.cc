// mailsync-sim: plays many seeds, or one again, or makes one small. ./dev sim is the way to it.
//
//   mailsync-sim --runs N --seed S        seeds S … S+N-1; ends with "N runs, V violations"
//   mailsync-sim --replay S [--only 1,5]  one seed, told step by step
//   mailsync-sim --shrink S               the fewest steps that still break it
#include <charconv>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <sstream>

#include "base/log.h"
#include "tests/simulation/acts.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/story.h"

namespace {

using namespace mailsync;

struct Asked {
  int budget = 300;  // plays that making a run small may cost
  uint64_t runs = 100, seed = 1, every = 1;
  bool replay = false, shrink = false, table = false, known = true;
  std::vector<size_t> only;
  std::string commit = "unknown";
};

std::vector<size_t> numbers_in(const std::string& text) {
  std::vector<size_t> out;
  std::stringstream in(text);
  for (std::string part; std::getline(in, part, ',');) out.push_back(std::stoul(part));
  return out;
}

Asked read(int count, char** words) {
  Asked asked;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const auto next = [&] { return std::string(i + 1 < count ? words[++i] : "0"); };
    if (word == "--runs")
      asked.runs = std::stoull(next());
    else if (word == "--seed")
      asked.seed = std::stoull(next());
    else if (word == "--every")
      asked.every = std::stoull(next());
    else if (word == "--replay")
      asked.replay = true, asked.seed = std::stoull(next());
    else if (word == "--shrink")
      asked.shrink = true, asked.seed = std::stoull(next());
    else if (word == "--only")
      asked.only = numbers_in(next());
    else if (word == "--budget")
      asked.budget = std::stoi(next());
    else if (word == "--commit")
      asked.commit = next();
    else if (word == "--table")
      asked.table = true;
    else
      asked.known = false;
  }
  return asked;
}

std::vector<sim::Step> chosen(const Asked& asked) {
  auto steps = sim::steps_of(asked.seed);
  if (asked.only.empty()) return steps;
  std::vector<sim::Step> out;
  for (const size_t i : asked.only)
    if (i < steps.size()) out.push_back(steps[i]);
  return out;
}

int replay(const Asked& asked) {
  const auto outcome = sim::play(asked.seed, chosen(asked), true);
  for (const std::string& line : outcome.told) std::cout << line << "\n";
  for (const std::string& line : outcome.violations) std::cout << "VIOLATION " << line << "\n";
  std::cout << "1 runs, " << (outcome.violations.empty() ? 0 : 1) << " violations\n";
  return outcome.violations.empty() ? 0 : 1;
}

int shrink(const Asked& asked) {
  const auto steps = sim::steps_of(asked.seed);
  const auto kept = sim::shrink(asked.seed, steps, asked.budget);
  std::string only;
  for (const size_t i : kept) only += (only.empty() ? "" : ",") + std::to_string(i);
  Asked small = asked;
  small.only = kept;
  std::cout << kept.size() << " of " << steps.size() << " steps are enough:\n";
  const int code = replay(small);
  std::cout << "./dev sim --replay " << asked.seed << " --only " << only << "\n";
  return code;
}

// Every kind that there is, also the ones that did not happen: a zero is a hole.
void name_all(sim::Tally& tally) {
  for (const auto& some : {sim::contact_edits(), sim::task_edits(), sim::email_edits(), sim::meeting_edits(),
                           sim::crm_edits(), sim::settings_edits()})
    for (const sim::Edit& edit : some) tally.edits[edit.name] += 0;
  for (const sim::Fault& fault : sim::faults()) tally.faults[fault.name] += 0;
}

void print(const char* title, const std::map<std::string, int64_t>& counts) {
  for (const auto& [name, times] : counts)
    std::printf("%s\t%s\t%lld\n", title, name.c_str(), static_cast<long long>(times));
}

int batch(const Asked& asked) {
  sim::Tally all;
  name_all(all);
  uint64_t violated = 0;
  for (uint64_t i = 0; i < asked.runs; ++i) {
    const uint64_t seed = asked.seed + i * asked.every;
    const auto outcome = sim::play(seed, sim::steps_of(seed));
    all.add(outcome.tally);
    if (outcome.violations.empty()) continue;
    ++violated;
    std::cout << "seed " << seed << " at commit " << asked.commit << ": " << outcome.violations.front()
              << "\n"
              << "  again: ./dev sim --replay " << seed << "   smaller: ./dev sim --shrink " << seed
              << std::endl;
  }
  if (asked.table) {
    print("edit", all.edits);
    print("fault", all.faults);
    print("check", all.checks);
    print("step", all.steps);
  }
  std::cout << asked.runs << " runs, " << violated << " violations" << std::endl;
  return violated == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  log::set_level(log::Level::Error);
  const Asked asked = read(count, words);
  if (!asked.known) {
    std::cerr << "mailsync-sim [--runs N] [--seed S] [--table] | --replay S [--only 1,2,3] | --shrink S\n";
    return 2;
  }
  if (asked.shrink) return shrink(asked);
  return asked.replay ? replay(asked) : batch(asked);
}
