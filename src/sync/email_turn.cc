// Some pages of a mail folder. Whether an email is wanted is decided from its head; only then its body is
// fetched. A wanted email that another mailbox brought already is linked without fetching it again. What is
// wanted commits in parts that fit into memory, the cursor with the last of them.
#include <algorithm>
#include <deque>
#include <set>
#include <unordered_map>

#include "model/contact.h"
#include "sync/business_domain.h"
#include "sync/decide.h"
#include "sync/item_turn.h"
#include "sync/plan_email.h"
#include "sync/scope.h"
#include "sync/sweep.h"
#include "sync/tuning.h"
#include "sync/turn.h"

namespace mailsync::sync {

namespace {

// What an email is known by in the CRM.
struct Known {
  std::string identity;
  std::vector<std::string> others;  // who takes part besides the mailbox's owner, for matching
};

struct Wanted {
  const RemoteItem* item = nullptr;  // of the batch
  std::string identity;
  std::vector<std::string> others;  // as in Known
  std::string rule;
  RecordId known;            // already in the CRM
  std::optional<Link> link;  // an ended or frozen link that comes back
  std::optional<model::Email> body;
  std::vector<RecordId> related;
  std::optional<Error> failed;
  bool opens_conversation = false;  // the first one shared of its conversation, and the rest shall follow
  std::string_view dropped;         // why it is not wanted after all; "" when it is
};

struct EmailPage {
  std::deque<Wanted> waiting;  // not fetched yet
  std::vector<Wanted> wanted;  // the part that commits next
  std::vector<Link> moved;     // links whose state changes
  std::set<RemoteId> failed;   // of all parts
  std::vector<JournalEntry> entries;
  Counts counts;
  std::map<std::string, std::vector<PersonRef>> people;
  std::map<std::string, OrganisationRef> organisations;  // by domain
};

// An undone email that its user has marked again: taken in like a new one, in the place of its old link.
bool is_new_again(const RemoteItem& item, const Link& link) {
  return item.marked && !link.marked && link.state == LinkState::Tombstone;
}

JournalEntry entry_for(const Context& context, const RemoteItem& item, std::string action, std::string cause,
                       std::string rule) {
  return {.mailbox = context.mailbox(),
          .run = context.run,
          .kind = Kind::Email,
          .remote_id = item.id,
          .side = JournalEntry::Side::Crm,
          .action = std::move(action),
          .state = JournalEntry::State::Done,
          .before = "{}",
          .after = "{}",
          .cause = std::move(cause),
          .rule = std::move(rule),
          .at = context.now()};
}

void judge_linked(const Context& context, const RemoteItem& item, const Link& link, EmailPage& page) {
  EmailPlan plan = plan_linked_email(presence_of(item), item, link, context.now());
  if (!plan.link) return;
  if (!plan.action.empty()) {
    JournalEntry entry = entry_for(context, item, plan.action, plan.cause, plan.rule);
    entry.link = link.id;
    entry.record = link.record;
    page.entries.push_back(std::move(entry));
  }
  page.moved.push_back(*std::move(plan.link));
}

Known known_by(const Context& context, const RemoteItem& item) {
  Known out{.identity = model::email_identity(*item.head)};
  for (const std::string& address : other_participants(*item.head, context.input.people))
    out.others.push_back(model::address_for_matching(address));
  return out;
}

// Each once, in order: the same few people are in most emails of a page.
void keep_once(std::vector<std::string>& texts) {
  std::ranges::sort(texts);
  const auto rest = std::ranges::unique(texts);
  texts.erase(rest.begin(), rest.end());
}

// What the CRM knows of a page's emails.
struct Facts {
  std::map<std::string, RecordId> emails;  // by identity
  std::set<std::string> shared;            // conversations
};

// The people of the emails, and the organisations of those who are nobody yet.
Result<void> find_people(Context& context, std::vector<std::string> addresses, EmailPage& page) {
  Directory& directory = context.engine.directory;
  const AccountId account = context.input.mailbox.account;
  keep_once(addresses);
  TRY(page.people, directory.people_by_address(account, addresses));
  if (context.profile().no_match == NoMatch::LeaveUnlinked) return {};
  std::vector<std::string> domains;
  for (const std::string& address : addresses)
    if (!page.people.contains(address))
      std::ranges::move(business_domains(address), std::back_inserter(domains));
  keep_once(domains);
  if (domains.empty()) return {};
  TRY(page.organisations, directory.organisations_by_domain(account, domains));
  return {};
}

Result<Facts> find_facts(Context& context, const std::vector<const RemoteItem*>& items,
                         const std::vector<Known>& known, EmailPage& page) {
  Facts facts;
  if (items.empty()) return facts;
  std::vector<std::string> identities, conversations, addresses;
  for (size_t i = 0; i < items.size(); ++i) {
    identities.push_back(known[i].identity);
    conversations.push_back(items[i]->head->conversation_id);
    addresses.insert(addresses.end(), known[i].others.begin(), known[i].others.end());
  }
  keep_once(conversations);
  const AccountId account = context.input.mailbox.account;
  TRY(facts.emails, context.engine.directory.emails_by_identity(account, identities));
  TRY(facts.shared, context.engine.directory.shared_conversations(account, context.mailbox(), conversations));
  TRY_VOID(find_people(context, std::move(addresses), page));
  return facts;
}

// What is not linked here yet: wanted, or skipped for a reason.
void judge_new(const Context& context, const RemoteItem& item, Known known, const Facts& facts,
               const Link* link, EmailPage& page) {
  const bool shared = facts.shared.contains(item.head->conversation_id);
  const bool known_person =
      std::ranges::any_of(known.others, [&](const auto& each) { return page.people.contains(each); });
  Verdict verdict = judge_email(
      *item.head, {.marked = item.marked, .conversation_shared = shared, .known_person = known_person},
      context.profile(), context.input.people, context.now());
  if (!verdict.share) {
    ++page.counts.skipped[verdict.reason];
    return;
  }
  Wanted wanted{.item = &item,
                .identity = std::move(known.identity),
                .others = std::move(known.others),
                .rule = std::move(verdict.rule)};
  wanted.opens_conversation = context.profile().share_whole_conversation && item.marked &&
                              !item.head->conversation_id.empty() && !shared;
  if (const auto at = facts.emails.find(wanted.identity); at != facts.emails.end()) wanted.known = at->second;
  if (link) wanted.link = *link;
  page.waiting.push_back(std::move(wanted));
}

// What comes of it points into `items`.
Result<EmailPage> gather(Context& context, const std::vector<RemoteItem>& items) {
  EmailPage page;
  std::vector<RemoteId> ids;
  for (const RemoteItem& item : items) ids.push_back(item.id);
  TRY(auto links, context.engine.store.links_by_remote(context.mailbox(), Kind::Email, ids));
  std::unordered_map<RemoteId, Link> by_id;
  for (Link& link : links) by_id.emplace(link.remote_id, std::move(link));
  const bool captures =
      context.profile().capture_emails != Capture::Off || context.profile().share_whole_conversation;
  std::vector<const RemoteItem*> fresh, asked;
  std::vector<Known> known;
  for (const RemoteItem& item : items) {
    const auto link = by_id.find(item.id);
    if (link != by_id.end() && !is_new_again(item, link->second)) {
      judge_linked(context, item, link->second, page);
      continue;
    }
    fresh.push_back(&item);
    if (!item.marked && !captures) continue;
    asked.push_back(&item);
    known.push_back(known_by(context, item));
  }
  TRY(const Facts facts, find_facts(context, asked, known, page));
  size_t next = 0;
  for (const RemoteItem* item : fresh) {
    const auto link = by_id.find(item->id);
    const bool was_asked = next < asked.size() && asked[next] == item;
    judge_new(context, *item, was_asked ? std::move(known[next++]) : Known{}, facts,
              link == by_id.end() ? nullptr : &link->second, page);
  }
  return page;
}

// Attachments up to the profile's size, piece by piece: memory holds one piece.
Task<Result<std::string>> take_blob(Context& context, RemoteId id, std::string attachment) {
  CO_TRY(auto stream, co_await context.replica.open_blob(std::move(id), std::move(attachment)));
  auto sink = context.engine.crm.new_blob(context.input.mailbox.account);
  for (;;) {
    CO_TRY(std::string piece, co_await stream->next());
    if (piece.empty()) break;
    CO_TRY_VOID(co_await context.engine.executor.blocking([&] { return sink->append(piece); }));
  }
  co_return co_await context.engine.executor.blocking([&] { return sink->finish(); });
}

void add_note(model::Email& email, const std::string& words) {
  email.note += (email.note.empty() ? "" : " ") + words;
}

std::string too_large(const model::Attachment& attachment, int64_t most) {
  return "The attachment \"" + attachment.name + "\" (" +
         std::to_string((attachment.size + (1 << 20) - 1) >> 20) + " MB) is larger than the " +
         std::to_string(most >> 20) + " MB that are taken over; it stays in the mailbox.";
}

Task<Result<void>> take_attachments(Context& context, Wanted& wanted) {
  model::Email& email = *wanted.body;
  if (email.head.is_protected) {
    CO_TRY(email.raw_blob, co_await take_blob(context, wanted.item->id, ""));
    co_return Result<void>{};
  }
  size_t taken = 0, left = 0;
  for (model::Attachment& attachment : email.attachments) {
    if (!attachment.link.empty()) continue;
    if (attachment.size > context.profile().max_attachment_bytes) {
      add_note(email, too_large(attachment, context.profile().max_attachment_bytes));
      continue;
    }
    if (taken == kAttachmentsPerEmail) {
      ++left;
      continue;
    }
    ++taken;
    auto blob = co_await take_blob(context, wanted.item->id, attachment.remote_id);
    if (blob)
      attachment.blob = *std::move(blob);
    else if (decide(blob.error().kind) == Next::ParkItem || blob.error().kind == ErrorKind::Gone)
      add_note(email,
               "The attachment \"" + attachment.name + "\" could not be read: " + blob.error().message);
    else
      co_return fail(std::move(blob).error());
  }
  if (left > 0)
    add_note(email, "It has " + std::to_string(taken + left) + " attachments; the first " +
                        std::to_string(taken) + " were taken over, the others stay in the mailbox.");
  co_return Result<void>{};
}

// Sensitivity and the headers of lists and machines come with the whole email: what was captured by itself is
// judged once more. Only a mark shares what is private.
std::string_view unwanted_after_all(const Wanted& wanted) {
  if (wanted.item->marked) return {};
  if (wanted.body->head.is_private) return "private";
  if (wanted.rule == "external person" && wanted.body->head.is_automatic) return "automatic";
  return {};
}

void drop_unwanted(EmailPage& page) {
  std::erase_if(page.wanted, [&page](const Wanted& wanted) {
    if (wanted.dropped.empty()) return false;
    ++page.counts.skipped[std::string(wanted.dropped)];
    return true;
  });
}

size_t bytes_of(const model::Email& email) {
  return email.text.size() + email.html.size();
}

// The bodies of wanted emails that are not in the CRM yet; their bytes.
Task<Result<size_t>> fetch_bodies(Context& context, std::span<Wanted> wanted) {
  std::vector<RemoteId> ids;
  std::vector<Wanted*> missing;
  size_t bytes = 0;
  for (Wanted& each : wanted)
    if (!each.known) {
      ids.push_back(each.item->id);
      missing.push_back(&each);
    }
  if (ids.empty()) co_return bytes;
  auto bodies = co_await context.replica.fetch_emails(ids);
  for (size_t i = 0; i < missing.size(); ++i) {
    if (bodies[i]) {
      missing[i]->body = *std::move(bodies[i]);
      missing[i]->dropped = unwanted_after_all(*missing[i]);
      if (!missing[i]->dropped.empty()) continue;
      CO_TRY_VOID(co_await take_attachments(context, *missing[i]));
      bytes += bytes_of(*missing[i]->body);
      continue;
    }
    const Next next = decide(bodies[i].error().kind);
    if (next != Next::ParkItem && next != Next::TakeAsGone) co_return fail(std::move(bodies[i]).error());
    missing[i]->failed = std::move(bodies[i]).error();
  }
  co_return bytes;
}

// Moves from what waits as much as is held at once.
Task<Result<void>> fetch_part(Context& context, EmailPage& page) {
  for (size_t bytes = 0; !page.waiting.empty() && bytes < kBytesPerCommit;) {
    std::vector<Wanted> some;
    while (!page.waiting.empty() && some.size() < kBodiesAtOnce) {
      some.push_back(std::move(page.waiting.front()));
      page.waiting.pop_front();
    }
    CO_TRY(const size_t fetched, co_await fetch_bodies(context, some));
    bytes += fetched;
    std::ranges::move(some, std::back_inserter(page.wanted));
  }
  drop_unwanted(page);
  co_return Result<void>{};
}

// Whom an unmatched shared email is with: its sender, or the first recipient of one that was sent.
const model::Address* counterpart(const Context& context, const model::EmailHead& head) {
  const auto& own = context.input.people.own_addresses;
  if (!head.from.address.empty() && !own.contains(head.from.address)) return &head.from;
  for (const model::Address& to : head.to)
    if (!to.address.empty() && !own.contains(to.address)) return &to;
  return nullptr;
}

// The most precise domain that an organisation has: mail.acme.example before acme.example.
const OrganisationRef* organisation_of(const EmailPage& page, const std::string& address) {
  for (const std::string& domain : business_domains(address))
    if (const auto at = page.organisations.find(domain); at != page.organisations.end()) return &at->second;
  return nullptr;
}

Result<void> create_person(Context& context, Transaction& tx, EmailPage& page, Wanted& wanted) {
  const NoMatch rule = context.profile().no_match;
  const model::EmailHead& head = wanted.body->head;
  const model::Address* who = counterpart(context, head);
  if (rule == NoMatch::LeaveUnlinked || head.is_automatic || !who) return {};
  const std::string key = model::address_for_matching(who->address);
  if (key.empty() || context.input.people.internal_domains.contains(key.substr(key.rfind('@') + 1)))
    return {};
  if (page.people.contains(key)) return {};
  model::Contact contact;
  const size_t space = who->name.rfind(' ');
  if (space != std::string::npos) {
    contact.given_name = who->name.substr(0, space);
    contact.family_name = who->name.substr(space + 1);
  } else {
    contact.family_name = who->name.empty() ? who->address : who->name;
  }
  contact.emails = std::vector<std::string>{who->address};
  const OrganisationRef* works_at = organisation_of(page, key);
  if (works_at) contact.company = works_at->name;
  auto made = context.engine.crm.apply(tx, context.viewer(),
                                       {.op = CrmWrite::Op::Create,
                                        .kind = Kind::Contact,
                                        .fields = model::fields_of(contact),
                                        .as_lead = rule == NoMatch::CreateLead,
                                        .organisation = works_at ? works_at->id : RecordId{}});
  if (!made)
    return made.error().kind == ErrorKind::Forbidden ? Result<void>{}
                                                     : Result<void>(fail(std::move(made).error()));
  page.people[key].push_back({.id = made->id, .is_lead = rule == NoMatch::CreateLead});
  JournalEntry entry = entry_for(context, *wanted.item, "create", "an email with nobody known", "no match");
  entry.kind = Kind::Contact;
  entry.remote_id = {};
  entry.record = made->id;
  entry.after = model::to_json(made->fields);
  page.entries.push_back(std::move(entry));
  return {};
}

void relate(const EmailPage& page, Wanted& wanted) {
  for (const std::string& address : wanted.others)
    if (const auto at = page.people.find(address); at != page.people.end())
      for (const PersonRef& person : at->second)
        if (std::ranges::find(wanted.related, person.id) == wanted.related.end())
          wanted.related.push_back(person.id);
}

Issue parked(const Context& context, const Wanted& wanted) {
  return {.mailbox = context.mailbox(),
          .key = "item:" + wanted.item->id.value,
          .kind = Kind::Email,
          .remote_id = wanted.item->id,
          .severity = "error",
          .title = "An email could not be taken into the CRM",
          .cause = wanted.failed->message,
          .effect = "This one email is in the mailbox alone. Everything else goes on.",
          .remedy =
              "Nothing at first: it is tried again by itself, a few times. If it stays, take the category "
              "off and put it on again, or move the email to another folder and back.",
          .opened_at = context.now(),
          .attempts = 1,
          .retry_at = context.now() + kParkedRetry};
}

// The same email twice on one page (a copy in another folder has its own page, and is known by then).
void drop_doubles(EmailPage& page, std::vector<Wanted*>& fresh, std::vector<Wanted*>& copies) {
  std::set<std::string_view> seen;
  for (Wanted& wanted : page.wanted) {
    if (wanted.failed) continue;
    const bool is_new = !wanted.known && seen.insert(wanted.identity).second;
    (is_new ? fresh : copies).push_back(&wanted);
  }
}

Result<void> write_emails(Context& context, Transaction& tx, EmailPage& page) {
  std::vector<Wanted*> fresh, copies;
  drop_doubles(page, fresh, copies);
  std::vector<EmailRecordWrite> writes;
  for (Wanted* wanted : fresh) {
    TRY_VOID(create_person(context, tx, page, *wanted));
    relate(page, *wanted);
    writes.push_back({.email = std::move(*wanted->body),
                      .identity = wanted->identity,
                      .mailbox = context.mailbox(),
                      .related = wanted->related,
                      .shown = context.profile().emails_shown});
  }
  std::unordered_map<std::string, RecordId> made;
  if (!writes.empty()) {
    TRY(const auto ids, context.engine.crm.add_emails(tx, context.viewer(), writes));
    for (size_t i = 0; i < ids.size(); ++i) made.emplace(fresh[i]->identity, ids[i]);
  }
  for (Wanted* wanted : fresh) wanted->known = made.at(wanted->identity);
  for (Wanted* wanted : copies) {
    if (!wanted->known) wanted->known = made.at(wanted->identity);
    TRY_VOID(context.engine.crm.add_email_copy(tx, context.viewer(), wanted->known, context.mailbox(),
                                               *wanted->item->head, context.profile().emails_shown));
  }
  page.counts.to_crm_created += static_cast<int64_t>(fresh.size());
  page.counts.to_crm_linked += static_cast<int64_t>(copies.size());
  return {};
}

bool was_parked(const Context& context, const EmailBatch& batch) {
  return std::ranges::any_of(batch.items,
                             [&](const RemoteItem& item) { return context.open.about(item.id); });
}

// Parked before, and now taken in, linked, not wanted any more, or gone.
Result<void> close_solved(Context& context, Transaction& tx, const EmailBatch& batch, const EmailPage& page) {
  for (const RemoteItem& item : batch.items) {
    if (page.failed.contains(item.id)) continue;
    for (const std::string& key : context.open.solved(item.id, {}, true))
      TRY_VOID(context.engine.store.close_issue(tx, context.mailbox(), key));
  }
  return {};
}

Result<void> commit(Context& context, const EmailBatch& batch, EmailPage& page) {
  StateStore& store = context.engine.store;
  return store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY_VOID(store.check_lease(tx, context.input.lease));
    TRY_VOID(write_emails(context, tx, page));
    std::vector<Link> links = page.moved;
    std::vector<JournalEntry> entries = page.entries;
    for (const Wanted& wanted : page.wanted) {
      if (wanted.failed) {
        if (wanted.failed->kind != ErrorKind::Gone) {
          page.failed.insert(wanted.item->id);
          TRY_VOID(store.open_issue(tx, parked(context, wanted)));
        }
        ++page.counts.parked;
        continue;
      }
      links.push_back(
          {.id = wanted.link ? wanted.link->id : LinkId{},
           .mailbox = context.mailbox(),
           .kind = Kind::Email,
           .remote_id = wanted.item->id,
           .remote_version = wanted.item->version,
           .record = wanted.known,
           .marked = wanted.item->marked,
           .container = wanted.item->container.empty() ? batch.collection : wanted.item->container,
           .hash = wanted.identity,
           .synced_at = context.now()});
      if (wanted.opens_conversation)
        TRY_VOID(store.save_cursor(tx, context.mailbox(),
                                   std::string(kConversationPrefix) + wanted.item->head->conversation_id,
                                   {.saved_at = context.now()}));
      entries.push_back(entry_for(context, *wanted.item, wanted.body ? "create" : "link",
                                  "new in the mailbox", wanted.rule));
      entries.back().record = wanted.known;
    }
    if (!links.empty()) TRY_VOID(store.save_links(tx, links));
    if (!entries.empty()) TRY_VOID(store.save_journal(tx, entries));
    const bool last = page.waiting.empty();
    if (last) TRY_VOID(close_solved(context, tx, batch, page));
    if (last && !batch.note.empty()) TRY_VOID(store.note_removals(tx, context.mailbox(), batch.note));
    if (last)
      for (const std::string& place : batch.forget)
        TRY_VOID(store.forget_cursor(tx, context.mailbox(), place));
    if (last && batch.cursor)
      TRY_VOID(store.save_cursor(tx, context.mailbox(), batch.cursor->first, batch.cursor->second));
    if (!page.counts.empty())
      TRY_VOID(store.add_counts(tx, context.mailbox(), context.run, Kind::Email, page.counts));
    return {};
  });
}

