#include "crm/builtin/content.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "crm/builtin/fold.h"
#include "crm/builtin/json_text.h"
#include "model/contact.h"
#include "model/email.h"
#include "model/meeting.h"
#include "model/task.h"

namespace mailsync::crm {
namespace {

using model::Fields;

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;
// Far more than a series that anybody keeps; bounds the work for a count of 100,000.
constexpr size_t kMaxOccurrences = 5000;

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) (out += out.empty() ? "" : " ") += text;
  return out;
}

void add_address(std::vector<std::string>& list, std::string_view address) {
  std::string key = model::address_for_matching(address);
  if (!key.empty() && std::ranges::find(list, key) == list.end()) list.push_back(std::move(key));
}

int64_t rank_of(std::string_view text) {
  if (text == "low") return 0;
  if (text == "high") return 2;
  return text == "urgent" ? 3 : 1;
}

Content contact_content(const Fields& fields, bool is_lead) {
  Content out;
  const auto contact =
      model::contact_from(model::restricted(fields, model::all_fields(model::Kind::Contact)));
  if (contact) out.title = model::display_name(*contact);
  const auto emails = texts_in(fields, "emails");
  for (const std::string& address : emails) add_address(out.addresses, address);
  const std::string company = text_in(fields, "company");
  out.search = fold(out.title + " " + company + " " + joined(emails), 4000);
  out.columns = {is_lead,
                 text_in(fields, "given_name"),
                 text_in(fields, "family_name"),
                 company,
                 fold(company),
                 fold(text_in(fields, "department")),
                 fold(text_in(fields, "job_title")),
                 fold(joined(emails)),
                 id_in(fields, "organisation_id"),
                 text_in(fields, "status"),
                 fold(text_in(fields, "source"))};
  return out;
}

Content organisation_content(const Fields& fields) {
  Content out;
  out.title = text_in(fields, "name");
  for (const std::string& domain : texts_in(fields, "domains"))
    if (std::string key = fold(domain); std::ranges::find(out.domains, key) == out.domains.end())
      out.domains.push_back(std::move(key));
  out.search = fold(out.title + " " + joined(out.domains), 4000);
  out.columns = {joined(out.domains), fold(text_in(fields, "industry"))};
  return out;
}

Content opportunity_content(const Fields& fields) {
  Content out;
  out.title = text_in(fields, "name");
  out.search = fold(out.title);
  const std::string amount_text = text_in(fields, "amount");
  double amount = 0;
  std::from_chars(amount_text.data(), amount_text.data() + amount_text.size(), amount);
  out.columns = {text_in(fields, "stage"),      amount,
                 text_in(fields, "currency"),   number_in(fields, "probability", -1),
                 text_in(fields, "close_date"), id_in(fields, "organisation_id"),
                 id_in(fields, "person_id")};
  return out;
}

Content case_content(const Fields& fields) {
  Content out;
  out.title = text_in(fields, "subject");
  out.search = fold(out.title);
  out.columns = {text_in(fields, "status"), rank_of(text_in(fields, "priority")),
                 id_in(fields, "organisation_id"), id_in(fields, "person_id")};
  return out;
}

Content task_content(const Fields& fields, Instant now) {
  Content out;
  out.title = text_in(fields, "subject");
  out.search = fold(out.title);
  if (text_in(fields, "status") == "completed") {
    const auto day = model::Date::from_text(text_in(fields, "completed_on"));
    out.ends_us = day ? (day->days_since_epoch() + 1) * kDayUs : now.us;
  }
  out.columns = {text_in(fields, "due"), text_in(fields, "start"), text_in(fields, "status"),
                 rank_of(text_in(fields, "importance"))};
  return out;
}

// The day after the last occurrence has ended, counted in UTC with a day to spare for any zone.
int64_t series_end(const model::Meeting& meeting, int64_t start_us, int64_t end_us) {
  const int64_t length = std::max<int64_t>(end_us - start_us, 0);
  if (!meeting.recurrence.is_set()) return end_us;
  const model::Recurrence& rule = meeting.recurrence.value();
  switch (rule.end) {
    case model::Recurrence::End::Never:
      return kAlways;
    case model::Recurrence::End::Until:
      return (rule.until.days_since_epoch() + 2) * kDayUs + length;
    case model::Recurrence::End::Count: {
      const auto dates =
          model::occurrence_dates(rule, meeting.start.value().wall.date, model::Date{9999, 12, 31},
                                  std::min<size_t>(static_cast<size_t>(rule.count), kMaxOccurrences));
      if (dates.empty() || std::cmp_greater(rule.count, kMaxOccurrences)) return kAlways;
      return (dates.back().days_since_epoch() + 2) * kDayUs + length;
    }
  }
  std::unreachable();
}

