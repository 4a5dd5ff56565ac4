#include "sync/explain.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "sync/dry_run.h"
#include "sync/explain_words.h"
#include "sync/tuning.h"
#include "sync/turn.h"
#include "sync/undo_plan.h"

namespace mailsync::sync {

namespace {

struct Meant {
  Kind kind = Kind::Email;
  RemoteId remote_id;
  RecordId record;
  bool operator==(const Meant&) const = default;
};

void add(std::vector<Meant>& out, Meant candidate) {
  if (out.size() < kExplained && std::ranges::find(out, candidate) == out.end()) out.push_back(candidate);
}

std::string folded(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool holds(std::string_view text, const std::string& words) {
  return !words.empty() && folded(text).find(words) != std::string::npos;
}

// The item's subject, name or one of its addresses holds the words.
bool fits(const RemoteItem& item, const std::string& words) {
  if (item.id.value == words) return true;
  if (!item.head) {
    if (holds(title_of(item.kind, item.fields), words)) return true;
    const auto emails = item.fields.find("emails");
    return emails != item.fields.end() && holds(emails->second, words);
  }
  const model::EmailHead& head = *item.head;
  if (holds(head.subject, words) || holds(head.message_id, words) || holds(head.from.address, words))
    return true;
  for (const auto* list : {&head.to, &head.cc})
    for (const model::Address& each : *list)
      if (holds(each.address, words)) return true;
  return false;
}

// ---- finding the items ----

Result<std::vector<Meant>> by_ids(Workbench& bench, const ExplainQuery& query) {
  StateStore& store = bench.engine.store;
  const MailboxId mailbox = bench.mailbox.id;
  std::vector<Meant> out;
  if (query.record) {
    TRY(const auto links, store.links_by_record(mailbox, {&query.record, 1}));
    for (const Link& link : links) add(out, {link.kind, link.remote_id, link.record});
  }
  if (query.remote_id)
    for (const Kind kind : model::kKinds) {
      TRY(const auto links, store.links_by_remote(mailbox, kind, {&query.remote_id, 1}));
      for (const Link& link : links) add(out, {link.kind, link.remote_id, link.record});
    }
  if (!out.empty() || (!query.record && !query.remote_id)) return out;
  // Without a link any more, the journal still knows.
  TRY(const auto entries,
      store.changes({.mailbox = mailbox, .record = query.record, .remote_id = query.remote_id}, kExplained));
  for (const JournalEntry& entry : entries) add(out, {entry.kind, entry.remote_id, entry.record});
  if (!out.empty() || !query.record) return out;
  for (const Kind kind : {Kind::Contact, Kind::Task, Kind::Meeting}) {
    const auto read =
        bench.engine.crm.fetch({bench.mailbox.account, bench.mailbox.user}, kind, {&query.record, 1});
    if (read.front() && read.front()->kind == kind) add(out, {kind, {}, query.record});
  }
  return out;
}

// An item that was never linked, by its id.
Task<Result<std::vector<Meant>>> unlinked_by_id(Workbench& bench, const RemoteId& id) {
  std::vector<Meant> out;
  for (const Kind kind : model::kKinds) {
    auto read = co_await bench.replica->fetch(kind, {id});
    if (read.front()) add(out, {kind, id, {}});
  }
  co_return out;
}

// Items of the mailbox by words: its folders are listed, a bounded number of pages of each.
Task<Result<void>> in_mailbox(Workbench& bench, const std::string& words, std::vector<Meant>& out) {
  CO_TRY(const auto collections, co_await bench.replica->collections());
  for (const Collection& collection : collections) {
    Cursor cursor;
    for (int pages = 0; pages < kExplainPages && out.size() < kExplained; ++pages) {
      auto page = co_await bench.replica->changes(collection, cursor);
      if (!page && page.error().kind == ErrorKind::Gone) break;
      CO_TRY_VOID(page ? Result<void>{} : Result<void>(fail(page.error())));
      for (const Change& change : page->changes)
        if (change.presence == Presence::Present && fits(change.item, words))
          add(out, {change.item.kind, change.item.id, {}});
      if (!page->more) break;
      cursor = page->next;
    }
  }
  co_return Result<void>{};
}

Result<void> in_crm(Workbench& bench, const std::string& words, std::vector<Meant>& out) {
  const Viewer viewer{bench.mailbox.account, bench.mailbox.user};
  for (const Kind kind : {Kind::Contact, Kind::Task, Kind::Meeting}) {
    Cursor cursor;
    for (int pages = 0; pages < kExplainPages && out.size() < kExplained; ++pages) {
      TRY(const auto page, bench.engine.crm.changes(viewer, kind, cursor, kCrmPage));
      for (const CrmRecord& record : page.records)
        if (!record.deleted && holds(title_of(kind, record.fields), words)) {
          TRY(const auto links, bench.engine.store.links_by_record(bench.mailbox.id, {&record.id, 1}));
          add(out, {kind, links.empty() ? RemoteId{} : links.front().remote_id, record.id});
        }
      if (!page.more) break;
      cursor = page.next;
    }
  }
  return {};
}

Task<Result<std::vector<Meant>>> find(Workbench& bench, ExplainQuery query) {
  const std::string words = folded(query.words);
  if (!words.empty()) {
    int64_t number = 0;
    const auto [end, failed] = std::from_chars(words.data(), words.data() + words.size(), number);
    if (failed == std::errc() && end == words.data() + words.size()) query.record = RecordId{number};
    if (words.size() > 40 && words.find(' ') == std::string::npos) query.remote_id = RemoteId{query.words};
  }
  CO_TRY(auto out,
         co_await bench.engine.executor.blocking([&bench, &query] { return by_ids(bench, query); }));
  if (!out.empty()) co_return out;
  if (query.remote_id) {
    CO_TRY(out, co_await unlinked_by_id(bench, query.remote_id));
  }
  if (!out.empty() || words.empty()) co_return out;
  CO_TRY_VOID(co_await in_mailbox(bench, words, out));
  CO_TRY_VOID(co_await bench.engine.executor.blocking([&] { return in_crm(bench, words, out); }));
  co_return out;
}

// ---- explaining one ----

struct Known {
  std::optional<Link> link;
  std::vector<JournalEntry> entries;  // newest first
  std::vector<Issue> issues;
  std::optional<CrmRecord> record;
};

Result<Known> read_known(Workbench& bench, Meant& about) {
  StateStore& store = bench.engine.store;
  const MailboxId mailbox = bench.mailbox.id;
  Known out;
  if (about.remote_id) {
    TRY(auto links, store.links_by_remote(mailbox, about.kind, {&about.remote_id, 1}));
    if (!links.empty()) out.link = std::move(links.front());
  }
  if (out.link) about.record = out.link->record;
  const JournalFilter filter = about.kind == Kind::Email || !about.record
                                   ? JournalFilter{.mailbox = mailbox, .remote_id = about.remote_id}
                                   : JournalFilter{.mailbox = mailbox, .record = about.record};
  TRY(out.entries, store.changes(filter, kExplainSteps));
  std::erase_if(out.entries, [&](const JournalEntry& entry) { return entry.kind != about.kind; });
  TRY(const auto issues, store.open_issues(mailbox));
  for (const Issue& issue : issues)
    if ((about.remote_id && issue.remote_id == about.remote_id) ||
        (about.record && issue.record == about.record))
      out.issues.push_back(issue);
  if (about.record && about.kind != Kind::Email) {
    auto read =
        bench.engine.crm.fetch({bench.mailbox.account, bench.mailbox.user}, about.kind, {&about.record, 1});
    if (read.front()) out.record = *std::move(read.front());
  }
  return out;
}

// What the rules say of it now: asked of the same turns that passes run, without writing.
Task<Result<std::string>> judged_email(Context& context, RemoteItem item) {
  // The cursor makes the turn commit, and count, also when it leaves the email out; here nothing is kept.
  EmailBatch batch{.cursor = std::pair{std::string("explain"), CursorState{}}};
  batch.items.push_back(std::move(item));
  CO_TRY_VOID(co_await take_emails(context, std::move(batch)));
  const Counts& counts = context.report.counts[Kind::Email];
  co_return counts.skipped.empty() ? std::string() : counts.skipped.begin()->first;
}

struct Judged {
  std::string title;
  std::string left_out;  // the reason; "" when it would be shared
  std::string rule;
  bool gone = false;
};

Task<Result<Judged>> judge(Workbench& bench, const Meant& about, const Known& known) {
  Judged out;
  DryWorld world(bench.engine, *bench.replica, nullptr);
  PassInput input = bench.input();
  input.sender = nullptr;
  Context context{.engine = world.engine(), .replica = world.replica(), .input = std::move(input)};
  context.run = bench.engine.random.run_id(context.now());
  std::optional<RemoteItem> item;
  if (about.remote_id) {
    auto read = co_await world.replica().fetch(about.kind, {about.remote_id});
    if (read.front() && !read.front()->in_deleted_items) item = *std::move(read.front());
    out.gone = !item;
  }
  if (item) out.title = item->head ? item->head->subject : title_of(about.kind, item->fields);
  if (known.link || (!item && !known.record)) co_return out;
  if (item && about.kind == Kind::Email) {
    CO_TRY(out.left_out, co_await judged_email(context, *std::move(item)));
    const auto items = world.notes().take();
    if (!items.empty()) out.rule = items.front().rule;
    co_return out;
  }
  Plan planned;
  if (item) {
    std::vector<RemoteItem> one;
    one.push_back(*std::move(item));
    CO_TRY(const auto situations, co_await gather_items(context, about.kind, std::move(one)));
    planned = plan(situations.front());
  } else {
    planned = plan({.kind = about.kind,
                    .mailbox = context.mailbox(),
                    .record = known.record,
                    .in_mailbox = context.replica.capabilities(about.kind),
                    .in_crm = context.engine.crm.capabilities(about.kind),
                    .profile = context.profile(),
                    .now = context.now()});
  }
  out.left_out = planned.skipped;
  out.rule = planned.rule;
  co_return out;
}

Explanation assembled(const Workbench& bench, const Meant& about, Known known, Judged judged) {
  Explanation out{.kind = about.kind,
                  .title = judged.title,
                  .record = about.record,
                  .remote_id = about.remote_id,
                  .issues = std::move(known.issues)};
  if (out.title.empty() && known.record) out.title = title_of(about.kind, known.record->fields);
  std::ranges::reverse(known.entries);  // oldest first
  for (JournalEntry& entry : known.entries) {
    ExplainStep step = step_of(entry);
    if ((entry.action == "create" || entry.action == "link") && entry.cause != kUndoCause)
      out.rule = entry.rule;
    step.change = std::move(entry);
    out.steps.push_back(std::move(step));
  }
  if (known.link) {
    out.link_state = known.link->state;
    out.shared = known.link->state == LinkState::Active;
    if (out.rule.empty()) out.rule = known.link->marked ? "category" : "linked";
    out.verdict = verdict_of(*known.link, out.rule, judged.gone);
  } else {
    out.rule = judged.left_out.empty() ? judged.rule : judged.left_out;
    out.verdict = verdict_of_unlinked(bench.mailbox.profile, judged.left_out, judged.rule,
                                      judged.gone || (!about.remote_id && !known.record));
    const std::string words = "Looked at just now: " + out.verdict;
    out.steps.push_back({.words = words, .plain = words});
  }
  for (const Issue& issue : out.issues) {
    if (!out.waits_for.empty()) out.waits_for += " ";
    out.waits_for += release_of(issue);
  }
  return out;
}

}  // namespace

Task<Result<std::vector<Explanation>>> explain(Workbench bench, ExplainQuery query) {
  CO_TRY(std::vector<Meant> found, co_await find(bench, std::move(query)));
  std::vector<Explanation> out;
  for (Meant& about : found) {
    CO_TRY(Known known, co_await bench.engine.executor.blocking([&] { return read_known(bench, about); }));
    auto judged = co_await judge(bench, about, known);
    // A mailbox that cannot be reached does not keep the journal from being told.
    if (!judged && known.entries.empty() && !known.link) co_return fail(std::move(judged).error());
    out.push_back(assembled(bench, about, std::move(known), judged ? *std::move(judged) : Judged{}));
  }
  co_return out;
}

}  // namespace mailsync::sync
