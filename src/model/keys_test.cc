// Keys that are stored, letter by letter. Who changes how one is made must migrate those that are stored, in
// the same release: else everything is imported again after the upgrade (F16).
#include <gtest/gtest.h>

#include "model/contact.h"
#include "model/email.h"
#include "model/meeting.h"

namespace mailsync::model {
namespace {

TEST(StoredKeys, AreMadeAsTheyAlwaysWere_F16) {
  EmailHead head;
  head.message_id = "CAF=x@mail.side.example";
  head.from = {"kim@side.example", "Kim"};
  head.to = {{"ann@ours.example", "Ann"}};
  head.subject = "  Re: the\r\n offer ";
  head.sent_at = Instant::from_iso("2026-11-20T09:00:00Z");
  EXPECT_EQ(email_identity(head), "3d2c27fa16bc3343cb981b2091bfc43a");
  head.message_id.clear();
  EXPECT_EQ(email_identity(head), "5bfda845c8638a7453d52bf6ba0295e4");
  EXPECT_EQ(address_for_matching("MAILTO:Kim+offers@Side.Example"), "kim@side.example");
  EXPECT_EQ(
      series_key("040000008200E00074C5B7101A82E00800000000", "ann@ours.example",
                 When::zoned(*WallTime::from_text("2026-11-26T15:00:00"), "Europe/Berlin")),
      R"(040000008200e00074c5b7101a82e00800000000|ann@ours.example|{"local":"2026-11-26T15:00:00","zone":"Europe/Berlin"})");
  Contact contact;
  contact.given_name = "Kim";
  contact.emails = std::vector<std::string>{"kim@side.example"};
  contact.company = Field<std::string>::cleared();
  EXPECT_EQ(content_hash(Kind::Contact, fields_of(contact)), "affff96ab8b87cb721010afb4ad471a0");
}

}  // namespace
}  // namespace mailsync::model
