#include "sync/issue_words.h"

#include <utility>

namespace mailsync::sync {

IssueWords issue_words(std::string_view key) {
  static constexpr std::pair<std::string_view, IssueWords> kWords[] = {
      {"would_mail",
       {"The mailbox's server mails all attendees when its organizer's copy is written, and nobody asked for "
        "that mail.",
        "The calendar keeps this meeting as it was. Everything else goes on."}},
      {"differs",
       {"Both sides had a value of their own before they were linked, and neither is known to be the newer.",
        "These fields stay different until one of them is changed. All others are in step."}},
      {"review",
       {"A wrong match would mix the data of two people, so a person has to decide.",
        "This contact is in the mailbox alone. Everything else goes on."}},
      {"reassigned",
       {"The record was given to somebody else in the CRM, or left what this user may see.",
        "Your copy stays in the mailbox, but changes to it are not carried over any more."}},
      {"not_organizer",
       {"Only the organizer can change a meeting for everybody.",
        "The meeting is again as its organizer has it. Nobody was mailed."}},
      {"refused",
       {"Changes are made with your own rights in the CRM, and these do not reach so far.",
        "The item is again as the CRM has it. What you changed is in the journal."}},
      {"read_only",
       {"The mailbox cannot hold this item whole, so writing it would damage it.",
        "The mailbox keeps this item as it was; changes made there are still taken over."}},
  };
  const std::string_view word = key.substr(0, key.find(':'));
  for (const auto& [name, words] : kWords)
    if (name == word) return words;
  return {};
}

}  // namespace mailsync::sync
