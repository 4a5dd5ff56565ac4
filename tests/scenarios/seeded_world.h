// A small world under a seed: people who edit their mailboxes and the CRM at random, all four kinds, with few
// names and addresses, so that they meet. For properties that must hold of any world.
#pragma once

#include "tests/scenarios/stage.h"

namespace mailsync::scenario {

class SeededWorld {
 public:
  // Two connected mailboxes with a profile by the seed.
  explicit SeededWorld(uint64_t seed);

  // So many random edits on either side; time moves on in between.
  void edit(int count);
  Stage& stage() { return stage_; }
  lab::Mailbox& mailbox(size_t which) { return *mailboxes_.at(which); }
  size_t mailboxes() const { return mailboxes_.size(); }
  lab::Mailbox& any_mailbox() { return *mailboxes_.at(below(mailboxes_.size())); }
  uint64_t below(uint64_t bound) { return random_.below(bound); }

 private:
  bool chance(int percent) { return static_cast<int>(below(100)) < percent; }
  void edit_mailbox(lab::Mailbox& mailbox);
  void edit_crm(lab::Mailbox& as);
  void add_item(lab::Mailbox& mailbox);
  void add_task(lab::Mailbox& mailbox);
  void add_event(lab::Mailbox& mailbox);
  void add_mail(lab::Mailbox& mailbox);
  void change_item(lab::Mailbox& mailbox, lab::Item& item);
  void create_record(lab::Mailbox& as);
  std::string address();
  std::string word();

  SeededRandom random_;
  Stage stage_;
  std::vector<lab::Mailbox*> mailboxes_;
  int last_ = 0;
};

// "email: to_crm 2/0/0/1 …": for comparing and for people.
std::string text_of(const std::map<sync::Kind, sync::Counts>& counts);

}  // namespace mailsync::scenario
