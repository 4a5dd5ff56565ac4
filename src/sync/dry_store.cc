#include "sync/dry_store.h"

#include <algorithm>

#include "sync/tuning.h"
#include "sync/undo_plan.h"

namespace mailsync::sync {

namespace {

Error taken() {
  return {.kind = ErrorKind::VersionStale,
          .message = "the item or the record has a link already; read again",
          .vendor_code = "unique"};
}

}  // namespace

Result<void> DryStore::transact(Durable, const std::function<Result<void>(Transaction&)>& work) {
  Result<void> outcome;
  bool ran = false;
  auto rolled_back = inner_.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
    staging_.begin();
    outcome = work(tx);
    ran = true;
    return fail(ErrorKind::Cancelled, "a dry run keeps nothing");
  });
  if (!ran) return rolled_back;
  if (outcome)
    staging_.commit();
  else
    staging_.give_up();
  return outcome;
}

// ---- links ----

std::vector<Link> DryStore::overlaid(std::vector<Link> stored) const {
  std::erase_if(stored,
                [this](const Link& link) { return links_.contains(link.id) || removed_.contains(link.id); });
  return stored;
}

void DryStore::unindex(LinkId id) {
  const auto at = links_.find(id);
  if (at == links_.end()) return;
  by_item_.erase({at->second.kind, at->second.remote_id.value});
  by_record_[at->second.record].erase(id);
  links_.erase(at);
}

void DryStore::put(Link link) {
  unindex(link.id);
  by_item_[{link.kind, link.remote_id.value}] = link.id;
  by_record_[link.record].insert(link.id);
  const LinkId id = link.id;
  links_.insert_or_assign(id, std::move(link));
}

Result<std::vector<Link>> DryStore::links_by_remote(MailboxId mailbox, Kind kind,
                                                    std::span<const RemoteId> ids) {
  TRY(auto stored, inner_.links_by_remote(mailbox, kind, ids));
  std::vector<Link> out = overlaid(std::move(stored));
  for (const RemoteId& id : ids)
    if (const auto at = by_item_.find({kind, id.value}); at != by_item_.end())
      out.push_back(links_.at(at->second));
  std::ranges::sort(out, {}, &Link::id);
  const auto doubled = std::ranges::unique(out, {}, &Link::id);
  out.erase(doubled.begin(), doubled.end());
  return out;
}

Result<std::vector<Link>> DryStore::links_by_record(MailboxId mailbox, std::span<const RecordId> records) {
  TRY(auto stored, inner_.links_by_record(mailbox, records));
  std::vector<Link> out = overlaid(std::move(stored));
  for (const RecordId record : std::set<RecordId>(records.begin(), records.end()))
    if (const auto at = by_record_.find(record); at != by_record_.end())
      for (const LinkId id : at->second) out.push_back(links_.at(id));
  std::ranges::sort(out, {}, &Link::id);
  return out;
}

Result<std::vector<Link>> DryStore::links_by_content(MailboxId mailbox, Kind kind,
                                                     std::span<const std::string> hashes) {
  TRY(auto stored, inner_.links_by_content(mailbox, kind, hashes));
  return overlaid(std::move(stored));
}

Result<std::vector<Link>> DryStore::links_of_records(AccountId account, std::span<const RecordId> records) {
  TRY(auto stored, inner_.links_of_records(account, records));
  std::vector<Link> out = overlaid(std::move(stored));
  for (const RecordId record : std::set<RecordId>(records.begin(), records.end()))
    if (const auto at = by_record_.find(record); at != by_record_.end())
      for (const LinkId id : at->second) out.push_back(links_.at(id));
  std::ranges::sort(out, {}, &Link::id);
  return out;
}

