// Real and malformed files, where they are at hand: nothing of what people send may stop a mailbox.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "format/charset.h"
#include "format/icalendar.h"
#include "format/mime.h"
#include "format/vcard.h"

namespace mailsync::format {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_below(const fs::path& folder, size_t most = SIZE_MAX) {
  std::vector<fs::path> out;
  std::error_code failed;
  for (auto at = fs::recursive_directory_iterator(folder, failed); !failed && at != fs::end(at);
       at.increment(failed))
    if (at->is_regular_file() && out.size() < most) out.push_back(at->path());
  return out;
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The sample data beside the project, or an empty path.
fs::path samples(const char* folder) {
  const fs::path path = fs::path(MAILSYNC_SOURCE_DIR) / "../shared/data" / folder;
  return fs::is_directory(path) ? path : fs::path();
}

void check_text(const std::string& text, const fs::path& file) {
  EXPECT_TRUE(is_valid_utf8(text)) << file;
  EXPECT_EQ(text.find('\0'), std::string::npos) << file;
}

void check_mail(const fs::path& file) {
  const auto mail = parse_mime(bytes_of(file));
  ASSERT_TRUE(mail) << file << ": " << mail.error().message;
  check_text(mail->email.head.subject, file);
  check_text(mail->email.head.from.name, file);
  check_text(mail->email.text, file);
  check_text(mail->email.html, file);
  for (size_t i = 0; i < mail->email.attachments.size(); ++i) {
    check_text(mail->email.attachments[i].name, file);
    EXPECT_EQ(static_cast<int64_t>(mail->attachment_bytes(i).size()), mail->email.attachments[i].size)
        << file;
  }
}

TEST(Samples, MailsAreRead) {
  const fs::path folder = samples("mail");
  if (folder.empty()) GTEST_SKIP() << "no sample mails at ../shared/data/mail";
  size_t count = 0;
  for (const fs::path& file : files_below(folder))
    if (file.extension() == ".eml") {
      check_mail(file);
      ++count;
    }
  std::cout << count << " mails\n";
}

TEST(Samples, CalendarsAreRead) {
  const fs::path folder = samples("calendar");
  if (folder.empty()) GTEST_SKIP() << "no sample calendars at ../shared/data/calendar";
  size_t files = 0, items = 0, read_only = 0;
  for (const fs::path& file : files_below(folder)) {
    if (file.extension() != ".ics") continue;
    ++files;
    const auto calendar = parse_icalendar(bytes_of(file));
    if (!calendar) continue;  // some of them are meant to hold nothing
    for (const CalendarItem& item : calendar->items) {
      ++items;
      if (item.read_only) ++read_only;
      check_text(item.uid, file);
      if (const auto* meeting = std::get_if<model::Meeting>(&item.content))
        check_text(meeting->subject.value_or(""), file);
    }
    // What was read can be written, except where it says why not.
    static_cast<void>(write_icalendar(*calendar, Instant{}));
  }
  EXPECT_GT(items, files / 2);
  std::cout << files << " calendars with " << items << " items, " << read_only << " of them read-only\n";
}

TEST(Samples, ContactsAreRead) {
  const fs::path folder = samples("contacts");
  if (folder.empty()) GTEST_SKIP() << "no sample contacts at ../shared/data/contacts";
  size_t count = 0;
  for (const fs::path& file : files_below(folder)) {
    if (file.extension() != ".vcf") continue;
    const auto cards = parse_vcards(bytes_of(file));
    ASSERT_TRUE(cards) << file << ": " << cards.error().message;
    for (const VCard& card : *cards) {
      EXPECT_NE(model::display_name(card.contact), "") << file;
      for (const auto& [name, value] : fields_of(card.contact)) check_text(value, file);
      EXPECT_EQ(card.note, "") << file;
    }
    for (const auto version : {VCardVersion::V3, VCardVersion::V4}) {
      const auto again = parse_vcards(write_vcards(*cards, version));
      ASSERT_TRUE(again && again->size() == cards->size()) << file;
      for (size_t i = 0; i < cards->size(); ++i)
        EXPECT_EQ(model::to_json(fields_of((*again)[i].contact)),
                  model::to_json(fields_of((*cards)[i].contact)))
            << file;
    }
    count += cards->size();
  }
  std::cout << count << " contacts\n";
}

TEST(Samples, TheMailCorpusIsRead) {
  const char* folder = std::getenv("MAILSYNC_MAIL_CORPUS");
  if (folder == nullptr) GTEST_SKIP() << "MAILSYNC_MAIL_CORPUS names no folder of mails";
  const auto files = files_below(folder, 20'000);
  for (const fs::path& file : files) check_mail(file);
  std::cout << files.size() << " mails\n";
}

}  // namespace
}  // namespace mailsync::format
