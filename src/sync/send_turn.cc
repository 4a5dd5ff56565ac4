// Emails composed in the CRM leave through their owner's mailbox, once. Before anything leaves, "sending" is
// on disk; an entry found in that state, or whose answer was lost, is looked for first and never blindly
// tried again (F13).
#include <algorithm>

#include "sync/decide.h"
#include "sync/outbox.h"
#include "sync/tuning.h"
#include "sync/turn.h"

namespace mailsync::sync {

namespace {

struct Outcome {
  OutboxState state = OutboxState::Pending;
  std::string words;
  std::optional<SentEmail> sent;
  Instant next_try;
};

Task<Result<void>> mark(Context& context, const OutboxEntry& entry, Outcome outcome, Durable durable) {
  Engine& engine = context.engine;
  co_return co_await engine.executor.blocking([&] {
    return engine.store.transact(durable, [&](Transaction& tx) -> Result<void> {
      TRY_VOID(engine.store.check_lease(tx, context.input.lease));
      TRY_VOID(
          engine.outbox->mark(tx, entry.id, outcome.state, outcome.words, outcome.sent, outcome.next_try));
      const std::string key = "send:" + std::to_string(entry.id.value);
      if (outcome.state == OutboxState::Unknown || outcome.state == OutboxState::Failed) {
        return engine.store.open_issue(
            tx, {.mailbox = context.mailbox(),
                 .key = key,
                 .kind = Kind::Email,
                 .record = entry.id,
                 .severity = "error",
                 .title = outcome.state == OutboxState::Unknown ? "It is not known whether an email left"
                                                                : "An email could not be sent",
                 .cause = outcome.words,
                 .effect = "It is not tried again by itself, so that nobody gets it "
                           "twice. Everything else goes on.",
                 .remedy = "Look into the mailbox's Sent folder. If the email is "
                           "not there, send it again from the CRM.",
                 .opened_at = context.now(),
                 .attempts = 1});
      }
      if (outcome.state != OutboxState::Sent) return {};
      TRY_VOID(engine.store.close_issue(tx, context.mailbox(), key));
      JournalEntry done{.mailbox = context.mailbox(),
                        .run = context.run,
                        .kind = Kind::Email,
                        .remote_id = outcome.sent->id,
                        .record = entry.id,
                        .side = JournalEntry::Side::Mailbox,
                        .action = "send",
                        .state = JournalEntry::State::Done,
                        .operation = entry.email.operation,
                        .before = "{}",
                        .after = "{}",
                        .cause = "composed in the CRM",
                        .rule = "a user asked for it",
                        .at = context.now()};
      return engine.store.save_journal(tx, {&done, 1});
    });
  });
}

Outcome sent(SentEmail email) {
  return {.state = OutboxState::Sent, .words = "Sent.", .sent = std::move(email)};
}

Instant later(const Context& context, const OutboxEntry& entry) {
  return context.now() + kParkedRetry * (1 << std::min(entry.attempts, kParkedTries));
}

// What became of a try nobody answered for.
Task<Result<Outcome>> look(Context& context, const OutboxEntry& entry) {
  auto found = co_await context.input.sender->find(entry.email.operation);
  if (!found) {
    if (decide(found.error().kind) == Next::ParkItem || entry.attempts >= kParkedTries)
      co_return Outcome{.state = OutboxState::Unknown,
                        .words = "It is not known whether an email left: " + found.error().message};
    co_return fail(std::move(found).error());
  }
  if (*found) co_return sent(**std::move(found));
  co_return Outcome{.state = OutboxState::Pending, .words = "It has not left; it is sent again."};
}

Task<Result<Outcome>> try_once(Context& context, const OutboxEntry& entry) {
  CO_TRY_VOID(
      co_await mark(context, entry, {.state = OutboxState::Sending, .words = "On its way."}, Durable::Yes));
  auto left = co_await context.input.sender->send(entry.email);
  if (left) co_return sent(*std::move(left));
  const Error error = std::move(left).error();
  switch (decide(error.kind)) {
    case Next::LookFirst:
      co_return co_await look(context, entry);
    case Next::ParkItem:
    case Next::TellAdmin:
    case Next::TakeAsGone:
      co_return Outcome{.state = OutboxState::Failed,
                        .words = "An email could not be sent: " + error.message};
    case Next::TryLater:
    case Next::Wait:
    case Next::AskUser:
    case Next::ParkMailbox:
    case Next::ReadAgain:
    case Next::EnumerateAgain:
    case Next::StopMailbox:
    case Next::GiveUp:
      co_return Outcome{.state = OutboxState::Pending,
                        .words = "Waits to be sent: " + error.message,
                        .next_try = later(context, entry)};
  }
  std::unreachable();
}

}  // namespace

Task<Result<void>> send_turn(Context& context) {
  Engine& engine = context.engine;
  if (!engine.outbox || !context.input.sender) co_return Result<void>{};
  auto due = co_await engine.executor.blocking(
      [&] { return engine.outbox->due(context.mailbox(), context.now(), kCrmPage); });
  if (!due) co_return fail(std::move(due).error());
  for (const OutboxEntry& entry : *due) {
    Outcome outcome{.state = OutboxState::Pending};
    if (entry.state != OutboxState::Pending) {
      CO_TRY(outcome, co_await look(context, entry));
    }
    if (outcome.state == OutboxState::Pending) {
      CO_TRY(outcome, co_await try_once(context, entry));
    }
    CO_TRY_VOID(co_await mark(context, entry, std::move(outcome), Durable::Yes));
  }
  co_return Result<void>{};
}

}  // namespace mailsync::sync
