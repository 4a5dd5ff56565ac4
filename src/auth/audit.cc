#include "auth/audit.h"

#include <algorithm>
#include <limits>

#include "auth/encoding.h"
#include "auth/sealing.h"

namespace mailsync::auth {
namespace {

constexpr size_t kMostText = 400;
constexpr size_t kMostDetails = 16'000;
constexpr size_t kPage = 1000;

// At a boundary of UTF-8.
std::string cut(std::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return std::string(text.substr(0, most));
}

std::string hash_of(std::string_view before, const AuditEntry& entry) {
  const Deed& deed = entry.deed;
  return sha256(bound_text({before, std::to_string(deed.account.value), std::to_string(entry.number),
                            std::to_string(entry.at.us), std::to_string(deed.actor.user.value),
                            deed.actor.name, deed.actor.via, deed.actor.peer, deed.action, deed.subject,
                            deed.subject_name, std::to_string(deed.organization.value), deed.details}));
}

AuditEntry entry_from(const db::Row& row) {
  AuditEntry out{.number = row[1].integer(), .at = row[2].instant(), .hash = row[12].bytes()};
  out.deed.account = row[0].id<AccountId>();
  out.deed.actor = {
      .user = row[3].id<UserId>(), .name = row[4].text(), .via = row[5].text(), .peer = row[6].text()};
  out.deed.action = row[7].text();
  out.deed.subject = row[8].text();
  out.deed.subject_name = row[9].text();
  out.deed.organization = row[10].id<OrganizationId>();
  out.deed.details = row[11].text();
  return out;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

Result<void> note(db::SqlTransaction& tx, Instant now, const Deed& deed) {
  TRY_VOID(
      tx.execute("INSERT INTO audit_head (account_id, number, hash) VALUES ($1, 0, $2) "
                 "ON CONFLICT (account_id) DO NOTHING",
                 {deed.account, db::Blob{}}));
  TRY(const db::Rows head,
      tx.query("SELECT number, hash FROM audit_head WHERE account_id = $1 {{for_update}}", {deed.account}));
  AuditEntry entry{.number = head[0][0].integer() + 1, .at = now, .deed = deed, .hash = {}};
  for (std::string* text : {&entry.deed.actor.name, &entry.deed.subject, &entry.deed.subject_name})
    *text = cut(*text, kMostText);
  if (entry.deed.details.size() > kMostDetails) entry.deed.details = R"({"cut":true})";
  entry.hash = hash_of(head[0][1].bytes(), entry);
  const Deed& kept = entry.deed;
  TRY_VOID(tx.execute(
      "INSERT INTO audit_entry (account_id, number, at_us, actor_id, actor, via, peer, action, subject, "
      "subject_name, organization_id, details, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
      "$12, $13)",
      {kept.account, entry.number, entry.at, kept.actor.user, kept.actor.name, kept.actor.via,
       kept.actor.peer, kept.action, kept.subject, kept.subject_name, kept.organization, kept.details,
       db::Blob{entry.hash}}));
  TRY_VOID(tx.execute("UPDATE audit_head SET number = $2, hash = $3 WHERE account_id = $1",
                      {deed.account, entry.number, db::Blob{entry.hash}}));
  return {};
}

Result<std::vector<AuditEntry>> audit_entries(db::Session& session, const AuditFilter& filter, size_t limit) {
  std::vector<int64_t> within;
  if (filter.within)
    for (const OrganizationId each : *filter.within) within.push_back(each.value);
  constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();
  TRY(const db::Rows rows,
      session.query(
          "SELECT account_id, number, at_us, actor_id, actor, via, peer, action, subject, subject_name, "
          "organization_id, details, hash FROM audit_entry WHERE account_id = $1 AND number < $2 AND "
          "at_us >= $3 AND at_us < $4 AND ($5 = '' OR substr(action, 1, length($5)) = $5) AND "
          "($6 = '' OR subject = $6) AND ($7 = '' OR lower(actor || ' ' || subject_name) LIKE ('%' || $7 || "
          "'%')) "
          "AND ($8 = 0 OR organization_id IN {{ints $9}}) ORDER BY number DESC LIMIT $10",
          {filter.account, filter.before > 0 ? filter.before : kEnd, filter.since,
           filter.until == Instant{} ? kEnd : filter.until.us, filter.action, filter.subject,
           lower(filter.words), filter.within.has_value(), db::int_list(within),
           static_cast<int64_t>(limit)}));
  std::vector<AuditEntry> out;
  for (const db::Row& row : rows) out.push_back(entry_from(row));
  return out;
}

Result<AuditCheck> check_audit(db::Session& session, AccountId account) {
  AuditCheck out;
  int64_t number = 0;
  while (out.first_broken == 0) {
    TRY(const db::Rows rows,
        session.query(
            "SELECT account_id, number, at_us, actor_id, actor, via, peer, action, subject, subject_name, "
            "organization_id, details, hash FROM audit_entry WHERE account_id = $1 AND number > $2 "
            "ORDER BY number LIMIT $3",
            {account, number, static_cast<int64_t>(kPage)}));
    for (const db::Row& row : rows) {
      const AuditEntry entry = entry_from(row);
      if (entry.number != ++number || entry.hash != hash_of(out.hash, entry)) {
        out.first_broken = number;
        return out;
      }
      out.hash = entry.hash;
      ++out.entries;
    }
    if (rows.size() < kPage) break;
  }
  // The newest ones may be missing altogether: the head says how many there must be.
  TRY(const db::Rows head,
      session.query("SELECT number, hash FROM audit_head WHERE account_id = $1", {account}));
  const int64_t wanted = head.empty() ? 0 : head[0][0].integer();
  if (wanted != out.entries || (wanted > 0 && head[0][1].bytes() != out.hash))
    out.first_broken = out.entries + 1;
  return out;
}

}  // namespace mailsync::auth
