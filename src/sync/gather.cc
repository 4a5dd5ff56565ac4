#include <algorithm>
#include <set>
#include <unordered_map>

#include "model/contact.h"
#include "sync/review.h"
#include "sync/turn.h"

namespace mailsync::sync {

namespace {

// Everything a page needs to be planned, read in a few batches inside one blocking call.
class Gather {
 public:
  Gather(Context& context, Kind kind) : context_(context), kind_(kind) {}

  Result<std::vector<Situation>> situations(std::vector<RemoteItem> items) {
    std::vector<RemoteId> ids;
    for (const RemoteItem& item : items) ids.push_back(item.id);
    TRY(auto links, store().links_by_remote(context_.mailbox(), kind_, ids));
    for (Link& link : links) {
      to_read_.push_back(link.record);
      links_.emplace(link.remote_id, std::move(link));
    }
    TRY_VOID(judge_unmarked(items));
    TRY_VOID(read_records());
    TRY_VOID(read_reviews(items));
    TRY_VOID(find_candidates(items));
    TRY_VOID(read_records());
    TRY_VOID(read_sources());
    std::vector<Situation> out;
    for (RemoteItem& item : items) out.push_back(situation(std::move(item)));
    return out;
  }

 private:
  StateStore& store() { return context_.engine.store; }

  // It may become a record: candidates for it are looked up. Also where its record was deleted: the same
  // person or meeting may have come back by another mailbox.
  bool may_be_new(const RemoteItem& item) const {
    if (links_.contains(item.id)) return item.marked && is_orphan(item);
    const auto verdict = captured_.find(item.id);
    return item.marked || (verdict != captured_.end() && verdict->second.share);
  }
  bool is_orphan(const RemoteItem& item) const {
    const auto link = links_.find(item.id);
    if (link == links_.end() || hidden_.contains(link->second.record)) return false;
    const auto record = records_.find(link->second.record);
    return record == records_.end() || record->second.deleted;
  }

  // Unmarked meetings that the profile may want all the same.
  Result<void> judge_unmarked(const std::vector<RemoteItem>& items) {
    if (kind_ != Kind::Meeting) return {};
    const People& us = context_.input.people;
    std::vector<std::string> addresses;
    std::vector<const RemoteItem*> unmarked;
    const bool asks = context_.profile().capture_meetings == Capture::KnownPeople ||
                      context_.profile().capture_meetings == Capture::AnyExternal;
    for (const RemoteItem& item : items) {
      if (item.marked || links_.contains(item.id)) continue;
      unmarked.push_back(&item);
      if (!asks) continue;
      for (const std::string& address : meeting_participants(item.fields))
        if (!us.own_addresses.contains(address)) addresses.push_back(model::address_for_matching(address));
    }
    std::map<std::string, std::vector<PersonRef>> people;
    if (!addresses.empty()) {
      TRY(people, context_.engine.directory.people_by_address(context_.input.mailbox.account, addresses));
    }
    for (const RemoteItem* item : unmarked) {
      const auto everyone = meeting_participants(item->fields);
      const bool known = std::ranges::any_of(everyone, [&](const std::string& address) {
        return !us.own_addresses.contains(address) && people.contains(model::address_for_matching(address));
      });
      captured_.emplace(
          item->id, judge_meeting(*item, {.known_person = known}, context_.profile(), us, context_.now()));
    }
    return {};
  }

  // What waits for a person's word, and what he said.
  Result<void> read_reviews(const std::vector<RemoteItem>& items) {
    if (kind_ != Kind::Contact || std::ranges::none_of(items, [&](const RemoteItem& item) {
          return may_be_new(item) || !links_.contains(item.id);
        }))
      return {};
    TRY(const auto open, open_reviews(store(), context_.mailbox()));
    for (const auto& [id, review] : open) reviews_.emplace(id, review.answer);
    return {};
  }

  Result<void> find_candidates(const std::vector<RemoteItem>& items) {
    if (kind_ == Kind::Contact) return find_people(items);
    if (kind_ == Kind::Meeting) return find_series(items);
    return {};
  }

  Result<void> find_people(const std::vector<RemoteItem>& items) {
    std::vector<std::string> addresses;
    std::unordered_map<RemoteId, std::vector<std::string>> of_item;
    for (const RemoteItem& item : items) {
      if (!may_be_new(item)) continue;
      if (const auto said = reviews_.find(item.id); said != reviews_.end() && said->second.person)
        add_candidate(item.id, said->second.person);
      of_item[item.id] = addresses_of(item);
      if (is_orphan(item)) add_addresses_of_record(item, of_item[item.id]);
      addresses.insert(addresses.end(), of_item[item.id].begin(), of_item[item.id].end());
    }
    if (addresses.empty()) return {};
    TRY(const auto people,
        context_.engine.directory.people_by_address(context_.input.mailbox.account, addresses));
    for (const auto& [id, mine] : of_item) people_[id] = people_at(people, mine);
    for (const auto& [id, mine] : of_item)
      for (const std::string& address : mine)
        if (const auto at = people.find(address); at != people.end())
          for (const PersonRef& person : at->second)
            if (!person.is_lead) add_candidate(id, person.id);
    return {};
  }

  Result<void> find_series(const std::vector<RemoteItem>& items) {
    std::vector<std::string> keys;
    for (const RemoteItem& item : items)
      if (may_be_new(item) && !item.series_key.empty()) keys.push_back(item.series_key);
    if (keys.empty()) return {};
    TRY(const auto known, context_.engine.directory.meetings_by_series(context_.input.mailbox.account, keys));
    for (const RemoteItem& item : items)
      if (const auto at = known.find(item.series_key); at != known.end() && may_be_new(item))
        add_candidate(item.id, at->second);
    return {};
  }

