#include "sync/dry_crm.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "model/contact.h"

namespace mailsync::sync {

namespace {

constexpr std::string_view kCursor = "dry|";

// A place in the CRM's feed with this run's own changes behind it: "dry|<listing>|<ended>|<order>|<inner>".
struct Place {
  bool listing = false;  // began with an empty cursor: what is in scope, not what changed
  bool ended = false;    // the stored feed is read to its end
  int64_t order = 0;     // own changes up to here have been given
  Cursor inner;
};

Place place_of(const Cursor& cursor) {
  if (!cursor.value.starts_with(kCursor)) return {.listing = !cursor, .inner = cursor};
  Place place{.listing = cursor.value[4] == '1', .ended = cursor.value[6] == '1'};
  const size_t bar = cursor.value.find('|', 8);
  std::from_chars(cursor.value.data() + 8, cursor.value.data() + bar, place.order);
  place.inner = Cursor{cursor.value.substr(bar + 1)};
  return place;
}

Cursor cursor_of(const Place& place) {
  return {std::string(kCursor) + (place.listing ? "1|" : "0|") + (place.ended ? "1|" : "0|") +
          std::to_string(place.order) + "|" + place.inner.value};
}

class NoBlob final : public BlobSink {
 public:
  Result<void> append(std::string_view) override { return {}; }
  Result<std::string> finish() override { return std::string(); }
};

// Who was considered is a question of the moment: a write that is made again is not asked it again.
CrmWrite without_considered(CrmWrite write) {
  write.considered.reset();
  return write;
}

Error moved_on() {
  return {.kind = ErrorKind::VersionStale,
          .message = "the record has changed since it was read; read it again"};
}

}  // namespace

// ---- reads ----

Result<CrmChangePage> DryCrm::changes(Viewer viewer, Kind kind, Cursor cursor, size_t limit) {
  Place place = place_of(cursor);
  CrmChangePage page;
  while (!place.ended && page.records.size() < limit) {
    TRY(auto stored, inner_.changes(viewer, kind, place.inner, limit - page.records.size()));
    for (CrmRecord& record : stored.records) {
      const auto own = touched_.find(record.id);
      if (own == touched_.end())
        page.records.push_back(std::move(record));
      else if (place.listing)
        page.records.push_back(own->second.record);  // else it comes later, as the newest change
    }
    place.inner = stored.next;
    place.ended = !stored.more;
  }
  const auto wanted = [&](const Touched& own) {
    if (own.record.kind != kind || own.replay.as_lead) return false;  // leads are in no mailbox's feed
    return !place.listing || (own.made && own.record.in_scope && !own.record.deleted);
  };
  auto own = by_order_.upper_bound(place.order);
  for (; place.ended && own != by_order_.end() && page.records.size() < limit; ++own) {
    place.order = own->first;
    const Touched& touched = touched_.at(own->second);
    if (wanted(touched)) page.records.push_back(touched.record);
  }
  page.more = !place.ended || own != by_order_.end();
  page.next = page.records.empty() && place.inner == cursor ? cursor : cursor_of(place);
  for (const CrmRecord& record : page.records) notes_.seen(record);
  return page;
}

std::vector<Result<CrmRecord>> DryCrm::fetch(Viewer viewer, Kind kind, std::span<const RecordId> ids) {
  std::vector<RecordId> stored;
  for (const RecordId id : ids)
    if (!touched_.contains(id)) stored.push_back(id);
  auto read = stored.empty() ? std::vector<Result<CrmRecord>>() : inner_.fetch(viewer, kind, stored);
  std::vector<Result<CrmRecord>> out;
  size_t next = 0;
  for (const RecordId id : ids) {
    if (const auto own = touched_.find(id); own != touched_.end())
      out.emplace_back(own->second.record);
    else
      out.push_back(std::move(read[next++]));
    if (out.back()) notes_.seen(*out.back());
  }
  return out;
}

// ---- writes ----

void DryCrm::enter() {
  if (transaction_ == staging_.transaction()) return;
  transaction_ = staging_.transaction();
  here_.clear();
}

Result<CrmRecord> DryCrm::apply(Transaction& transaction, Viewer viewer, const CrmWrite& write) {
  enter();
  if (const auto own = touched_.find(write.id); write.id && own != touched_.end())
    return apply_again(transaction, viewer, write, own->second);
  CrmWrite asked = write;
  if (asked.considered) asked.considered = real_ones(*asked.considered);
  TRY(CrmRecord stored, inner_.apply(transaction, viewer, asked));
  const bool made = write.op == CrmWrite::Op::Create;
  if (made) {
    const RecordId id{++made_};
    here_.emplace(id, stored);
    stored.id = id;
  }
  notes_.seen(stored);
  staging_.stage([this, own = Touched{.record = stored, .replay = without_considered(write), .made = made}] {
    touch(own);
  });
  return stored;
}

Result<CrmRecord> DryCrm::materialize(Transaction& transaction, Viewer viewer, RecordId id,
                                      const Touched& touched) {
  if (const auto at = here_.find(id); at != here_.end()) return at->second;
  TRY(CrmRecord real, inner_.apply(transaction, viewer, touched.replay));
  here_.emplace(id, real);
  return real;
}

Result<CrmRecord> DryCrm::apply_again(Transaction& transaction, Viewer viewer, const CrmWrite& write,
                                      const Touched& touched) {
  if (write.base_version != touched.record.version) return fail(moved_on());
  Touched own = touched;
  if (own.record.deleted && write.op != CrmWrite::Op::Restore)
    return fail(ErrorKind::Gone, "the record does not exist in the CRM any more");
  TRY(const CrmRecord real, materialize(transaction, viewer, write.id, touched));
  CrmWrite now = write;
  now.id = real.id;
  now.base_version = real.version;
  TRY(CrmRecord stored, inner_.apply(transaction, viewer, now));
  here_.insert_or_assign(write.id, stored);
  const bool changed = stored.version != real.version;
  stored.id = write.id;
  stored.version = touched.record.version + (changed ? 1 : 0);
  own.record = stored;
  if (write.op == CrmWrite::Op::Update) {
    own.replay.fields = model::overlaid(std::move(own.replay.fields), write.fields);
    if (!write.series_key.empty()) own.replay.series_key = write.series_key;
  }
  notes_.seen(stored);
  staging_.stage([this, own] { touch(own); });
  return stored;
}

void DryCrm::forget_addresses(RecordId record) {
  for (auto at = by_address_.begin(); at != by_address_.end();) {
    std::erase_if(at->second, [record](const PersonRef& person) { return person.id == record; });
    at = at->second.empty() ? by_address_.erase(at) : std::next(at);
  }
}

void DryCrm::touch(Touched own) {
  const RecordId id = own.record.id;
  const auto before = touched_.find(id);
  if (before != touched_.end()) by_order_.erase(before->second.order);
  if (before != touched_.end() && own.record.kind == Kind::Contact) forget_addresses(id);
  own.order = ++order_;
  by_order_.emplace(own.order, id);
  if (!own.replay.series_key.empty() && !own.record.deleted) by_series_[own.replay.series_key] = id;
  if (own.record.kind == Kind::Contact && !own.record.deleted)
    if (const auto contact = model::contact_from(own.record.fields); contact && contact->emails.is_set())
      for (const std::string& address : contact->emails.value())
        by_address_[model::address_for_matching(address)].push_back(
            {.id = id,
             .is_lead = own.replay.as_lead,
             .given_name = contact->given_name.value_or(""),
             .family_name = contact->family_name.value_or("")});
  touched_.insert_or_assign(id, std::move(own));
}

std::vector<RecordId> DryCrm::real_ones(const std::vector<RecordId>& ids) const {
  std::vector<RecordId> out;
  for (const RecordId id : ids) {
    const auto at = here_.find(id);
    if (at != here_.end())
      out.push_back(at->second.id);
    else if (!is_made_up(id))
      out.push_back(id);
  }
  return out;
}

Result<std::vector<RecordId>> DryCrm::add_emails(Transaction& transaction, Viewer viewer,
                                                 std::span<const EmailRecordWrite> writes) {
  enter();
  std::vector<EmailRecordWrite> real(writes.begin(), writes.end());
  for (EmailRecordWrite& write : real) {
    write.related = real_ones(write.related);
  }
  TRY(const auto ids, inner_.add_emails(transaction, viewer, real));
  std::vector<RecordId> out;
  for (size_t i = 0; i < writes.size(); ++i) {
    const RecordId id{++made_};
    out.push_back(id);
    here_.emplace(id, CrmRecord{.kind = Kind::Email, .id = ids[i]});
    const model::EmailHead& head = writes[i].email.head;
    notes_.seen(id, head);
    staging_.stage([this, id, identity = writes[i].identity, conversation = head.conversation_id] {
      by_identity_.emplace(identity, id);
      if (!conversation.empty()) conversations_.insert(conversation);
    });
  }
  return out;
}

Result<void> DryCrm::add_email_copy(Transaction& transaction, Viewer viewer, RecordId email,
                                    MailboxId mailbox, const model::EmailHead& head, Shown shown) {
  enter();
  const auto here = here_.find(email);
  if (here != here_.end() || !is_made_up(email))
    TRY_VOID(inner_.add_email_copy(transaction, viewer, here == here_.end() ? email : here->second.id,
                                   mailbox, head, shown));
  notes_.seen(email, head);
  if (!head.conversation_id.empty())
    staging_.stage([this, conversation = head.conversation_id] { conversations_.insert(conversation); });
  return {};
}

Result<void> DryCrm::remove_email_copy(Transaction& transaction, Viewer viewer, RecordId email,
                                       MailboxId mailbox) {
  if (is_made_up(email)) return {};
  return inner_.remove_email_copy(transaction, viewer, email, mailbox);
}

std::unique_ptr<BlobSink> DryCrm::new_blob(AccountId) {
  return std::make_unique<NoBlob>();
}

// ---- directory ----

Result<std::map<std::string, std::vector<PersonRef>>> DryCrm::people_by_address(
    AccountId account, std::span<const std::string> addresses) {
  TRY(auto out, directory_.people_by_address(account, addresses));
  for (auto at = out.begin(); at != out.end();) {
    std::erase_if(at->second, [this](const PersonRef& person) { return touched_.contains(person.id); });
    at = at->second.empty() ? out.erase(at) : std::next(at);
  }
  for (const std::string& address : std::set<std::string>(addresses.begin(), addresses.end()))
    if (const auto own = by_address_.find(address); own != by_address_.end())
      out[address].insert(out[address].end(), own->second.begin(), own->second.end());
  return out;
}

Result<std::map<std::string, RecordId>> DryCrm::emails_by_identity(AccountId account,
                                                                   std::span<const std::string> identities) {
  TRY(auto out, directory_.emails_by_identity(account, identities));
  for (const std::string& identity : identities)
    if (const auto own = by_identity_.find(identity); own != by_identity_.end())
      out.insert_or_assign(identity, own->second);
  return out;
}

Result<std::map<std::string, RecordId>> DryCrm::meetings_by_series(AccountId account,
                                                                   std::span<const std::string> keys) {
  TRY(auto out, directory_.meetings_by_series(account, keys));
  std::erase_if(out, [this](const auto& each) {
    const auto own = touched_.find(each.second);
    return own != touched_.end() && own->second.record.deleted;
  });
  for (const std::string& key : keys)
    if (const auto own = by_series_.find(key); own != by_series_.end())
      if (!touched_.at(own->second).record.deleted) out.insert_or_assign(key, own->second);
  return out;
}

Result<std::set<std::string>> DryCrm::shared_conversations(AccountId account, MailboxId mailbox,
                                                           std::span<const std::string> conversation_ids) {
  TRY(auto out, directory_.shared_conversations(account, mailbox, conversation_ids));
  for (const std::string& id : conversation_ids)
    if (conversations_.contains(id)) out.insert(id);
  return out;
}

// ---- sending ----

Task<Result<SentEmail>> DrySender::send(OutgoingEmail email) {
  notes_.mail(Kind::Email, {}, email.subject, email.to.size() + email.cc.size() + email.bcc.size());
  co_return SentEmail{
      .id = RemoteId{"dry:" + email.operation.value}, .message_id = "dry-run", .sent_at = std::nullopt};
}

}  // namespace mailsync::sync
