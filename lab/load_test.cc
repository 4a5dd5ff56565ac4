#include "lab/load.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "lab/json_read.h"
#include "lab/meetings.h"

namespace mailsync::lab {
namespace {

namespace fs = std::filesystem;

class Load : public testing::Test {
 protected:
  Load() {
    std::string name = "/tmp/mailsync-lab-XXXXXX";
    folder = mkdtemp(name.data());
  }
  ~Load() override { fs::remove_all(folder); }
  fs::path write(const std::string& name, const std::string& bytes) {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return folder / name;
  }
  fs::path folder;
  World world{5};
  Mailbox& ada = world.add_user("ada@contoso.example", "Ada");
  Mailbox& ben = world.add_user("ben@contoso.example", "Ben");
  Instant now = *Instant::from_iso("2026-11-22T12:00:00Z");
};

std::string mail(int day, const std::string& extra = "") {
  return "From: A <a@x.example>\nTo: b@x.example\nSubject: day " + std::to_string(day) + "\nMessage-ID: <" +
         std::to_string(day) + "@x>\n" + extra + "Date: " + std::to_string(day) +
         " Sep 2002 10:00:00 +0000\n\nbody " + std::to_string(day) + "\n";
}

TEST_F(Load, DatesAreShiftedByOneConstantSoThatTheNewestIsNow) {
  for (int day = 1; day <= 8; ++day) write("m" + std::to_string(day) + ".eml", mail(day));
  Loaded loaded = load_mail(world, {&ada, &ben}, folder, {.shared_every = 0}, now);
  EXPECT_EQ(loaded.messages, 8U);
  EXPECT_EQ(loaded.marked, 4U);
  std::map<std::string, std::string> received;
  for (auto* mailbox : {&ada, &ben})
    for (auto& [_, item] : mailbox->items)
      received[std::string(text_of(item.fields, "subject"))] = text_of(item.fields, "receivedDateTime");
  EXPECT_EQ(received["day 8"], "2026-11-22T12:00:00Z");
  EXPECT_EQ(received["day 1"], "2026-11-15T12:00:00Z");
}

TEST_F(Load, BytesStayAsTheyWereWithoutTheEnvelopeLine) {
  write("a.txt", "From x@y Thu Aug 22 12:36:23 2002\n" + mail(1));
  write("b.mbox", "From x\n" + mail(2) + "\nFrom y\n" + mail(3));
  write("box/cur/1:2,S", mail(4));
  EXPECT_EQ(load_mail(world, {&ada}, folder, {}, now).messages, 4U);
  std::set<std::string> bytes;
  for (auto& [_, item] : ada.items) bytes.insert(*item.mime);
  EXPECT_TRUE(bytes.contains(mail(1)));
  EXPECT_TRUE(bytes.contains(mail(2)));
  EXPECT_TRUE(bytes.contains(mail(4)));
}

TEST_F(Load, FewFilesMakeManyMessagesWhenAsked) {
  write("a.eml", mail(1));
  write("b.eml", mail(2));
  EXPECT_EQ(load_mail(world, {&ada}, folder, {.most = 7, .repeat = true}, now).messages, 7U);
  std::set<std::string> ids;
  for (auto& [_, item] : ada.items) ids.emplace(text_of(item.fields, "internetMessageId"));
  EXPECT_EQ(ids.size(), 7U);
}

TEST_F(Load, BrokenMessagesAreLoadedAllTheSame) {
  write("no-id.eml", "From: a@x\n\nx");
  write("nul.eml", std::string("Subject: a\0b\n\n\0\xff", 16));
  write("empty.eml", "");
  Loaded loaded = load_mail(world, {&ada}, folder, {}, now);
  EXPECT_EQ(loaded.messages, 2U);
  EXPECT_EQ(loaded.problems.size(), 3U);
  for (auto& [_, item] : ada.items) EXPECT_TRUE(item.fields.at("internetMessageId").is_null());
}

TEST_F(Load, CalendarsBringSeriesExceptionsAndZones) {
  auto path = write(
      "a.ics",
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:s1\r\nSUMMARY:Series\\, "
      "weekly\r\nDTSTART;TZID=Europe/Berlin:20261102T090000\r\nDTEND;TZID=Europe/Berlin:20261102T100000\r\n"
      "RRULE:FREQ=WEEKLY;COUNT=5;BYDAY=MO\r\nEXDATE;TZID=Europe/"
      "Berlin:20261116T090000\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:s1\r\nRECURRENCE-ID;TZID=Europe/"
      "Berlin:20261109T090000\r\n"
      "SUMMARY:Moved\r\nDTSTART;TZID=Europe/Berlin:20261109T110000\r\nDTEND;TZID=Europe/"
      "Berlin:20261109T120000\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:bad\r\nSUMMARY:no "
      "start\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
  Loaded loaded = load_calendar(world, ada, path, now);
  EXPECT_EQ(loaded.events, 1U);
  EXPECT_EQ(loaded.problems.size(), 1U);
  Item* master = find_by_uid(ada, "s1");
  ASSERT_TRUE(master);
  EXPECT_EQ(text_of(master->fields, "subject"), "Series, weekly");
  auto days = occurrences_between(*master, *Instant::from_iso("2026-11-01T00:00:00Z"),
                                  *Instant::from_iso("2026-12-31T00:00:00Z"));
  EXPECT_EQ(days.size(), 4U);
  EXPECT_EQ(span_of(*master, days[1])->start, *Instant::from_iso("2026-11-09T10:00:00Z"));
}

TEST_F(Load, AZoneWithoutAKnownNameKeepsItsMoments_F98) {
  auto path =
      write("z.ics",
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Our "
            "Zone\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0330\r\nTZOFFSETTO:+0330\r\n"
            "END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:z\r\nDTSTART;TZID=Our "
            "Zone:20261102T090000\r\nDTEND;TZID=Our Zone:20261102T100000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
  ASSERT_EQ(load_calendar(world, ada, path, now).events, 1U);
  Item* event = find_by_uid(ada, "z");
  EXPECT_EQ(span_of(*event)->start, *Instant::from_iso("2026-11-02T05:30:00Z"));
  EXPECT_EQ(text_of(event->fields, "originalStartTimeZone"), "tzone://Microsoft/Custom");
}

TEST_F(Load, ContactsComeFromCardsOfAnyVersion) {
  auto path = write("a.vcf",
                    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;"
                    "Jan\r\nTEL;CELL:+49 1\r\nEND:VCARD\r\n"
                    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann "
                    "Lee\r\nN:Lee;Ann;;;\r\nitem1.EMAIL;type=INTERNET:ann@x.example\r\nORG:Lee\\, "
                    "Ltd;Sales\r\nNOTE:one\\ntwo\r\nBDAY:1970-05-06\r\nEND:VCARD\r\n");
  EXPECT_EQ(load_contacts(world, ada, path, now).contacts, 2U);
  std::map<std::string, json::object> by_name;
  for (auto& [_, item] : ada.items) by_name[std::string(text_of(item.fields, "surname"))] = item.fields;
  EXPECT_EQ(text_of(by_name["Müller"], "mobilePhone"), "+49 1");
  EXPECT_EQ(text_of(by_name["Lee"], "companyName"), "Lee, Ltd");
  EXPECT_EQ(text_of(by_name["Lee"], "personalNotes"), "one\ntwo");
}

TEST_F(Load, TheDemoIsTheSameForTheSameSeedAndMailsNobody) {
  Loaded loaded = make_demo(world, {&ada, &ben}, {}, now);
  EXPECT_EQ(loaded.contacts, 300U);
  EXPECT_EQ(loaded.tasks, 100U);
  EXPECT_EQ(loaded.events, 200U);
  EXPECT_TRUE(world.outbox().empty());
  World again(5);
  std::vector<Mailbox*> others{&again.add_user("ada@contoso.example", "Ada"),
                               &again.add_user("ben@contoso.example", "Ben")};
  make_demo(again, others, {}, now);
  ASSERT_EQ(others[0]->items.size(), ada.items.size());
  size_t series = 0, exceptions = 0, cancelled = 0, all_day = 0, marked = 0;
  for (auto& [number, item] : ada.items) {
    EXPECT_EQ(item.fields, others[0]->items.at(number).fields);
    if (item.kind != IdKind::Event) continue;
    series += object_of(item.fields, "recurrence") != nullptr;
    exceptions += item.exceptions.size();
    cancelled += item.cancelled.size();
    all_day += flag_of(item.fields, "isAllDay");
    marked += !array_of(item.fields, "categories")->empty();
    EXPECT_TRUE(span_of(item));
  }
  EXPECT_GT(series, 10U);
  EXPECT_GT(exceptions, 5U);
  EXPECT_GT(cancelled, 5U);
  EXPECT_GT(all_day, 10U);
  EXPECT_GT(marked, 50U);
}

TEST_F(Load, RealAndMalformedSamplesLoad) {
  fs::path data = fs::path(MAILSYNC_SOURCE_DIR) / "../shared/data";
  if (!fs::exists(data)) GTEST_SKIP() << "../shared/data is absent";
  EXPECT_GT(load_mail(world, {&ada, &ben}, data / "mail", {}, now).messages, 20U);
  EXPECT_GT(load_calendar(world, ada, data / "calendar", now).events, 20U);
  EXPECT_GT(load_contacts(world, ada, data / "contacts", now).contacts, 4U);
  for (auto& [_, item] : ada.items)
    if (item.kind == IdKind::Event) occurrences_between(item, now, now + std::chrono::hours(24 * 365));
}

}  // namespace
}  // namespace mailsync::lab
