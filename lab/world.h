// The emulated tenant: users, mailboxes, and all that is in them. In memory, deterministic, and told the
// time.
//
// Items are kept as JSON objects in Graph's property names (message, contact, todoTask, event of v1.0),
// without what the tenant itself keeps beside them: id, changeKey, parentFolderId, created and modified
// times, attachments, occurrences. Every write goes through World, so that change logs, versions, counters
// and observers see it.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "lab/change_log.h"
#include "lab/faults.h"
#include "lab/item_id.h"

namespace mailsync::lab {

namespace json = boost::json;

struct User {
  std::string id;  // GUID, object id in the directory
  std::string upn;
  std::string mail;
  std::string display_name;
  std::vector<std::string> aliases;  // further addresses that deliver here
  bool mailbox_enabled = true;       // false: MailboxNotEnabledForRESTAPI (F134)
  bool refuses_apps = false;         // an access policy keeps applications out: 403 ErrorAccessDenied
  std::string time_zone = "UTC";     // mailboxSettings.timeZone
};

enum class ContainerKind : uint8_t { MailFolder, ContactFolder, TaskList, Calendar };

struct Container {
  uint64_t number = 0;
  ContainerKind kind = ContainerKind::MailFolder;
  std::string name;
  std::string well_known;  // "inbox", "sentitems", …; "contacts"; "defaultList", "flaggedEmails"; "calendar";
                           // or empty
  uint64_t parent = 0;     // 0 = the root
  uint64_t version = 0;
  ChangeLog log;
  std::set<uint64_t> items;
};

struct Attachment {
  uint64_t number = 0;
  json::object fields;  // @odata.type, name, contentType, isInline, contentId, lastModifiedDateTime
  std::shared_ptr<const std::string> bytes;
};

struct Item {
  uint64_t number = 0;
  IdKind kind = IdKind::Message;
  uint64_t container = 0;
  uint32_t place = 0;    // moves so far
  uint64_t version = 0;  // changeKey
  Instant created;
  Instant modified;
  json::object fields;
  std::vector<Attachment> attachments;
  // Of a loaded message: its bytes as they were. Of a composed one: null, $value is made on demand.
  std::shared_ptr<const std::string> mime;
  // Of a series master, by day (days from 1970-01-01 of the original start in the series' zone).
  std::map<uint32_t, json::object> exceptions;  // only the fields that differ from the master's
  std::set<uint32_t> cancelled;
  // When the series as a whole and single occurrences of it changed last, by the mailbox's sequence.
  uint64_t series_seq = 0;
  std::map<uint32_t, uint64_t> day_seq;
};

struct Mailbox {
  uint16_t number = 0;
  User user;
  uint64_t sequence = 0;  // grows with every change
  std::map<uint64_t, Container> containers;
  std::map<uint64_t, Item> items;
  std::map<ContainerKind, ChangeLog> container_log;
  json::array categories;  // outlookCategory objects

  Container* well_known(
      std::string_view name);  // as Graph spells it, any case; also "msgfolderroot" → nullptr
  Container* container(uint64_t number);
  Item* item(uint64_t number);
  bool owns_address(std::string_view address) const;  // mail, UPN or alias, any case

  std::string id_of(const Item& item, bool immutable) const;
  std::string id_of(const Container& container) const;
  std::string occurrence_id(const Item& master, uint32_t day, bool immutable) const;
};

// A mail that left a mailbox, one per recipient.
struct SentMail {
  Instant at;
  std::string from;  // address of the mailbox that sent it
  std::string to;
  bool inside = false;  // to a mailbox of this tenant
  std::string why;      // send, sendMail, meetingRequest, meetingUpdate, meetingCancelled, meetingResponse
  std::string subject;
  std::string message_id;  // empty for meeting mail
};

struct Counters {
  uint64_t requests = 0;      // HTTP calls
  uint64_t sub_requests = 0;  // within $batch
  uint64_t writes =
      0;  // creates, changes, moves and removals of items and containers through a front, that succeeded
  uint64_t throttled = 0;
  std::map<std::string, uint64_t> by_route;           // "GET mailFolders/{id}/messages/delta"
  std::map<std::string, uint64_t> writes_by_mailbox;  // address
};

enum class ChangeType { Created, Updated, Deleted };

// One change of one item, as observers (subscriptions) see it.
struct Change {
  Mailbox& mailbox;
  const Item& item;  // Deleted: as it was
  ChangeType type;
  uint64_t container;
  Instant at;
};

class World {
 public:
  explicit World(uint64_t seed);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Makes the mailbox too, with the usual folders, default list, calendar and categories.
  Mailbox& add_user(std::string upn, std::string display_name, std::vector<std::string> aliases = {});
  // By object id, UPN, address or alias; nullptr when unknown.
  Mailbox* find(std::string_view who);
  const std::vector<std::unique_ptr<Mailbox>>& mailboxes() const { return mailboxes_; }

  Container& add_container(Mailbox& mailbox, ContainerKind kind, std::string name, uint64_t parent = 0,
                           std::string well_known = {});
  void container_changed(Mailbox& mailbox, Container& container);
  // With everything in it.
  void remove_container(Mailbox& mailbox, uint64_t number, Instant now);

  Item& add(Mailbox& mailbox, IdKind kind, uint64_t container, json::object fields, Instant now);
  // After fields, attachments or occurrences were changed in place: new version, log, observers. With a day,
  // only that occurrence of a series changed.
  void changed(Mailbox& mailbox, Item& item, Instant now, std::optional<uint32_t> day = {});
  void move(Mailbox& mailbox, Item& item, uint64_t container, Instant now);
  void remove(Mailbox& mailbox, uint64_t number, Instant now);
  // Moves what waits for its time (Outbox to Sent Items); fronts call it before they answer.
  void move_later(Mailbox& mailbox, uint64_t item, uint64_t container, Instant due);
  void settle(Instant now);
  uint64_t new_number() { return ++last_number_; }
  uint64_t new_version() { return ++last_version_; }

  void observe(std::function<void(const Change&)> observer) { observers_.push_back(std::move(observer)); }
  void record(SentMail mail) { outbox_.push_back(std::move(mail)); }
  const std::vector<SentMail>& outbox() const { return outbox_; }

  const std::string& tenant_id() const { return tenant_id_; }
  std::string guid();  // deterministic under the seed
  Random& random() { return random_; }

  Faults faults;
  Counters counters;

 private:
  void tell(Mailbox& mailbox, const Item& item, ChangeType type, uint64_t container, Instant at);
  void make_usual_containers(Mailbox& mailbox);

  SeededRandom random_;
  std::string tenant_id_;
  std::vector<std::unique_ptr<Mailbox>> mailboxes_;
  std::vector<std::function<void(const Change&)>> observers_;
  std::vector<SentMail> outbox_;
  struct Waiting {
    Mailbox* mailbox;
    uint64_t item;
    uint64_t container;
  };
  std::multimap<Instant, Waiting> waiting_;
  uint64_t last_number_ = 0;
  uint64_t last_version_ = 0;
};

bool same_address(std::string_view a, std::string_view b);  // without case

// "EgAAABYAAAB…": a changeKey; its ETag is W/"<changeKey>".
std::string change_key(uint64_t version);

}  // namespace mailsync::lab
