#include <algorithm>
#include <unordered_map>

#include "sync/guarded.h"
#include "sync/tuning.h"
#include "sync/turn.h"

namespace mailsync::sync {

namespace {

struct CrmPage {
  CrmChangePage page;
  std::vector<Situation> situations;
  CursorState saved;
  bool known = false;
};

Result<CrmPage> read(Context& context, Kind kind, const std::string& name) {
  Engine& engine = context.engine;
  CrmPage out;
  TRY(const auto saved, engine.store.cursor(context.mailbox(), name));
  if (saved) out.saved = *saved;
  out.known = saved.has_value();
  TRY(out.page, engine.crm.changes(context.viewer(), kind, out.saved.cursor, kCrmPage));
  std::vector<RecordId> ids;
  for (const CrmRecord& record : out.page.records) ids.push_back(record.id);
  TRY(auto links, engine.store.links_by_record(context.mailbox(), ids));
  std::unordered_map<RecordId, Link> by_record;
  for (Link& link : links) by_record.emplace(link.record, std::move(link));
  std::unordered_map<RecordId, bool> elsewhere;  // meetings: another mailbox's copy is the organizer's
  if (kind == Kind::Meeting && !ids.empty()) {
    TRY(const auto all, engine.store.links_of_records(context.input.mailbox.account, ids));
    for (const Link& link : all)
      if (link.mailbox != context.mailbox() && link.state == LinkState::Active)
        elsewhere[link.record] |= true;
  }
  for (CrmRecord& record : out.page.records) {
    Situation s{.kind = kind,
                .mailbox = context.mailbox(),
                .in_mailbox = context.replica.capabilities(kind),
                .in_crm = engine.crm.capabilities(kind),
                .profile = context.profile(),
                .now = context.now()};
    const auto link = by_record.find(record.id);
    if (link != by_record.end()) {
      // A record enters or leaves a view without changing itself.
      const bool scope_moved =
          link->second.made_by == MadeBy::Crm && record.in_scope != (link->second.state == LinkState::Active);
      if (link->second.record_version == record.version && !record.deleted && !scope_moved)
        continue;  // our own write coming back
      s.link = link->second;
      s.other_copy_is_source = elsewhere[record.id] && !s.link->is_organizer;
    } else if (elsewhere[record.id]) {
      continue;  // the meeting lives in another mailbox of ours; its server invites whom it concerns
    }
    s.record = std::move(record);
    out.situations.push_back(std::move(s));
  }
  return out;
}

// A frozen link that the CRM wants back: its item may have been edited meanwhile, and nobody has looked.
Task<Result<void>> look_at_frozen(Context& context, Kind kind, std::vector<Situation>& situations) {
  std::vector<Situation*> frozen;
  std::vector<RemoteId> ids;
  for (Situation& s : situations)
    if (s.link && s.link->state == LinkState::Frozen && s.link->marked && s.record->in_scope) {
      frozen.push_back(&s);
      ids.push_back(s.link->remote_id);
    }
  if (ids.empty()) co_return Result<void>{};
  auto fetched = co_await context.replica.fetch(kind, ids);
  for (size_t i = 0; i < frozen.size(); ++i) {
    if (fetched[i]) {
      frozen[i]->item = *std::move(fetched[i]);
      frozen[i]->presence = presence_of(*frozen[i]->item);
    } else if (fetched[i].error().kind != ErrorKind::Gone &&
               fetched[i].error().kind != ErrorKind::ItemInvalid) {
      co_return fail(std::move(fetched[i]).error());
    }
  }
  co_return Result<void>{};
}

}  // namespace

Task<Result<bool>> crm_turn(Context& context, Kind kind) {
  const std::string name = "crm:" + std::string(model::name_of(kind));
  for (int tries = 0;; ++tries) {
    auto read_page = co_await context.engine.executor.blocking([&] { return read(context, kind, name); });
    if (!read_page) co_return fail(std::move(read_page).error());
    CO_TRY_VOID(co_await look_at_frozen(context, kind, read_page->situations));
    Batch batch{.kind = kind, .collection = "CRM"};
    for (Situation& s : read_page->situations) {
      Plan planned = plan(s);
      batch.items.push_back({.situation = std::move(s), .plan = std::move(planned)});
    }
    CO_TRY(Guarded guarded, co_await guard_deletions(context, HeldSide::Crm, kind, batch.items));
    if (guarded.hold != Hold::No) {
      // The CRM deleted a lot at once: our copies stay until a person approves. The feed waits where it is,
      // so that nothing behind a held deletion is lost.
      Batch notice{.kind = kind};
      CO_TRY(Planned told, co_await hold_deletions(context, guarded, batch.items));
      notice.items.push_back(std::move(told));
      CO_TRY_VOID(co_await carry_out(context, std::move(notice)));
      co_return false;
    }
    const bool moved = read_page->page.next != read_page->saved.cursor;
    const bool brought = !batch.items.empty() || read_page->page.more || !read_page->known;
    if (moved && (brought || context.now() - read_page->saved.saved_at >= kBookkeeping))
      batch.cursor = std::pair{
          name, CursorState{.cursor = read_page->page.next, .enumerated = true, .saved_at = context.now()}};
    auto done = co_await carry_out(context, std::move(batch));
    if (done) {
      CO_TRY_VOID(co_await settle_deletions(context, std::move(guarded)));
      co_return read_page->page.more;
    }
    if (done.error().kind != ErrorKind::VersionStale || tries >= kReplans)
      co_return fail(std::move(done).error());
    CO_TRY_VOID(co_await resume(context));
  }
}

}  // namespace mailsync::sync