Content meeting_content(const Fields& fields) {
  Content out;
  out.title = text_in(fields, "subject");
  int64_t end_us = 0;
  std::string attendees;
  if (const auto meeting =
          model::meeting_from(model::restricted(fields, model::all_fields(model::Kind::Meeting)))) {
    const auto utc = [](const model::Field<model::When>& when) {
      const auto at = when.is_set() ? model::instant_of(when.value(), "UTC") : std::nullopt;
      return at ? at->us : 0;
    };
    out.starts_us = utc(meeting->start);
    end_us = std::max(utc(meeting->end), out.starts_us);
    out.ends_us = meeting->start.is_set() ? series_end(*meeting, out.starts_us, end_us) : kAlways;
    for (const model::Attendee& attendee : meeting->attendees.value_or({})) {
      add_address(out.addresses, attendee.address);
      attendees += attendee.name + " " + attendee.address + " ";
    }
    if (meeting->organizer.is_set()) add_address(out.addresses, meeting->organizer.value().address);
  }
  const std::string location = text_in(fields, "location");
  out.search = fold(out.title + " " + location + " " + attendees, 8000);
  out.columns = {end_us, fold(location), text_in(fields, "show_as"), fold(attendees, 8000)};
  return out;
}

struct TypeSql {
  std::string_view insert, update;
};

TypeSql sql_of(RecordType type) {
  switch (type) {
    case RecordType::Person:
    case RecordType::Lead:
      return {
          "INSERT INTO crm_contact (id, account_id, is_lead, given_name, family_name, company, company_key, "
          "department_key, job_title_key, emails_key, organisation_id, status, source_key) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
          "UPDATE crm_contact SET is_lead = $3, given_name = $4, family_name = $5, company = $6, company_key "
          "= $7, "
          "department_key = $8, job_title_key = $9, emails_key = $10, organisation_id = $11, status = $12, "
          "source_key = $13 WHERE id = $1 AND account_id = $2"};
    case RecordType::Organisation:
      return {
          "INSERT INTO crm_organisation (id, account_id, domains_key, industry_key) VALUES ($1, $2, $3, $4)",
          "UPDATE crm_organisation SET domains_key = $3, industry_key = $4 WHERE id = $1 AND account_id = "
          "$2"};
    case RecordType::Opportunity:
      return {
          "INSERT INTO crm_opportunity (id, account_id, stage, amount, currency, probability, close_date, "
          "organisation_id, person_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
          "UPDATE crm_opportunity SET stage = $3, amount = $4, currency = $5, probability = $6, close_date = "
          "$7, "
          "organisation_id = $8, person_id = $9 WHERE id = $1 AND account_id = $2"};
    case RecordType::Case:
      return {
          "INSERT INTO crm_case (id, account_id, status, priority, organisation_id, person_id) "
          "VALUES ($1, $2, $3, $4, $5, $6)",
          "UPDATE crm_case SET status = $3, priority = $4, organisation_id = $5, person_id = $6 "
          "WHERE id = $1 AND account_id = $2"};
    case RecordType::Task:
      return {
          "INSERT INTO crm_task (id, account_id, due, start, status, importance) VALUES ($1, $2, $3, $4, $5, "
          "$6)",
          "UPDATE crm_task SET due = $3, start = $4, status = $5, importance = $6 "
          "WHERE id = $1 AND account_id = $2"};
    case RecordType::Meeting:
      return {
          "INSERT INTO crm_meeting (id, account_id, end_us, location_key, show_as, attendees_key, "
          "series_key, "
          "send_version) VALUES ($1, $2, $3, $4, $5, $6, '', 0)",
          "UPDATE crm_meeting SET end_us = $3, location_key = $4, show_as = $5, attendees_key = $6 "
          "WHERE id = $1 AND account_id = $2"};
    case RecordType::Email:
      return {};
  }
  std::unreachable();
}

}  // namespace

Content content_of(RecordType type, const Fields& fields, Instant now) {
  switch (type) {
    case RecordType::Person:
      return contact_content(fields, false);
    case RecordType::Lead:
      return contact_content(fields, true);
    case RecordType::Organisation:
      return organisation_content(fields);
    case RecordType::Opportunity:
      return opportunity_content(fields);
    case RecordType::Case:
      return case_content(fields);
    case RecordType::Task:
      return task_content(fields, now);
    case RecordType::Meeting:
      return meeting_content(fields);
    case RecordType::Email:
      return {};
  }
  std::unreachable();
}

std::string_view insert_sql(RecordType type) {
  return sql_of(type).insert;
}
std::string_view update_sql(RecordType type) {
  return sql_of(type).update;
}

std::string search_scope(AccountId account, RecordType type) {
  return "a" + std::to_string(account.value) + "t" + std::string(name_of(type));
}

}  // namespace mailsync::crm