Result<std::vector<Link>> DryStore::links(MailboxId mailbox, Kind kind, LinkId after, size_t limit) {
  std::vector<Link> out;
  bool stored_left = !is_made_up(after);
  for (LinkId at = after; stored_left && out.size() < limit;) {
    TRY(const auto page, inner_.links(mailbox, kind, at, limit - out.size()));
    stored_left = page.size() == limit - out.size();
    for (const Link& link : page) {
      at = link.id;
      if (removed_.contains(link.id)) continue;
      const auto changed = links_.find(link.id);
      out.push_back(changed == links_.end() ? link : changed->second);
    }
  }
  if (stored_left && out.size() == limit) return out;
  for (auto at = links_.upper_bound(std::max(after, LinkId{kMadeUp}));
       at != links_.end() && out.size() < limit; ++at)
    if (at->second.kind == kind) out.push_back(at->second);
  return out;
}

Result<int64_t> DryStore::count_links(MailboxId mailbox, Kind kind) {
  if (links_.empty() && removed_.empty()) return inner_.count_links(mailbox, kind);
  int64_t active = 0;
  for (LinkId after{};;) {
    TRY(const auto page, links(mailbox, kind, after, kLinkPage));
    active += std::ranges::count(page, LinkState::Active, &Link::state);
    if (page.size() < kLinkPage) return active;
    after = page.back().id;
  }
}

Result<void> DryStore::save_links(Transaction&, std::span<Link> links) {
  std::set<ItemKey> items;
  for (Link& link : links) {
    const auto same_item = by_item_.find({link.kind, link.remote_id.value});
    if (same_item != by_item_.end() && same_item->second != link.id) return fail(taken());
    if (!items.insert({link.kind, link.remote_id.value}).second) return fail(taken());
    if (const auto of = by_record_.find(link.record);
        of != by_record_.end() && link.kind != Kind::Email && link.record)
      for (const LinkId other : of->second)
        if (other != link.id && links_.at(other).kind == link.kind) return fail(taken());
    if (!link.id) link.id = LinkId{++made_};
    staging_.stage([this, link] { put(link); });
  }
  return {};
}

Result<void> DryStore::remove_link(Transaction&, LinkId link) {
  staging_.stage([this, link] {
    unindex(link);
    if (!is_made_up(link)) removed_.insert(link);
  });
  return {};
}

// ---- cursors and hints ----

Result<std::optional<CursorState>> DryStore::cursor(MailboxId mailbox, std::string_view collection) {
  if (const auto at = cursors_.find(collection); at != cursors_.end()) return at->second;
  return inner_.cursor(mailbox, collection);
}

Result<std::vector<std::pair<std::string, CursorState>>> DryStore::cursors(MailboxId mailbox,
                                                                           std::string_view prefix,
                                                                           size_t limit) {
  TRY(auto stored, inner_.cursors(mailbox, prefix, limit + cursors_.size()));
  std::map<std::string, CursorState> all(std::make_move_iterator(stored.begin()),
                                         std::make_move_iterator(stored.end()));
  for (const auto& [name, state] : cursors_) {
    if (!name.starts_with(prefix)) continue;
    if (state)
      all.insert_or_assign(name, *state);
    else
      all.erase(name);
  }
  std::vector<std::pair<std::string, CursorState>> out;
  for (auto& each : all)
    if (out.size() < limit) out.emplace_back(each.first, std::move(each.second));
  return out;
}

Result<void> DryStore::save_cursor(Transaction&, MailboxId, std::string_view collection,
                                   const CursorState& state) {
  staging_.stage([this, name = std::string(collection), state] { cursors_.insert_or_assign(name, state); });
  return {};
}

Result<void> DryStore::forget_cursor(Transaction&, MailboxId, std::string_view collection) {
  staging_.stage([this, name = std::string(collection)] { cursors_.insert_or_assign(name, std::nullopt); });
  return {};
}

Result<std::vector<RemovalHint>> DryStore::removals(MailboxId mailbox) {
  TRY(const auto stored, inner_.removals(mailbox));
  std::map<HintKey, RemovalHint> all = noted_;
  for (const RemovalHint& hint : stored)
    if (const HintKey key{hint.kind, hint.remote_id.value, hint.collection}; !forgotten_.contains(key))
      all.emplace(key, hint);
  std::vector<RemovalHint> out;
  for (auto& [key, hint] : all) out.push_back(std::move(hint));
  return out;
}

