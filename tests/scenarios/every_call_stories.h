// The stories of the complete loops in every_call_test.cc: each is a small world at rest, and what its users
// then do on both sides, so that one pass has all of it to carry over. A story for every kind and every thing
// that can happen to an item of it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/scenarios/stage.h"

namespace mailsync::scenario {

struct Played;

struct Story {
  std::string name;  // as gtest wants it
  std::vector<sync::Kind> kinds;
  std::function<void(Played&)> before;  // then the world comes to rest
  std::function<void(Played&)> then;    // and this is what the pass finds
};

const std::vector<Story>& stories();
// NOLINTNEXTLINE(readability-identifier-naming): gtest looks for this name.
inline void PrintTo(const Story& story, std::ostream* out) {
  *out << story.name;
}

// A story on its stage.
struct Played {
  Stage stage;
  lab::Mailbox* ann = nullptr;

  // Up to the moment before the pass.
  void prepare(const Story& story);
  // What people would look at, as text: items, records, mail that left, what is open.
  std::string outcome();

  // ---- what stories are made of; `name` is the item's title on both sides ----
  lab::Item& add(sync::Kind kind, const std::string& name, bool marked = true);
  lab::Item& item(sync::Kind kind, const std::string& name);
  void edit(sync::Kind kind, const std::string& name);  // in the mailbox
  void remove(sync::Kind kind, const std::string& name);
  void mark(sync::Kind kind, const std::string& name, bool marked);
  sync::CrmRecord create(sync::Kind kind, const std::string& name);
  sync::CrmRecord record(sync::Kind kind, const std::string& name);
  void update(sync::Kind kind, const std::string& name);  // in the CRM, another field than edit()
  void erase(sync::Kind kind, const std::string& name);
  // A meeting of the CRM with somebody from outside, whose user asks that he be mailed.
  void invite(const std::string& name);
  void update_and_mail(const std::string& name);
};

}  // namespace mailsync::scenario
