// What a dry run, the preview of an undo, or a held run shows to people: counts per kind and direction, and
// the items one by one. Kept for a while, so that what was approved is what is done.
//
// PlanStore is implemented by src/store on both databases. All calls block: use them inside
// executor.blocking().
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/transaction.h"
#include "sync/state_store.h"

namespace mailsync::sync {

using PlanId = NumberId<struct PlanTag>;

enum class PlanPurpose { DryRun, Undo, Held };
// Running: being made. Ready: a dry run that is done, an undo that waits for approve or reject. Waiting: a
// held run that does. Approved: the next pass carries it out.
enum class PlanState { Running, Ready, Waiting, Approved, Done, Rejected, Failed };
// Merge: linked to what is there. Park: an issue would be opened. Mail: mail to others would leave. Keep:
// left as it is, and the note says why.
enum class PlanAction { Create, Change, Merge, Delete, Park, Mail, Keep };
std::string_view name_of(PlanPurpose purpose);
std::string_view name_of(PlanState state);
std::string_view name_of(PlanAction action);
std::optional<PlanPurpose> plan_purpose_named(std::string_view name);
std::optional<PlanState> plan_state_named(std::string_view name);
std::optional<PlanAction> plan_action_named(std::string_view name);

// What an undo is of: exactly one member is set.
struct UndoTarget {
  JournalId change;
  RunId run;
  Instant since;
};

struct PlanReport {
  PlanId id;  // 0 until it is saved
  MailboxId mailbox;
  PlanPurpose purpose = PlanPurpose::DryRun;
  PlanState state = PlanState::Running;
  std::string key;    // Held: which guard, "held:task"; one waits per key
  std::string title;  // what it is about, for people
  std::string error;  // why it failed
  Instant created_at;
  Instant finished_at;  // 0: not yet
  std::map<Kind, Counts> counts;
  int64_t mails = 0;       // mails to others that would leave
  int64_t items = 0;       // in all
  bool shortened = false;  // more items than are kept
  UndoTarget target;
  RunId run;  // the run that carried it out; of a dry run, its own
};

struct PlanItem {
  int64_t number = 0;  // its place in the plan, from 1
  Kind kind = Kind::Email;
  JournalEntry::Side side = JournalEntry::Side::Crm;  // where it would be written
  PlanAction action = PlanAction::Keep;
  std::string title;  // its subject or name; "" when not known
  RemoteId remote_id;
  RecordId record;  // 0, and negative for one that the dry run made up, when it is not in the CRM
  LinkId link;
  std::string before = "{}";  // canonical JSON of the fields concerned
  std::string after = "{}";
  std::string cause;
  std::string rule;
  std::string note;  // for people
};

// More items than this are counted and not listed: nobody reads them, and a report stays small.
inline constexpr int64_t kPlanItems = 2000;

struct PlanFilter {
  AccountId account;
  MailboxId mailbox;  // 0: all of the account
  std::optional<PlanPurpose> purpose;
  std::optional<PlanState> state;
  PlanId before;  // 0: from the newest
};

struct PlanItemFilter {
  std::optional<Kind> kind;
  std::optional<JournalEntry::Side> side;
  std::optional<PlanAction> action;
  int64_t after = 0;
};

class PlanStore {
 public:
  virtual ~PlanStore() = default;
  // Gone when there is none.
  virtual Result<PlanReport> plan(PlanId id) = 0;
  // Newest first.
  virtual Result<std::vector<PlanReport>> plans(const PlanFilter& filter, size_t limit) = 0;
  virtual Result<std::vector<PlanItem>> plan_items(PlanId id, const PlanItemFilter& filter, size_t limit) = 0;
  // Inserts (sets id) or updates everything but mailbox, purpose and created_at.
  virtual Result<void> save_plan(Transaction& transaction, PlanReport& report) = 0;
  // Numbers must be new in the plan.
  virtual Result<void> save_plan_items(Transaction& transaction, PlanId id,
                                       std::span<const PlanItem> items) = 0;
  virtual Result<void> clear_plan_items(Transaction& transaction, PlanId id) = 0;
  // Forgets plans of this mailbox and purpose beyond the newest `keep`, and those made before `before`;
  // never one that waits for somebody or has yet to be carried out.
  virtual Result<void> forget_plans(Transaction& transaction, MailboxId mailbox, PlanPurpose purpose,
                                    size_t keep, Instant before) = 0;
  // Plans that were being made when the process died can never finish.
  virtual Result<void> fail_running(Transaction& transaction, std::string_view words, Instant now) = 0;
};

// The subject of an item or the name of a person, from its fields; "" when they do not say.
std::string title_of(Kind kind, const Fields& fields);

}  // namespace mailsync::sync
