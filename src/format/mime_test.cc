#include "format/mime.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mailsync::format {
namespace {

std::string crlf(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return out;
}

ParsedEmail parsed(std::string_view text) {
  auto out = parse_mime(crlf(text));
  EXPECT_TRUE(out) << out.error().message;
  return out ? *std::move(out) : ParsedEmail();
}

constexpr std::string_view kFull =
    R"(Received: from a by b; Sun, 22 Nov 2026 10:00:05 +0100
From: =?utf-8?Q?Ann_M=C3=BCller?= <Ann@X.example>
To: Bob <bob@y.example>, team: c@y.example, d@y.example;
Subject: =?iso-8859-1?Q?Gr=FC=DFe_=80?=
Date: Sun, 22 Nov 2026 09:59:58 +0100
Message-ID: <one@x.example>
References: <root@x.example> <zero@x.example>
In-Reply-To: <root@x.example>
Importance: High
Sensitivity: Company-Confidential
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="m"

prologue
--m
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8

Hello =?
--a
Content-Type: multipart/related; boundary="r r"

--r r
Content-Type: text/html; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

<p>Hello =80 <img src=3D"CID:logo%40x"></p>
--r r
Content-Type: image/png; name="logo.png"
Content-ID: <logo@x>
Content-Disposition: attachment
Content-Transfer-Encoding: base64

AAEC
--r r--
--a--
--m
Content-Type: application/pdf
Content-Disposition: inline; filename*=utf-8''caf%C3%A9.pdf
Content-ID: <other@x>
Content-Transfer-Encoding: base64

AAECAw==
--m
Content-Type: message/rfc822

Subject: inner
From: z@z.example

Inner text
--m--
)";

TEST(ParseMime, ReadsHeadTextsAndAttachments) {
  const ParsedEmail mail = parsed(kFull);
  const auto& head = mail.email.head;
  EXPECT_EQ(head.from, (model::Address{"ann@x.example", "Ann Müller"}));
  ASSERT_EQ(head.to.size(), 3U);
  EXPECT_EQ(head.to[2].address, "d@y.example");
  EXPECT_EQ(head.subject, "Grüße €");
  EXPECT_EQ(head.message_id, "one@x.example");
  EXPECT_EQ(head.sent_at->to_iso(), "2026-11-22T08:59:58Z");
  EXPECT_EQ(head.received_at->to_iso(), "2026-11-22T09:00:05Z");
  EXPECT_EQ(head.importance, "high");
  EXPECT_TRUE(head.is_private);
  EXPECT_FALSE(head.is_automatic);
  EXPECT_TRUE(head.has_attachments);
  EXPECT_EQ(mail.email.references, (std::vector<std::string>{"zero@x.example", "root@x.example"}));
  EXPECT_EQ(mail.email.text, "Hello =?");
  EXPECT_EQ(mail.email.html, "<p>Hello € <img src=\"CID:logo%40x\"></p>");
  EXPECT_EQ(mail.email.note, "");
  ASSERT_EQ(mail.email.attachments.size(), 3U);
  EXPECT_TRUE(mail.email.attachments[0].is_inline);
  EXPECT_EQ(mail.email.attachments[0].name, "logo.png");
  EXPECT_EQ(mail.attachment_bytes(0), std::string("\0\1\2", 3));
  EXPECT_FALSE(mail.email.attachments[1].is_inline);  // nothing refers to it (F117)
  EXPECT_EQ(mail.email.attachments[1].name, "café.pdf");
  EXPECT_EQ(mail.email.attachments[1].size, 4);
  EXPECT_EQ(mail.email.attachments[2].name, "inner.eml");
  EXPECT_EQ(mail.email.attachments[2].content_type, "message/rfc822");
  EXPECT_NE(mail.attachment_bytes(2).find("Inner text"), std::string::npos);
}

// F8
TEST(ParseMime, MachinesAndListsAreAutomatic) {
  const auto automatic = [](std::string_view header) {
    return parsed(std::string(header) + "\nFrom: a@x.example\n\nx\n").email.head.is_automatic;
  };
  for (const char* header : {"Auto-Submitted: auto-replied", "Precedence: Bulk", "List-Id: <l.x.example>",
                             "Return-Path: <>", "Content-Type: multipart/report; boundary=x"})
    EXPECT_TRUE(automatic(header)) << header;
  for (const char* header :
       {"Auto-Submitted: no", "X-Auto-Response-Suppress: All", "Return-Path: <a@x.example>"})
    EXPECT_FALSE(automatic(header)) << header;
}

