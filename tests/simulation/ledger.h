// What the users of a simulated run did, kept apart from everything the product remembers. Every thing
// carries a tag in its name ("Q17q") that never changes, every edit writes a token of its own ("Z204z"), so
// that both are found again on either side by reading what is there, without links or bases.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "model/kind.h"

namespace mailsync::sim {

inline constexpr int kCrmSide = -1;

struct Thing {
  int id = 0;
  model::Kind kind = model::Kind::Contact;
  bool crm_born = false;
  size_t home = 0;  // the seat whose user made it
  // Why it may be missing, or differ, somewhere: what its users did to it.
  bool crm_deleted = false;
  bool unsettled = false;   // reassigned, aged out …: only "not doubled" and "not lost" are asked of it
  bool may_differ = false;  // waits for a person: the sides need not say the same
  std::set<size_t> removed_in, unmarked_in;
  std::string tag() const { return "Q" + std::to_string(id) + "q"; }
};

struct Entry {
  int token = 0;
  int side = kCrmSide;  // or the seat
  int thing = 0;
  std::string field;
  bool superseded = false;  // its own author wrote over it or threw it away
};

// An email a user composed in the CRM.
struct Composed {
  std::string subject;
  size_t seat = 0;
  std::vector<std::string> to;
};

class Ledger {
 public:
  Thing& add(model::Kind kind, size_t home, bool crm_born);
  Thing* find(int id);
  // By the tag in a text; nullptr when there is none.
  Thing* tagged(std::string_view text);
  // "Z204z", booked as this side's newest edit of the field.
  std::string token(int side, const Thing& thing, const std::string& field);
  void forget_edits(int side, const Thing& thing);  // its author deleted it there
  std::vector<Entry>& entries() { return entries_; }
  std::map<int, Thing>& things() { return things_; }

  std::vector<Composed> composed;
  std::set<size_t> users_mail;                          // of the lab's outbox, what users themselves sent
  std::map<std::pair<size_t, int>, std::string> notes;  // seat, thing → what is nobody else's business

 private:
  std::map<int, Thing> things_;
  std::vector<Entry> entries_;
};

// All numbers between `open` and `close` in a text: "Z12z Z7z" → {12, 7}.
void collect_numbers(std::string_view text, char open, char close, std::set<int>& out);

}  // namespace mailsync::sim
