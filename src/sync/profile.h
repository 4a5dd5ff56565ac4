// What an administrator decided for a mailbox: which items are shared, which way, and who wins.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/instant.h"
#include "model/kind.h"

namespace mailsync::sync {

enum class Capture { Off, SharedConversations, KnownPeople, AnyExternal };
enum class Winner { LaterChange, Crm, Mailbox };
enum class NoMatch { LeaveUnlinked, CreateLead, CreatePerson };
// What others see of a captured email, widest first: all of it, subject and people, nothing.
enum class Shown { All, Head, Owner };

struct Directions {
  bool to_crm = true;
  bool to_mailbox = true;
};

struct Profile {
  std::string category = "CRM";
  Capture capture_emails = Capture::Off;
  Capture capture_meetings = Capture::Off;
  bool share_whole_conversation = false;
  Duration history = std::chrono::hours(24 * 30);  // limits automatic capture alone
  std::map<model::Kind, Directions> directions = {{model::Kind::Email, {true, false}},
                                                  {model::Kind::Contact, {}},
                                                  {model::Kind::Task, {}},
                                                  {model::Kind::Meeting, {}}};
  Winner winner = Winner::LaterChange;
  NoMatch no_match = NoMatch::LeaveUnlinked;
  Shown emails_shown = Shown::All;
  // Containers by the name that people see: "Inbox/Projects", or "Projects" wherever it is; a name stands for
  // all below it. Nothing included: the Inbox and Sent Items, every contact folder, every task list. Drafts,
  // Junk and Deleted Items never count, and the containers of the CRM's own items always do.
  std::vector<std::string> included_folders, excluded_folders;
  std::vector<std::string> included_contact_folders, excluded_contact_folders;
  std::vector<std::string> included_task_lists, excluded_task_lists;
  std::string contact_folder = "CRM";  // a contact folder of our own; created when missing
  int meeting_days_back = 14;
  int meeting_months_ahead = 24;
  int completed_task_days = 14;
  int64_t max_attachment_bytes = 150LL << 20;
};

// Who is inside: decides "internal", "external" and what is blocked.
struct People {
  std::set<std::string> own_addresses;  // the mailbox's own, aliases too
  std::set<std::string> internal_domains;
  std::set<std::string> blocked;  // addresses, or "@domain"
};

}  // namespace mailsync::sync