Task<Result<void>> take_parts(Context& context, const EmailBatch& batch, EmailPage& page, bool& counted) {
  do {
    CO_TRY_VOID(co_await fetch_part(context, page));
    const bool work = batch.cursor || !batch.note.empty() || !batch.forget.empty() || !page.wanted.empty() ||
                      !page.moved.empty() || was_parked(context, batch);
    if (!work) continue;
    auto done = co_await context.engine.executor.blocking([&] { return commit(context, batch, page); });
    CO_TRY_VOID(std::move(done));
    counted = true;
    context.report.counts[Kind::Email].add(page.counts);
    ++context.report.turns;
    if (context.input.progress) context.input.progress(Kind::Email, batch.name, page.counts);
    page.counts = {};
    page.wanted.clear();
    page.moved.clear();
    page.entries.clear();
  } while (!page.waiting.empty());
  co_return Result<void>{};
}

}  // namespace

Task<Result<void>> take_emails(Context& context, EmailBatch batch) {
  bool counted = false;  // what is skipped, by a part that is committed
  for (int tries = 0;; ++tries) {
    auto gathered = co_await context.engine.executor.blocking([&] { return gather(context, batch.items); });
    if (!gathered) co_return fail(std::move(gathered).error());
    EmailPage page = *std::move(gathered);
    if (counted) page.counts = {};
    auto done = co_await take_parts(context, batch, page, counted);
    if (done || done.error().kind != ErrorKind::VersionStale || tries >= kReplans) co_return done;
  }
}

