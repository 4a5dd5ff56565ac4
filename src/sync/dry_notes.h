// What a dry run writes down instead of doing it: the items for people, bounded, with titles where something
// just seen tells them.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sync/crm.h"
#include "sync/plan_report.h"
#include "sync/replica.h"

namespace mailsync::sync {

// Ids of links, records and journal entries that exist only in a dry run begin here: above every real one, so
// that they sort as the newest.
inline constexpr int64_t kMadeUp = int64_t{1} << 62;
template <typename Id>
bool is_made_up(Id id) {
  return id.value > kMadeUp;
}

class DryNotes {
 public:
  void seen(const RemoteItem& item);
  void seen(const CrmRecord& record);
  void seen(RecordId record, const model::EmailHead& head);

  // Done, linked or refused: what the journal would say.
  void journaled(const JournalEntry& entry);
  void issue(const Issue& issue);
  // Mail to others that would leave.
  void mail(Kind kind, const RemoteId& item, std::string title, size_t people);

  int64_t mails() const { return mails_; }
  int64_t total() const { return total_; }
  std::vector<PlanItem> take() { return std::move(items_); }

 private:
  // Two generations: a title is wanted soon after its item was seen, and memory stays bounded.
  class Titles {
   public:
    void put(std::string key, std::string title);
    std::string get(const std::string& key) const;

   private:
    std::unordered_map<std::string, std::string> young_, old_;
  };

  void add(PlanItem item);
  std::string title_for(Kind kind, const RemoteId& item, RecordId record, const std::string& before,
                        const std::string& after) const;

  std::vector<PlanItem> items_;
  int64_t total_ = 0, mails_ = 0;
  Titles titles_;
};

// What is committed together with a transaction of a dry run, or given up with it.
class DryStaging {
 public:
  void begin() {
    ++transaction_;
    staged_.clear();
  }
  void stage(std::move_only_function<void()> effect) { staged_.push_back(std::move(effect)); }
  void commit() {
    for (auto& effect : staged_) effect();
    staged_.clear();
  }
  void give_up() { staged_.clear(); }
  int64_t transaction() const { return transaction_; }

 private:
  int64_t transaction_ = 0;
  std::vector<std::move_only_function<void()>> staged_;
};

}  // namespace mailsync::sync
