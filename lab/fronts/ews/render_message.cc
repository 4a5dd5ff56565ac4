// t:MessageType: what a message has beyond any item.
#include "lab/fronts/ews/base64.h"
#include "lab/fronts/ews/render.h"

namespace mailsync::lab::ews {
namespace {

void put_single(ItemView& view, const char* name, std::string_view field) {
  auto* recipient = view.fields.if_contains(field);
  if (!recipient || address_of(*recipient).empty()) return;
  put_mailbox(add(view.out, name), *recipient);
}

std::string topic_of(std::string_view subject) {
  for (std::string_view prefix : {"RE: ", "Re: ", "FW: ", "Fw: ", "FWD: ", "Fwd: ", "AW: ", "WG: "})
    if (subject.starts_with(prefix)) return topic_of(subject.substr(prefix.size()));
  return std::string(subject);
}

constexpr auto kOld = Version::E2007;
constexpr Property kMessage[] = {
    {"message:Sender", kAll, kOld, [](ItemView& v) { put_single(v, "t:Sender", "sender"); }},
    {"message:ToRecipients", kDefault | kGetOnly, kOld,
     [](ItemView& v) { put_recipients(v.out, "t:ToRecipients", array_of(v.fields, "toRecipients")); }},
    {"message:CcRecipients", kDefault | kGetOnly, kOld,
     [](ItemView& v) { put_recipients(v.out, "t:CcRecipients", array_of(v.fields, "ccRecipients")); }},
    {"message:BccRecipients", kDefault | kGetOnly, kOld,
     [](ItemView& v) { put_recipients(v.out, "t:BccRecipients", array_of(v.fields, "bccRecipients")); }},
    {"message:IsReadReceiptRequested", kAll, kOld,
     [](ItemView& v) {
       add(v.out, "t:IsReadReceiptRequested", flag_of(v.fields, "isReadReceiptRequested"));
     }},
    {"message:IsDeliveryReceiptRequested", kAll, kOld,
     [](ItemView& v) {
       add(v.out, "t:IsDeliveryReceiptRequested", flag_of(v.fields, "isDeliveryReceiptRequested"));
     }},
    {"message:ConversationIndex", kAll, kOld,
     [](ItemView& v) {
       // The world's index is no base64 of its own; any bytes that stay the same will do.
       if (auto index = text_of(v.fields, "conversationIndex"); !index.empty())
         add(v.out, "t:ConversationIndex", to_base64(index));
     }},
    {"message:ConversationTopic", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:ConversationTopic", topic_of(text_of(v.fields, "subject"))); }},
    {"message:From", kDefault, kOld, [](ItemView& v) { put_single(v, "t:From", "from"); }},
    {"message:InternetMessageId", kDefault, kOld,
     [](ItemView& v) {
       if (auto id = text_of(v.fields, "internetMessageId"); !id.empty())
         add(v.out, "t:InternetMessageId", id);
     }},
    {"message:IsRead", kDefault, kOld,
     [](ItemView& v) { add(v.out, "t:IsRead", flag_of(v.fields, "isRead")); }},
    {"message:IsResponseRequested", kNamed, kOld,
     [](ItemView& v) { add(v.out, "t:IsResponseRequested", false); }},
    {"message:References", kAll, kOld,
     [](ItemView& v) {
       if (auto* headers = array_of(v.fields, "internetMessageHeaders"))
         for (auto& header : *headers)
           if (auto* h = header.if_object(); h && same_address(text_of(*h, "name"), "References"))
             return void(add(v.out, "t:References", text_of(*h, "value")));
     }},
    {"message:ReplyTo", kAll | kGetOnly, kOld,
     [](ItemView& v) { put_recipients(v.out, "t:ReplyTo", array_of(v.fields, "replyTo")); }},
};

}  // namespace

const std::span<const Property> kMessageProperties = kMessage;

}  // namespace mailsync::lab::ews
