#include <algorithm>

#include "mailbox/graph/replica.h"

namespace mailsync::graph {

using model::Kind;
using sync::RemoteItem;

Task<Result<sync::ChangePage>> Replica::mail_changes(sync::Collection collection, FeedCursor cursor) {
  CO_TRY(auto page, co_await client_->messages_delta(collection.id, cursor.link));
  sync::ChangePage out;
  for (const WireMessage& message : last_of_each(std::move(page.items))) {
    sync::Change change;
    if (message.removed) {
      change.presence = sync::Presence::Removed;
      change.item.kind = Kind::Email;
      change.item.id = RemoteId{message.id};
    } else if (message.is_draft) {
      continue;  // never reported (F23)
    } else {
      change.item = item_of(message, options_.profile.category);
    }
    change.item.container = collection.id;
    out.changes.push_back(std::move(change));
  }
  CO_TRY_VOID(follow_links(page, std::move(cursor), out));
  co_return out;
}

Task<std::vector<Result<model::Email>>> Replica::fetch_emails(std::vector<RemoteId> ids) {
  // A batch at a time, so that no more than 20 bodies are held twice.
  constexpr size_t kAtOnce = 20;
  std::vector<Result<model::Email>> out;
  out.reserve(ids.size());
  for (size_t at = 0; at < ids.size(); at += kAtOnce) {
    std::vector<BatchStep> steps;
    for (size_t i = at; i < std::min(ids.size(), at + kAtOnce); ++i) {
      BatchStep step;
      step.url = client_->message_path(ids[i].value, true);
      step.headers.add("Prefer", "IdType=\"ImmutableId\"");
      steps.push_back(std::move(step));
    }
    for (const auto& answer : co_await client_->read_all(std::move(steps), "Reading emails")) {
      const auto members = answer ? answer->body.if_object() : std::nullopt;
      if (members)
        out.push_back(email_of(read_message(*members)));
      else if (answer)
        // For this email alone: one that never comes must not hold up the mailbox (F62).
        out.push_back(fail(ErrorKind::ItemInvalid,
                           "Microsoft 365 answered without the email; it is asked for again later."));
      else
        out.push_back(fail(answer.error()));
    }
  }
  co_return out;
}

// One conversation's emails in any folder, first page by first page in batches; then what hangs on longer
// ones.
Task<std::vector<Result<std::vector<RemoteItem>>>> Replica::conversations(std::vector<std::string> ids) {
  std::vector<Result<std::vector<RemoteItem>>> out;
  if (const auto known = co_await folders(); !known)
    co_return std::vector<Result<std::vector<RemoteItem>>>(ids.size(), fail(known.error()));
  std::vector<BatchStep> steps;
  for (const std::string& id : ids) {
    BatchStep step;
    step.url = client_->conversation_path(id);
    step.headers.add("Prefer", "IdType=\"ImmutableId\"");
    steps.push_back(std::move(step));
  }
  const auto answers = co_await client_->read_all(std::move(steps), "Reading conversations");
  for (const auto& answer : answers) {
    if (!answer) {
      out.push_back(fail(answer.error()));
      continue;
    }
    out.push_back(co_await rest_of_conversation(answer->body));
  }
  co_return out;
}

Task<Result<std::vector<RemoteItem>>> Replica::rest_of_conversation(JsonDocument first) {
  // A conversation of thousands of emails is a machine's: its first thousand will do.
  constexpr int kPages = 10;
  const auto members = first.if_object();
  if (!members) co_return fail(ErrorKind::ItemInvalid, "Microsoft 365 answered without the conversation.");
  auto page = page_in<WireMessage>(*members, read_message);
  std::vector<RemoteItem> out;
  for (int pages = 1;; ++pages) {
    for (const WireMessage& message : page.items) {
      if (message.is_draft) continue;
      RemoteItem item = item_of(message, options_.profile.category);
      place(item);
      judge_place(item);
      if (sync::presence_of(item) == sync::Presence::Present) out.push_back(std::move(item));
    }
    if (page.next_link.empty() || pages >= kPages) co_return out;
    CO_TRY(page, co_await client_->messages_at(page.next_link));
  }
}

Task<Result<Version>> Replica::mark_email(std::string id, bool marked) {
  CO_TRY(const WireMessage now, co_await client_->message_head(id));
  const auto wanted = with_category(now.categories, options_.profile.category, marked);
  if (wanted == now.categories) co_return Version{now.change_key};
  CO_TRY(const WireMessage stored,
         co_await client_->patch_message(id, write_categories(wanted), now.change_key));
  co_return Version{stored.change_key};
}

}  // namespace mailsync::graph
