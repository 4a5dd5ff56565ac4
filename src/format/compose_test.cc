#include "format/compose.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "format/mime.h"

namespace mailsync::format {
namespace {

model::Email sample() {
  model::Email email;
  email.head.message_id = "m1@x.example";
  email.head.subject = "Grüße, \"€\" and a rather long line that has to be folded somewhere — 日本語 too";
  email.head.from = {"ann@x.example", "Ann, Müller"};
  email.head.to = {{"bob@y.example", "Bob"}, {"c@y.example", ""}};
  email.head.bcc = {{"secret@y.example", ""}};
  email.head.sent_at = Instant::from_iso("2026-11-22T08:59:58Z");
  email.head.importance = "high";
  email.references = {"r0@x.example", "r1@x.example"};
  email.text = "Hello €\nSecond line\n.\nFrom here\n";
  email.html = "<p>Hello € <img src=\"cid:logo@x\"></p>";
  email.attachments = {
      {.name = "logo.png", .content_type = "image/png", .content_id = "logo@x", .is_inline = true},
      {.name = "café \"1\".pdf", .content_type = "application/pdf"}};
  return email;
}
const std::vector<std::string> kContents = {std::string("\0\1\2\xFF\n--=_part_1_=\n", 19), "pdf bytes"};

TEST(ComposeMime, WhatIsWrittenIsReadBack) {
  const auto bytes = compose_mime(sample(), kContents, {.with_bcc = true});
  ASSERT_TRUE(bytes) << bytes.error().message;
  EXPECT_EQ(*bytes, *compose_mime(sample(), kContents, {.with_bcc = true}));
  EXPECT_EQ(std::ranges::count(*bytes, '\n'), std::ranges::count(*bytes, '\r'));
  const auto read = parse_mime(*bytes);
  ASSERT_TRUE(read);
  const auto &head = read->email.head, &wanted = sample().head;
  EXPECT_EQ(head.subject, wanted.subject);
  EXPECT_EQ(head.from, wanted.from);
  EXPECT_EQ(head.to, wanted.to);
  EXPECT_EQ(head.bcc, wanted.bcc);
  EXPECT_EQ(head.sent_at, wanted.sent_at);
  EXPECT_EQ(head.message_id, wanted.message_id);
  EXPECT_EQ(head.importance, "high");
  EXPECT_EQ(read->email.references, sample().references);
  EXPECT_EQ(read->email.text, sample().text);
  EXPECT_EQ(read->email.html, sample().html);
  ASSERT_EQ(read->email.attachments.size(), 2U);
  EXPECT_TRUE(read->email.attachments[0].is_inline);
  EXPECT_EQ(read->attachment_bytes(0), kContents[0]);
  EXPECT_EQ(read->email.attachments[1].name, "café \"1\".pdf");
  EXPECT_EQ(read->attachment_bytes(1), kContents[1]);
  EXPECT_EQ(read->email.note, "");
}

// F8
TEST(ComposeMime, BccIsLeftOutAndMachinesSaySo) {
  model::Email email = sample();
  email.head.is_automatic = true;
  const auto bytes = compose_mime(email, kContents);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->find("secret@y.example"), std::string::npos);
  EXPECT_NE(bytes->find("Auto-Submitted: auto-generated"), std::string::npos);
}

TEST(ComposeMime, NothingGetsIntoAHeaderThatEndsALine) {
  using Change = void (*)(model::Email&, std::string);
  const std::vector<Change> changes = {
      [](model::Email& e, std::string bad) { e.head.subject = bad; },
      [](model::Email& e, std::string bad) { e.head.message_id = bad; },
      [](model::Email& e, std::string bad) { e.head.from.name = bad; },
      [](model::Email& e, std::string bad) { e.head.to[0].address = bad + "@x.example"; },
      [](model::Email& e, std::string bad) { e.references[0] = bad; },
      [](model::Email& e, std::string bad) { e.attachments[1].name = bad; },
      [](model::Email& e, std::string bad) { e.attachments[0].content_id = bad; },
      [](model::Email& e, std::string bad) { e.attachments[1].content_type = bad; },
  };
  for (const Change change : changes)
    for (const std::string& bad :
         {std::string("a\r\nBcc: x"), std::string("a\nb"), std::string("a\rb"), std::string("a\0b", 3)}) {
      model::Email email = sample();
      change(email, bad);
      const auto bytes = compose_mime(email, kContents);
      ASSERT_FALSE(bytes);
      EXPECT_EQ(bytes.error().kind, ErrorKind::ItemInvalid);
    }
  model::Email nobody = sample();
  nobody.head.to[0].address = "no address";
  EXPECT_FALSE(compose_mime(nobody, kContents));
  EXPECT_FALSE(compose_mime(sample(), {}));
}

TEST(ComposeMime, AnySubjectAndTextComeBack) {
  EXPECT_TRUE(rc::check("compose and parse agree", [](const std::string& words, const std::string& body) {
    model::Email email;
    email.head.from = {"a@x.example", "A"};
    std::string subject = "s";
    for (const char c : model::clean_text(words))
      if (static_cast<unsigned char>(c) > ' ' && c != 0x7F) subject += c;
    email.head.subject = subject;
    for (const char c : model::clean_text(body))
      if (c != '\r') email.text += c;
    const auto bytes = compose_mime(email, {});
    RC_ASSERT(bytes.has_value());
    const auto read = parse_mime(*bytes);
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->email.head.subject == subject);
    // A message ends with the end of a line, whether its text did or not.
    const auto trimmed = [](std::string text) {
      while (text.ends_with('\n')) text.pop_back();
      return text;
    };
    RC_ASSERT(trimmed(read->email.text) == trimmed(email.text));
  }));
}

}  // namespace
}  // namespace mailsync::format
