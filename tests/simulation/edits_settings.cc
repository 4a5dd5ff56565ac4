// What administrators set, and what users send from the CRM.
#include <array>

#include "tests/simulation/acts.h"

namespace mailsync::sim {
namespace {

template <typename F>
bool with_profile(Rig& rig, Random& random, F what) {
  Seat& seat = any_seat(rig, random);
  what(seat.row.profile);
  rig.save_profile(seat);
  return true;
}

bool change_winner(Rig& rig, Random& random) {
  return with_profile(rig, random, [&](sync::Profile& profile) {
    profile.winner = static_cast<sync::Winner>(random.below(3));
  });
}

bool change_capture(Rig& rig, Random& random) {
  return with_profile(rig, random, [&](sync::Profile& profile) {
    profile.capture_emails = static_cast<sync::Capture>(random.below(4));
  });
}

bool change_conversations(Rig& rig, Random& random) {
  return with_profile(rig, random, [&](sync::Profile& profile) {
    profile.share_whole_conversation = !profile.share_whole_conversation;
  });
}

bool compose(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  Composed mail{.subject = "C" + std::to_string(rig.ledger.composed.size()) + "c " + nasty(random),
                .seat = seat.number,
                .to = {"out" + std::to_string(random.below(9)) + "@side.example"}};
  if (random.below(3) == 0) mail.to.push_back(any_seat(rig, random).row.address);
  crm::OutboxMessage message{.account = Rig::kAccount,
                             .user = seat.row.user,
                             .mailbox = seat.row.id,
                             .client_id = mail.subject,
                             .subject = mail.subject,
                             .html = "<p>" + nasty(random) + "</p>"};
  for (const std::string& to : mail.to) message.to.push_back({.address = to, .name = "To"});
  if (random.below(3) == 0)
    message.attachments.push_back({.name = "a.txt", .content_type = "text/plain", .bytes = "bytes"});
  const auto queued = rig.write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(crm::queue_email(tx, message, rig.now()));
    return {};
  });
  if (!queued) rig.violation("the CRM did not queue an email: " + queued.error().message);
  rig.ledger.composed.push_back(std::move(mail));
  return true;
}

constexpr std::array kEdits = {
    Edit{"profile: who wins", change_winner},
    Edit{"profile: automatic capture", change_capture},
    Edit{"profile: whole conversations", change_conversations},
    Edit{"crm: email composed and sent", compose, 4},
};

}  // namespace

std::span<const Edit> settings_edits() {
  return kEdits;
}

}  // namespace mailsync::sim