namespace {

// Adds a later page to earlier ones: of an item that both name, the later word counts.
void append(ChangePage& all, ChangePage later) {
  std::set<RemoteId> named;
  for (const Change& change : later.changes) named.insert(change.item.id);
  std::erase_if(all.changes, [&](const Change& change) { return named.contains(change.item.id); });
  std::ranges::move(later.changes, std::back_inserter(all.changes));
  all.next = std::move(later.next);
  all.more = later.more;
  all.complete_listing = later.complete_listing;
}

// Reads on while more waits, up to what commits together. The error that ended it early, if any: what was
// read until then still counts, so that a feed that breaks off again and again still moves.
Task<std::optional<Error>> read_on(Context& context, Collection collection, ChangePage& all) {
  const Instant started = context.now();
  for (int pages = 1; all.more && all.changes.size() < kChangesPerCommit && pages < kPagesPerCommit &&
                      context.now() - started < kLongestRead;
       ++pages) {
    auto later = co_await context.replica.changes(collection, all.next);
    if (!later) co_return std::move(later).error();
    append(all, *std::move(later));
  }
  co_return std::nullopt;
}

}  // namespace

Task<Result<bool>> email_turn(Context& context, const Collection& collection) {
  CO_TRY(const PageCursor cursor, co_await load_cursor(context, cursor_name(collection)));
  CO_TRY(ChangePage changes, co_await read_page(context, collection, cursor));
  const std::optional<Error> ended = co_await read_on(context, collection, changes);
  EmailBatch batch{.collection = collection.id, .name = collection.name};
  for (const Change& change : changes.changes)
    if (change.presence == Presence::Removed && context.open.about(change.item.id))
      context.look_again.insert(change.item.id);
  CO_TRY(batch.note, co_await removal_hints(context, collection, changes));
  batch.cursor = cursor_to_save(context, collection, cursor, changes);
  for (Change& change : changes.changes)
    if (change.presence == Presence::Present && change.item.head)
      batch.items.push_back(std::move(change.item));
  CO_TRY_VOID(co_await take_emails(context, std::move(batch)));
  page_committed(context, collection, changes);
  // A cursor that was lost on the way is met again, and answered, by the next turn.
  if (ended && ended->kind != ErrorKind::CursorLost) co_return fail(*ended);
  co_return changes.more;
}

}  // namespace mailsync::sync
