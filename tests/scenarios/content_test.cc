// Emails that break rules: none stops the others, none is taken for another.
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

constexpr const char* kEmails = "SELECT count(*) FROM crm_email";

TEST(Content, NulAndHalfCharactersStopNothing_F113) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& nul = stage.add_email(ann, "a", true);
  nul.fields["subject"] = json::string(std::string("before\0after", 12));
  nul.fields["body"] =
      json::object{{"contentType", "text"}, {"content", json::string(std::string("x\0y", 3))}};
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  card.fields["personalNotes"] = json::string(std::string("no\0tes", 6));
  card.fields["surname"] = json::string("Card \xED\xA0\xBD");  // a lone surrogate, as UTF-8 must not have it
  stage.add_email(ann, "c", true);
  stage.settle();
  EXPECT_EQ(stage.count(kEmails), 2);
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).size(), 1U);
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue"), 0);
}

TEST(Content, EmailsWithoutMessageIdAreToldApart_F18) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& bob = stage.connect("bob@ours.example", "Bob");
  const auto without = [&](lab::Mailbox& mailbox, const std::string& subject, const char* sent,
                           const char* id) {
    auto& mail = stage.add_email(mailbox, subject, true);
    mail.fields["sentDateTime"] = sent;
    mail.fields["toRecipients"] =
        json::array{json::object{{"emailAddress", {{"address", "all@ours.example"}}}}};
    if (id)
      mail.fields["internetMessageId"] = id;
    else
      mail.fields.erase("internetMessageId");
  };
  without(ann, "one", "2026-11-20T10:00:00Z", nullptr);
  without(ann, "two", "2026-11-20T10:01:00Z", nullptr);
  without(ann, "three", "2026-11-20T10:02:00Z", "");
  without(bob, "one", "2026-11-20T10:00:00Z", nullptr);  // the same email in another mailbox
  stage.settle();
  EXPECT_EQ(stage.count(kEmails), 3);
  EXPECT_EQ(stage.count("SELECT count(*) FROM link"), 4);
}

TEST(Content, OneMessageIdOnTwoDifferentEmailsIsTwoEmails_F19) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& one = stage.add_email(ann, "invoice 1", true);
  auto& other = stage.add_email(ann, "invoice 2", true);
  one.fields["internetMessageId"] = other.fields["internetMessageId"] = "<the-same@robot>";
  one.fields["sentDateTime"] = "2026-11-20T10:00:00Z";
  other.fields["sentDateTime"] = "2026-11-21T10:00:00Z";
  stage.settle();
  EXPECT_EQ(stage.count(kEmails), 2);
  EXPECT_EQ(stage.count("SELECT count(*) FROM link"), 2);
}

// Two copies of one email in one mailbox: in the folder of a list, and in the Inbox.
TEST(Content, TwoCopiesInOneMailboxAreOneRecord_F19_F74) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& list =
      stage.world.add_container(ann, lab::ContainerKind::MailFolder, "List", ann.well_known("inbox")->number);
  auto& one = stage.add_email(ann, "to the list and to me", true);
  stage.world.add(ann, lab::IdKind::Message, list.number, one.fields, stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.count(kEmails), 1);
  EXPECT_EQ(stage.count("SELECT count(*) FROM link"), 2);
}

}  // namespace
}  // namespace mailsync::scenario
