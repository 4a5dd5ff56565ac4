// Every edit is somewhere; nobody was mailed unasked; what is not ours is as it was; nothing was left half
// done.
#include "lab/json_read.h"
#include "tests/simulation/acts.h"
#include "tests/simulation/checks.h"

namespace mailsync::sim {

void check_tokens(Rig& rig) {
  std::set<int> found;
  const auto collect = [&found](std::string_view text) { collect_numbers(text, 'Z', 'z', found); };
  for (const Seat& seat : rig.seats)
    for (const auto& [number, item] : seat.lab->items) {
      for (const auto& field : item.fields)
        collect(field.value().is_string() ? std::string_view(field.value().get_string())
                                          : std::string_view(json::serialize(field.value())));
      for (const auto& [day, fields] : item.exceptions) collect(json::serialize(fields));
    }
  rig.read([&](db::Session& session) -> Result<void> {
    for (const char* sql : {"SELECT fields FROM crm_record", "SELECT text FROM crm_email_body",
                            "SELECT before_fields FROM journal", "SELECT after_fields FROM journal"}) {
      TRY(const auto rows, session.query(sql));
      for (const auto& row : rows) collect(row[0].text());
    }
    return {};
  });
  for (const Entry& entry : rig.ledger.entries()) {
    if (entry.superseded) continue;
    ++rig.tally.checks["1 edits survive"];
    if (found.contains(entry.token)) continue;
    const Thing& thing = *rig.ledger.find(entry.thing);
    rig.violation(
        "invariant 1: the edit Z" + std::to_string(entry.token) + "z of field " + entry.field + " of " +
        std::string(model::name_of(thing.kind)) + " " + thing.tag() + ", made in " +
        (entry.side == kCrmSide ? "the CRM" : rig.seats[static_cast<size_t>(entry.side)].row.address) +
        ", is nowhere any more, and not in the journal");
  }
}

void check_mail(Rig& rig) {
  std::map<std::string, int> sent;  // "subject|to"
  const auto& outbox = rig.world.outbox();
  for (size_t i = 0; i < outbox.size(); ++i) {
    if (rig.ledger.users_mail.contains(i)) continue;
    const lab::SentMail& mail = outbox[i];
    ++rig.tally.checks["4 mails were asked for"];
    ++sent[mail.subject + "|" + mail.to];
    const bool asked = mail.why.starts_with("send") &&
                       std::ranges::any_of(rig.ledger.composed, [&](const Composed& composed) {
                         return composed.subject == mail.subject &&
                                std::ranges::find(composed.to, mail.to) != composed.to.end();
                       });
    if (!asked)
      rig.violation("invariant 4: a mail that nobody asked for left: " + mail.why + " \"" + mail.subject +
                    "\" from " + mail.from + " to " + mail.to);
  }
  std::map<std::string, std::string> states;
  rig.read([&](db::Session& session) -> Result<void> {
    TRY(const auto rows, session.query("SELECT subject, state, error FROM crm_outbox"));
    for (const auto& row : rows) states[row[0].text()] = row[1].text() + " (" + row[2].text() + ")";
    return {};
  });
  for (const Composed& composed : rig.ledger.composed) {
    const std::string& state = states[composed.subject];
    for (const std::string& to : composed.to) {
      ++rig.tally.checks["4 sent once"];
      const int times = sent[composed.subject + "|" + to];
      const bool settled = state.starts_with("sent")                                     ? times == 1
                           : state.starts_with("unknown") || state.starts_with("failed") ? times <= 1
                                                                                         : false;
      if (!settled)
        rig.violation("invariant 4: the composed email \"" + composed.subject + "\" left " +
                      std::to_string(times) + " times to " + to + " and stands as " + state);
    }
  }
}

void tell_histories(Rig& rig) {
  std::set<int> named;
  for (const std::string& violation : rig.violations) collect_numbers(violation, 'Q', 'q', named);
  rig.read([&](db::Session& session) -> Result<void> {
    TRY(const auto rows,
        session.query(
            "SELECT j.at_us, j.mailbox_id, j.side, j.action, j.state, j.record_id, j.before_fields, "
            "j.after_fields, j.cause, j.rule, j.outcome, r.fields FROM journal j LEFT JOIN "
            "crm_record r ON r.id = j.record_id ORDER BY j.id"));
    for (const auto& row : rows) {
      std::set<int> tags;
      for (const size_t column : {6u, 7u, 11u})
        if (!row[column].is_null()) collect_numbers(row[column].text(), 'Q', 'q', tags);
      if (std::ranges::none_of(tags, [&](int tag) { return named.contains(tag); })) continue;
      std::string line = "  journal: " + Instant{row[0].integer()}.to_iso();
      for (size_t i = 1; i < 11; ++i) line += " | " + describe(row[i]);
      rig.aside.push_back(std::move(line));
    }
    return {};
  });
}

namespace {

void check_foreign_fields(Rig& rig) {
  for (const auto& [where, note] : rig.ledger.notes) {
    const Thing* thing = rig.ledger.find(where.second);
    const lab::Item* item = thing ? item_of(rig.seats[where.first], *thing) : nullptr;
    if (!item) continue;
    ++rig.tally.checks["6 other fields stay"];
    if (text_in(*item, "personalNotes") != note || text_in(*item, "birthday").empty())
      rig.violation("invariant 6: notes or birthday of contact " + thing->tag() + " were changed");
  }
}

}  // namespace

void check_store(Rig& rig) {
  check_foreign_fields(rig);
  ++rig.tally.checks["7 nothing half done"];
  if (const int64_t open = rig.number("SELECT count(*) FROM journal WHERE state = 0"); open != 0)
    rig.violation("invariant 7: " + std::to_string(open) + " intentions were never finished");
  ++rig.tally.checks["8 bounded tries"];
  if (rig.number("SELECT coalesce(max(attempts), 0) FROM issue") > 40)
    rig.violation("invariant 8: an issue was tried more than 40 times");
  ++rig.tally.checks["10 secrets at rest"];
  for (const char* sql : {"SELECT count(*) FROM journal WHERE payload LIKE '%SECRET%' OR outcome LIKE "
                          "'%SECRET%' OR after_fields "
                          "LIKE '%SECRET%'",
                          "SELECT count(*) FROM issue WHERE title LIKE '%SECRET%' OR remedy LIKE '%SECRET%'",
                          "SELECT count(*) FROM sync_cursor WHERE cursor LIKE '%SECRET%'"})
    if (rig.number(sql) != 0) rig.violation(std::string("invariant 10: a token was written down: ") + sql);
}

}  // namespace mailsync::sim
