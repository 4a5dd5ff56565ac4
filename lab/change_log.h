// What changed in one collection, newest state of each member only: the stuff that delta tokens are made of.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>

#include "base/instant.h"

namespace mailsync::lab {

class ChangeLog {
 public:
  struct Entry {
    uint64_t number = 0;  // of the item
    uint32_t place = 0;   // the ordinary id it had here
    bool removed = false;
    bool moved = false;        // removed by a move: reason "deleted" in a delta answer either way
    uint64_t first_seq = 0;    // when it (last) came into this collection
    uint64_t removed_seq = 0;  // when it last left, 0 = never: to lose a trip there and back (F69)
  };

  // Sequences come from the mailbox and only grow.
  void changed(uint64_t seq, uint64_t number, uint32_t place) { put(seq, number, place, false, false); }
  void removed(uint64_t seq, uint64_t number, uint32_t place, bool moved) {
    put(seq, number, place, true, moved);
  }

  // By sequence; what changed after a token is upper_bound(token).
  const std::map<uint64_t, Entry>& entries() const { return entries_; }
  uint64_t last() const { return entries_.empty() ? 0 : entries_.rbegin()->first; }

 private:
  void put(uint64_t seq, uint64_t number, uint32_t place, bool removed, bool moved) {
    Entry entry{.number = number, .place = place, .removed = removed, .moved = moved, .first_seq = seq};
    if (auto old = at_.find(number); old != at_.end()) {
      const Entry& before = entries_.at(old->second);
      entry.removed_seq = removed ? seq : before.removed_seq;
      if (!before.removed) entry.first_seq = before.first_seq;
      entries_.erase(old->second);
    }
    if (removed) entry.removed_seq = seq;
    entries_.emplace(seq, entry);
    at_[number] = seq;
  }

  std::map<uint64_t, Entry> entries_;
  std::unordered_map<uint64_t, uint64_t> at_;  // number → sequence
};

}  // namespace mailsync::lab
