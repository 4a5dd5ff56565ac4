#include "format/mime_head.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <optional>

#include "format/gmime_objects.h"
#include "format/header_words.h"

namespace mailsync::format {
namespace {

constexpr size_t kMostReferences = 200;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// The first header of that name, as it stands, or nothing.
const std::string* raw(const RawHeaders& headers, std::string_view name) {
  const auto found =
      std::ranges::find_if(headers, [&](const auto& header) { return same_name(header.first, name); });
  return found == headers.end() ? nullptr : &found->second;
}

std::string words(const RawHeaders& headers, std::string_view name) {
  const std::string* value = raw(headers, name);
  return value == nullptr ? "" : header_text(*value);
}

std::optional<Instant> instant_in(std::string_view raw_date) {
  const std::string text = header_text(raw_date);
  const std::unique_ptr<GDateTime, decltype(&g_date_time_unref)> date(
      g_mime_utils_header_decode_date(text.c_str()), &g_date_time_unref);
  if (!date) return std::nullopt;
  return Instant{g_date_time_to_unix(date.get()) * 1'000'000};
}

std::string message_id(const RawHeaders& headers) {
  const std::string* value = raw(headers, "Message-ID");
  if (value == nullptr) return {};
  std::vector<std::string> ids;
  add_message_ids(*value, ids, 1);
  if (!ids.empty()) return ids.front();
  std::string bare;  // some senders forget the brackets
  for (const char c : header_text(*value))
    if (c != '<' && c != '>' && c != ' ') bare += c;
  return bare;
}

// Headers whose presence alone says that a machine wrote.
constexpr std::array<std::string_view, 6> kMarks = {"List-Id",     "List-Unsubscribe", "List-Post",
                                                    "X-Autoreply", "X-Autorespond",    "X-Auto-Reply"};
constexpr std::array<std::string_view, 7> kOthersLookedAt = {"Auto-Submitted", "Precedence", "Return-Path",
                                                             "Content-Type",   "References", "In-Reply-To",
                                                             "Sensitivity"};

// Importance (RFC 2156), or what older programs write instead.
std::string importance(const RawHeaders& headers) {
  std::string named = lower(words(headers, "Importance"));
  if (named == "high" || named == "low") return named;
  if (!named.empty()) return "normal";
  const std::string priority = words(headers, "X-Priority");
  if (priority.starts_with('1') || priority.starts_with('2')) return "high";
  if (priority.starts_with('4') || priority.starts_with('5')) return "low";
  return "normal";
}

}  // namespace

bool is_automatic(const RawHeaders& headers) {
  const std::string submitted = lower(words(headers, "Auto-Submitted"));
  if (!submitted.empty() && submitted != "no" && !submitted.starts_with("no;") &&
      !submitted.starts_with("no "))
    return true;
  const std::string precedence = lower(words(headers, "Precedence"));
  if (precedence == "bulk" || precedence == "list" || precedence == "junk" || precedence == "auto_reply")
    return true;
  if (std::ranges::any_of(kMarks, [&](std::string_view name) { return raw(headers, name) != nullptr; }))
    return true;
  if (words(headers, "Return-Path") == "<>") return true;
  return lower(words(headers, "Content-Type")).starts_with("multipart/report");
}

bool is_looked_at(std::string_view name) {
  const auto same = [name](std::string_view known) {
    return known.size() == name.size() && same_name(known, name);
  };
  return std::ranges::any_of(kMarks, same) || std::ranges::any_of(kOthersLookedAt, same);
}

Result<model::EmailHead> head_of(const RawHeaders& headers, const MimeLimits& limits) {
  model::EmailHead head;
  size_t left = limits.addresses + 1;
  const auto addresses = [&](std::string_view name) {
    std::vector<model::Address> out;
    for (const auto& [key, value] : headers) {
      if (!same_name(key, name)) continue;
      for (model::Address& address : header_addresses(value, left)) {
        out.push_back(std::move(address));
        --left;
      }
    }
    return out;
  };
  const auto first = [](std::vector<model::Address> list) {
    return list.empty() ? model::Address{} : std::move(list.front());
  };
  head.from = first(addresses("From"));
  head.sender = first(addresses("Sender"));
  head.to = addresses("To");
  head.cc = addresses("Cc");
  head.bcc = addresses("Bcc");
  head.reply_to = addresses("Reply-To");
  if (left == 0)
    return fail(ErrorKind::ItemInvalid, "the message names more than " + std::to_string(limits.addresses) +
                                            " people, so it was not read; it stays in its mailbox");
  head.message_id = message_id(headers);
  head.subject = words(headers, "Subject");
  if (const std::string* date = raw(headers, "Date")) head.sent_at = instant_in(*date);
  if (const std::string* received = raw(headers, "Received"))
    if (const size_t semicolon = received->rfind(';'); semicolon != std::string::npos)
      head.received_at = instant_in(std::string_view(*received).substr(semicolon + 1));
  head.is_draft = words(headers, "X-Unsent") == "1";
  const std::string sensitivity = lower(words(headers, "Sensitivity"));
  head.is_private = !sensitivity.empty() && sensitivity != "normal";
  head.is_automatic = is_automatic(headers);
  head.importance = importance(headers);
  return head;
}

std::vector<std::string> references_of(const RawHeaders& headers) {
  std::vector<std::string> out;
  if (const std::string* value = raw(headers, "References")) add_message_ids(*value, out, kMostReferences);
  if (const std::string* value = raw(headers, "In-Reply-To")) add_message_ids(*value, out, out.size() + 1);
  return out;
}

}  // namespace mailsync::format
