// The part of load.h that makes up people and tasks.
#include <array>
#include <cctype>

#include "lab/demo_pick.h"
#include "lab/json_read.h"
#include "lab/load.h"
#include "lab/zones.h"

namespace mailsync::lab {
namespace {

constexpr std::array<std::string_view, 40> kGiven = {
    "Amara", "Bogdan", "Chiara", "Dmitri", "Elif",    "Farid",  "Greta",   "Hiroshi", "Ines",  "Jonas",
    "Katya", "Liam",   "Mei",    "Nadia",  "Oskar",   "Priya",  "Quentin", "Rosa",    "Sven",  "Thandi",
    "Umar",  "Vera",   "Wanda",  "Xavier", "Yuki",    "Zoltán", "Aoife",   "Björn",   "Célia", "Dorota",
    "Émile", "Fatou",  "Gábor",  "Hanna",  "Ibrahim", "Jana",   "Kenji",   "Łukasz",  "Marta", "Nils"};
constexpr std::array<std::string_view, 40> kFamily = {
    "Abbott",    "Bauer",  "Carvalho",  "Dahl",   "Eriksen",   "Fischer", "García",   "Hughes",
    "Ivanova",   "Jansen", "Kowalski",  "Larsen", "Müller",    "Novák",   "O'Brien",  "Petrov",
    "Quinn",     "Rossi",  "Schmidt",   "Tanaka", "Usman",     "van Dyk", "Weber",    "Xu",
    "Yamada",    "Zimmer", "Ågren",     "Çelik",  "D'Souza",   "El-Amin", "Faulkner", "Grønn",
    "Håkansson", "Ito",    "Jørgensen", "Kaya",   "Lindqvist", "Moreau",  "Ng",       "Papadopoulos"};
constexpr std::array<std::string_view, 12> kTitles = {
    "Buyer",     "Head of Sales",  "Engineer",   "Accountant",        "Managing Director", "Support Lead",
    "Architect", "Office Manager", "Consultant", "Logistics Planner", "Partner",           "CFO"};
constexpr std::array<std::string_view, 10> kVerbs = {"Call",
                                                     "Send the offer to",
                                                     "Prepare the visit of",
                                                     "Review the contract of",
                                                     "Thank",
                                                     "Remind",
                                                     "Invoice",
                                                     "Ask for a reference from",
                                                     "Follow up with",
                                                     "Plan the workshop with"};

std::string ascii_name(std::string_view name) {
  std::string out;
  for (char c : name)
    if (std::isalpha(static_cast<unsigned char>(c)))
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out.empty() ? "x" : out;
}

std::string phone(Random& random) {
  constexpr std::string_view kCodes[] = {"+44 20 ", "+49 30 ", "+1 212 ", "+33 1 ", "+81 3 "};
  std::string out(kCodes[random.below(5)]);
  for (int i = 0; i < 8; ++i) out += static_cast<char>('0' + random.below(10));
  return out.insert(out.size() - 4, " ");
}

json::object address(Random& random) {
  return {{"street", std::to_string(1 + random.below(200)) + " Mill Lane"},
          {"city", pick(random, std::array<std::string_view, 4>{"Reading", "Leipzig", "Lyon", "Porto"})},
          {"postalCode", std::to_string(10000 + random.below(80000))},
          {"countryOrRegion", "Ruritania"}};
}

}  // namespace

Person make_person(Random& random, size_t number) {
  Person person;
  person.given = pick(random, kGiven);
  person.family = kFamily[number % kFamily.size()];
  person.company = demo_company(number / 3);
  // The number keeps two people of one name apart.
  person.address = ascii_name(person.given) + "." + ascii_name(person.family) + std::to_string(number) + "@" +
                   demo_domain(number / 3);
  return person;
}

json::object contact_of(Random& random, const Person& person) {
  json::object fields{{"givenName", person.given},
                      {"surname", person.family},
                      {"displayName", person.given + " " + person.family},
                      {"fileAs", person.family + ", " + person.given},
                      {"companyName", person.company},
                      {"jobTitle", pick(random, kTitles)},
                      {"emailAddresses", json::array{{{"name", person.given + " " + person.family},
                                                      {"address", person.address}}}},
                      {"businessPhones", json::array{json::value(phone(random))}},
                      {"homePhones", json::array()},
                      {"categories", json::array()}};
  if (random.below(2)) fields["mobilePhone"] = phone(random);
  if (random.below(4) == 0) fields["businessAddress"] = address(random);
  if (random.below(8) == 0) fields["homeAddress"] = address(random);
  if (random.below(5) == 0)
    fields["emailAddresses"].as_array().push_back(
        {{"name", person.given}, {"address", ascii_name(person.given) + "@home.example"}});
  if (random.below(10) == 0)
    fields["birthday"] = "19" + std::to_string(60 + random.below(39)) + "-0" +
                         std::to_string(1 + random.below(9)) + "-1" + std::to_string(random.below(10)) +
                         "T11:59:00Z";
  if (random.below(4) == 0) fields["personalNotes"] = "Met at the fair.\r\nPrefers mail to phone.";
  return fields;
}

json::object task_of(Random& random, const Person& person, Instant now) {
  auto today = date::floor<date::days>(to_local(now, *zone_of("UTC")));
  json::object fields{
      {"title", std::string(pick(random, kVerbs)) + " " + person.given + " " + person.family},
      {"status", "notStarted"},
      {"importance", pick(random, std::array<std::string_view, 3>{"low", "normal", "high"})},
      {"isReminderOn", false},
      {"categories", json::array()},
      {"body",
       {{"contentType", "text"}, {"content", random.below(2) ? "See the notes of the last call." : ""}}},
      {"linkedResources", json::array()},
      {"checklistItems", json::array()},
      {"bodyLastModifiedDateTime", Instant{now.us / 1'000'000 * 1'000'000}.to_iso()}};
  auto due = today + date::days(static_cast<int>(random.below(60)) - 10);
  if (random.below(5)) fields["dueDateTime"] = date_time_time_zone(due, "UTC");
  if (random.below(6) == 0) {
    fields["status"] = "completed";
    fields["completedDateTime"] =
        date_time_time_zone(today - date::days(static_cast<int>(random.below(10))), "UTC");
  } else if (random.below(4) == 0) {
    fields["status"] = "inProgress";
  }
  if (random.below(5) == 0) {
    fields["isReminderOn"] = true;
    fields["reminderDateTime"] = date_time_time_zone(due + std::chrono::hours(9), "UTC");
  }
  return fields;
}

std::string demo_company(size_t number) {
  constexpr std::array<std::string_view, 20> kFirst = {
      "Alder", "Birch",  "Cedar", "Dale",   "Elm", "Fern", "Grove",  "Heath", "Iris",   "Juniper",
      "Kelp",  "Laurel", "Maple", "Nettle", "Oak", "Pine", "Quince", "Rowan", "Sorrel", "Thorn"};
  constexpr std::array<std::string_view, 5> kSecond = {"Works", "Logistics", "Partners", "Foods", "Systems"};
  return std::string(kFirst[number % kFirst.size()]) + " " +
         std::string(kSecond[number / kFirst.size() % kSecond.size()]);
}

std::string demo_domain(size_t number) {
  std::string out;
  for (char c : demo_company(number))
    if (c != ' ') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out + ".example";
}

}  // namespace mailsync::lab