  // A deleted person who comes back has the addresses that the CRM knew as well.
  void add_addresses_of_record(const RemoteItem& item, std::vector<std::string>& out) const {
    const auto record = records_.find(links_.at(item.id).record);
    if (record == records_.end()) return;
    for (std::string& address : addresses_of(RemoteItem{.fields = record->second.fields}))
      if (std::ranges::find(out, address) == out.end()) out.push_back(std::move(address));
  }

  void add_candidate(const RemoteId& item, RecordId record) {
    auto& list = candidates_[item];
    if (std::ranges::find(list, record) == list.end()) list.push_back(record);
    to_read_.push_back(record);
  }

  // Those that were named since it was last called.
  Result<void> read_records() {
    std::set<RecordId> unread(to_read_.begin(), to_read_.end());
    for (const RecordId id : record_ids_) unread.erase(id);
    to_read_.clear();
    if (unread.empty()) return {};
    const std::vector<RecordId> ids(unread.begin(), unread.end());
    record_ids_.insert(record_ids_.end(), ids.begin(), ids.end());
    auto read = context_.engine.crm.fetch(context_.viewer(), kind_, ids);
    for (size_t i = 0; i < read.size(); ++i) {
      if (read[i])
        records_.emplace(ids[i], *std::move(read[i]));
      else if (read[i].error().kind == ErrorKind::Forbidden)
        hidden_.insert(ids[i]);
      else if (read[i].error().kind != ErrorKind::Gone)
        return fail(std::move(read[i]).error());
    }
    TRY(auto here, store().links_by_record(context_.mailbox(), ids));
    for (Link& link : here) by_record_.emplace(link.record, std::move(link));
    return {};
  }

  Result<void> read_sources() {
    if (kind_ != Kind::Meeting || record_ids_.empty()) return {};
    TRY(auto all, store().links_of_records(context_.input.mailbox.account, record_ids_));
    for (Link& link : all)
      if (link.mailbox != context_.mailbox() && link.state == LinkState::Active)
        others_[link.record].push_back(std::move(link));
    return {};
  }

  // Organizer first, then the highest sequence, then the one that was there first.
  bool outranked(const RemoteItem& item, RecordId record, LinkId own) const {
    const auto at = others_.find(record);
    if (at == others_.end() || item.is_organizer) return false;
    return std::ranges::any_of(at->second, [&](const Link& other) {
      if (other.is_organizer) return true;
      if (other.sequence != item.sequence) return other.sequence > item.sequence;
      return !own || other.id < own;
    });
  }

  // A record that this user may not see: it is there, and nothing else is known of it.
  CrmRecord unseen(RecordId id, int64_t version) const {
    return {.kind = kind_, .id = id, .version = version, .may_write = false};
  }

  Situation situation(RemoteItem item) {
    Situation s{.kind = kind_,
                .mailbox = context_.mailbox(),
                .presence = presence_of(item),
                .in_mailbox = context_.replica.capabilities(kind_),
                .in_crm = context_.engine.crm.capabilities(kind_),
                .profile = context_.profile(),
                .now = context_.now()};
    if (const auto link = links_.find(item.id); link != links_.end()) {
      s.link = link->second;
      if (const auto record = records_.find(s.link->record); record != records_.end())
        s.record = record->second;
      else if (hidden_.contains(s.link->record))
        s.record = unseen(s.link->record, s.link->record_version);
      s.other_copy_is_source = outranked(item, s.link->record, s.link->id);
    }
    if (const auto list = candidates_.find(item.id); list != candidates_.end())
      for (const RecordId id : list->second) {
        const auto record = records_.find(id);
        const bool hidden = hidden_.contains(id);
        if (!hidden && (record == records_.end() || record->second.deleted)) continue;
        Candidate candidate{.record = hidden ? unseen(id, 0) : record->second, .hidden = hidden};
        if (const auto here = by_record_.find(id); here != by_record_.end())
          candidate.link_here = here->second;
        s.other_copy_is_source = outranked(item, id, {});
        s.candidates.push_back(std::move(candidate));
      }
    if (const auto who = people_.find(item.id); who != people_.end()) s.people = who->second;
    if (const auto verdict = captured_.find(item.id); verdict != captured_.end()) s.capture = verdict->second;
    if (const auto said = reviews_.find(item.id); said != reviews_.end()) s.review = said->second;
    s.item = std::move(item);
    return s;
  }

  Context& context_;
  Kind kind_;
  std::unordered_map<RemoteId, Link> links_;
  std::unordered_map<RemoteId, Verdict> captured_;
  std::unordered_map<RemoteId, Review> reviews_;
  std::unordered_map<RemoteId, std::string> people_;
  std::unordered_map<RemoteId, std::vector<RecordId>> candidates_;
  std::vector<RecordId> to_read_, record_ids_;  // still to be read, and read
  std::unordered_map<RecordId, CrmRecord> records_;
  std::set<RecordId> hidden_;
  std::unordered_map<RecordId, Link> by_record_;
  std::unordered_map<RecordId, std::vector<Link>> others_;
};

}  // namespace

Task<Result<std::vector<Situation>>> gather_items(Context& context, Kind kind,
                                                  std::vector<RemoteItem> items) {
  co_return co_await context.engine.executor.blocking(
      [&] { return Gather(context, kind).situations(std::move(items)); });
}

}  // namespace mailsync::sync