Result<void> DryStore::note_removals(Transaction&, MailboxId, std::span<const RemovalHint> hints) {
  for (const RemovalHint& hint : hints)
    staging_.stage(
        [this, hint] { noted_.insert_or_assign({hint.kind, hint.remote_id.value, hint.collection}, hint); });
  return {};
}

Result<void> DryStore::forget_removals(Transaction&, MailboxId, std::span<const RemovalHint> hints) {
  for (const RemovalHint& hint : hints)
    staging_.stage([this, key = HintKey{hint.kind, hint.remote_id.value, hint.collection}] {
      noted_.erase(key);
      forgotten_.insert(key);
    });
  return {};
}

// ---- journal and issues ----

Result<std::vector<JournalEntry>> DryStore::open_intentions(MailboxId mailbox) {
  TRY(auto out, inner_.open_intentions(mailbox));
  std::erase_if(out, [this](const JournalEntry& entry) { return closed_.contains(entry.id); });
  for (const auto& [id, entry] : open_) out.push_back(entry);
  return out;
}

Result<int64_t> DryStore::deletions_since(MailboxId mailbox, Kind kind, Instant since) {
  TRY(const int64_t stored, inner_.deletions_since(mailbox, kind, since));
  return stored + std::ranges::count_if(deletions_, [&](const auto& each) {
           return each.second.first == kind && each.second.second >= since;
         });
}

void DryStore::record(JournalEntry entry) {
  if (entry.action == "delete" && entry.cause != kUndoCause)
    deletions_.emplace(entry.id, std::pair(entry.kind, entry.at));
  if (entry.state == JournalEntry::State::Intended)
    open_.emplace(entry.id, std::move(entry));
  else
    notes_.journaled(entry);
}

Result<void> DryStore::save_journal(Transaction&, std::span<JournalEntry> entries) {
  for (JournalEntry& entry : entries) {
    if (!entry.id) {
      entry.id = JournalId{++made_};
      staging_.stage([this, entry] { record(entry); });
    } else if (!is_made_up(entry.id)) {
      staging_.stage([this, id = entry.id] { closed_.insert(id); });
    } else {
      staging_.stage([this, entry] {
        auto intention = open_.extract(entry.id);
        if (intention.empty()) return;
        if (entry.state != JournalEntry::State::Done) {
          deletions_.erase(entry.id);
        } else {
          JournalEntry done = std::move(intention.mapped());
          done.state = entry.state;
          if (!done.remote_id) done.remote_id = entry.remote_id;
          if (!entry.after.empty()) done.after = entry.after;
          notes_.journaled(done);
        }
      });
    }
  }
  return {};
}

Result<std::vector<Issue>> DryStore::open_issues(MailboxId mailbox) {
  TRY(auto stored, inner_.open_issues(mailbox));
  std::vector<Issue> out;
  std::set<std::string, std::less<>> known;
  for (Issue& issue : stored) {
    const auto at = issues_.find(issue.key);
    known.insert(issue.key);
    if (at == issues_.end()) {
      out.push_back(std::move(issue));
    } else if (at->second) {
      Issue again = *at->second;
      again.id = issue.id;
      again.opened_at = issue.opened_at;
      again.attempts += issue.attempts;
      out.push_back(std::move(again));
    }
  }
  for (const auto& [key, issue] : issues_)
    if (issue && !known.contains(key)) out.push_back(*issue);
  return out;
}

Result<void> DryStore::open_issue(Transaction&, const Issue& issue) {
  staging_.stage([this, issue] {
    issues_.insert_or_assign(issue.key, issue);
    notes_.issue(issue);
  });
  return {};
}

Result<void> DryStore::close_issue(Transaction&, MailboxId, std::string_view key) {
  staging_.stage([this, name = std::string(key)] { issues_.insert_or_assign(name, std::nullopt); });
  return {};
}

}  // namespace mailsync::sync
