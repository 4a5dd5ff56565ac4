// Fills a tenant: from files of the real world, and with people, tasks and meetings made up by seed for the
// demo. What cannot be read is counted and named, never fatal.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "lab/world.h"

namespace mailsync::lab {

struct Loaded {
  size_t messages = 0;
  size_t contacts = 0;
  size_t tasks = 0;
  size_t events = 0;                  // a series counts once
  size_t marked = 0;                  // messages that got the category
  std::vector<std::string> problems;  // "file: what is wrong with it"
  void add(const Loaded& other);
};

// The file itself, or those of a folder and its sub-folders that are wanted, in a stable order.
std::vector<std::filesystem::path> files_to_load(
    const std::filesystem::path& path, const std::function<bool(const std::filesystem::path&)>& wanted);

struct MailWish {
  size_t most = SIZE_MAX;        // messages over all mailboxes, picked evenly from what is there
  std::string category = "CRM";  // put on half of them, chosen by the world's seed
  double share_marked = 0.5;
  // Fewer files than `most`: they are loaded again, each time under message ids of their own, until there are
  // enough.
  bool repeat = false;
  size_t shared_every = 40;  // every n-th lies in two mailboxes (one email, many mailboxes); 0 = never
};

// A file or a folder searched recursively: .eml and .txt hold one message (an mbox "From " line before it is
// not part of it), .mbox holds many, and files in Maildir's cur and new hold one each. Spread over the
// mailboxes in turn. All dates are shifted by one constant, so that the newest message was received `now`;
// $value gives the bytes as they were.
Loaded load_mail(World& world, const std::vector<Mailbox*>& mailboxes, const std::filesystem::path& path,
                 const MailWish& wish, Instant now);

// VEVENTs of a file, or of every .ics in a folder. Attendees get no mail and no copies. `shift` is added to
// every date.
Loaded load_calendar(World& world, Mailbox& mailbox, const std::filesystem::path& path, Instant now,
                     int shift_days = 0);

// vCards (2.1, 3.0, 4.0) of a file, or of every .vcf in a folder.
Loaded load_contacts(World& world, Mailbox& mailbox, const std::filesystem::path& path, Instant now);

struct DemoWish {
  size_t contacts = 300;  // over all mailboxes
  size_t tasks = 100;
  size_t meetings = 200;
  std::string category = "CRM";  // on all of them, as their owners would mark them
  double share_marked = 0.7;
  double share_of_meetings_marked = 0.8;
};
// People, tasks and meetings: series with exceptions and cancelled occurrences, all-day ones, foreign zones,
// meetings with attendees inside and outside. Made directly: nobody is mailed. Also adds the category to
// every master list.
Loaded make_demo(World& world, const std::vector<Mailbox*>& mailboxes, const DemoWish& wish, Instant now);

}  // namespace mailsync::lab