// F119
TEST(ParseMime, ProtectedMailIsKeptAndNotRead) {
  const ParsedEmail mail = parsed(
      "From: a@x.example\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n"
      "Content-Transfer-Encoding: base64\n\nAAEC\n");
  EXPECT_TRUE(mail.email.head.is_protected);
  EXPECT_EQ(mail.email.text, "");
  EXPECT_NE(mail.email.note, "");
  ASSERT_EQ(mail.email.attachments.size(), 1U);
  EXPECT_TRUE(
      parsed("From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee attachment\n--b\n"
             "Content-Type: application/x-microsoft-rpmsg-message; name=message.rpmsg\n\nx\n--b--\n")
          .email.head.is_protected);
}

TEST(ParseMime, ListFootersBelongToTheText) {
  const ParsedEmail mail = parsed(
      "From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
      "text/html\n\n<b>Body</b>\n--b\n"
      "Content-Type: text/plain\n\n1 < 2\n--b\nContent-Type: text/plain; name=notes.txt\n\nnotes\n--b--\n");
  EXPECT_EQ(mail.email.text, "Body\n1 < 2");
  EXPECT_EQ(mail.email.html, "<b>Body</b><pre>1 &lt; 2</pre>");
  ASSERT_EQ(mail.email.attachments.size(), 1U);
  EXPECT_EQ(mail.attachment_bytes(0), "notes");
}

TEST(ParseMime, BrokenMailIsReadAsFarAsItGoes) {
  const ParsedEmail raw = parsed(
      "Subject: caf\xE9\nFrom: M\xFCller <m@x.example>\nContent-Type: text/plain; "
      "charset=foo\n\ngr\xFC\xDF\n");
  EXPECT_EQ(raw.email.head.subject, "café");
  EXPECT_EQ(raw.email.head.from.name, "Müller");
  EXPECT_EQ(raw.email.text, "grüß\n");
  EXPECT_NE(raw.email.note.find("character set"), std::string::npos);

  const auto nul = parse_mime(std::string_view("Subject: a\0b\nFrom: a@x.example\n\nx\0y\xFF", 36));
  ASSERT_TRUE(nul);
  EXPECT_EQ(nul->email.head.subject, "a b");
  EXPECT_EQ(nul->email.text.find('\0'), std::string::npos);

  const ParsedEmail open = parsed(
      "From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\nContent-Type: "
      "image/png\n\nhalf");
  EXPECT_EQ(open.email.text, "first");
  EXPECT_EQ(open.email.attachments.size(), 1U);
  EXPECT_NE(open.email.note.find("damaged"), std::string::npos);

  EXPECT_EQ(
      parsed("From: a@x.example\nContent-Type: multipart/mixed\n\nno boundary\n").email.head.from.address,
      "a@x.example");
  EXPECT_NE(parsed("just some words").email.text.find("just some words"), std::string::npos);
  EXPECT_NE(parsed("just some words").email.note, "");
  EXPECT_NE(parsed("").email.note, "");
}

// F62
TEST(ParseMime, BombsAreRefusedWithWords) {
  const auto refused = [](const std::string& text, const MimeLimits& limits = {}) {
    const auto out = parse_mime(text, limits);
    return !out && out.error().kind == ErrorKind::ItemInvalid && out.error().message.size() > 20;
  };
  std::string many = "From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 1001; ++i) many += "--b\n\nx\n";
  EXPECT_TRUE(refused(many));
  std::string encoded = "From: a@x.example\nContent-Type: multipart/mixed; boundary*=utf-8''b\n\n";
  for (int i = 0; i < 1001; ++i) encoded += "--b\n\nx\n";
  EXPECT_TRUE(refused(encoded));
  for (const int depth : {60, 900, 20'000}) {
    std::string deep = "From: a@x.example\n";
    for (int i = 0; i < depth; ++i)
      deep += "Content-Type: multipart/mixed; boundary=" + std::to_string(i) + "\n\n--" + std::to_string(i) +
              "\n";
    EXPECT_TRUE(refused(deep)) << depth;
  }
  std::string people = "From: a@x.example\nTo: ";
  for (int i = 0; i < 10'001; ++i) people += "a@x.example,\n ";
  EXPECT_TRUE(refused(people + "\n\nx"));
  EXPECT_TRUE(refused("Subject: " + std::string(2 << 20, 'x') + "\n\nx"));
  EXPECT_TRUE(refused(std::string(2000, 'x'), {.bytes = 1000}));
  std::string embedded;
  for (int i = 0; i < 20'000; ++i) embedded += "Content-Type: message/rfc822\n\n";
  static_cast<void>(parse_mime("From: a@x.example\n" + embedded));  // must end, whatever comes of it
}

TEST(ParseMime, LongTextsAreCutAndNoted) {
  const auto mail = parse_mime("From: a@x.example\n\n" + std::string(3000, 'x'), {.text_bytes = 1000});
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->email.text.size(), 1000U);
  EXPECT_NE(mail->email.note, "");
}

}  // namespace
}  // namespace mailsync::format
