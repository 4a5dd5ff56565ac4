#include "schedule/mailbox_issue.h"

#include <array>
#include <utility>

namespace mailsync::schedule {
namespace {

struct Words {
  std::string_view key, severity, title, effect, remedy;
};

constexpr std::string_view kNothingSyncs =
    "This mailbox is not synced until then. What was synced stays on both sides; what changes meanwhile is "
    "caught up with.";
constexpr std::string_view kLate =
    "Changes arrive late on both sides. Nothing is lost, and what waits is carried over afterwards.";

constexpr Words kUnreachable{
    "mailbox:unreachable", "warning", "The mailbox's server does not answer", kLate,
    "Nothing: Mail Sync goes on trying by itself. If it lasts, look at the service's status page, and run "
    "\"mailsync doctor\"."};
constexpr Words kThrottled{"mailbox:throttled", "warning",
                           "The mailbox's server asks for fewer requests, for longer than usual", kLate,
                           "Nothing: Mail Sync keeps to what the server allows and goes on by itself. If it "
                           "lasts for hours, see whether another application is busy in this mailbox."};
constexpr Words kSignIn{"mailbox:sign_in", "error", "The sign-in to the mailbox has ended", kNothingSyncs,
                        "The mailbox's owner signs in again under Preferences > Integration > Mail Sync; for "
                        "access by the application an administrator runs \"mailsync doctor\"."};
constexpr Words kForbidden{
    "mailbox:forbidden", "error", "Mail Sync may not open this mailbox", kNothingSyncs,
    "An administrator grants the missing permission. \"mailsync doctor\" tells which."};
constexpr Words kSwitchedOff{
    "mailbox:switched_off", "warning", "The mailbox is switched off", kNothingSyncs,
    "Nothing, if that was meant: syncing goes on by itself when the mailbox is back. "
    "Nothing was deleted."};
constexpr Words kUnknown{"mailbox:unknown", "error", "There is no mailbox under this address", kNothingSyncs,
                         "Check the address, and whether the user still exists; correct it, or remove the "
                         "mailbox here. Nothing was deleted."};
constexpr Words kStopped{"mailbox:stopped", "error", "Mail Sync has stopped this mailbox by itself",
                         "This mailbox is not synced, so that no harm is done. Other mailboxes go on.",
                         "Report the cause to the makers of Mail Sync; then resume the mailbox."};
constexpr Words kReplaced{"mailbox:replaced", "error", "This address leads to another mailbox than before",
                          "This mailbox is not synced, so that nothing is taken for deleted and nothing "
                          "comes in twice. Everything that "
                          "was synced stays on both sides.",
                          "If the old mailbox comes back, resume syncing. If it was replaced for good, "
                          "remove the mailbox here and add "
                          "it again: it is then matched anew, and nothing is deleted."};
constexpr Words kStorage{"mailbox:storage", "error", "Mail Sync cannot store anything",
                         "No mailbox is synced until there is room. Nothing is lost.",
                         "An administrator frees disk space for the data directory, or makes it writable."};
constexpr Words kCertificate{
    "mailbox:certificate", "error", "The server's certificate is not accepted",
    "This mailbox is not synced: nothing is said to a server that cannot prove who "
    "it is.",
    "An administrator checks the address and the certificate; for an authority of "
    "your own, [network] ca_file names its certificate. \"mailsync doctor\" tells more."};
constexpr Words kConsent{"mailbox:consent", "error", "The consent to Mail Sync is missing or was withdrawn",
                         kNothingSyncs,
                         "An administrator of the tenant consents to the application again (Enterprise "
                         "applications > Permissions); then syncing goes on by itself."};
constexpr Words kCredential{"mailbox:credential", "error",
                            "The application's own secret or certificate is not accepted", kNothingSyncs,
                            "An administrator creates a new secret or uploads the certificate in the app "
                            "registration, and enters it in Mail Sync's settings."};
constexpr Words kPolicy{"mailbox:policy", "error", "A security rule of the tenant blocks the sign-in",
                        kNothingSyncs,
                        "An administrator of the tenant finds the rule in the sign-in log, and exempts the "
                        "application or assigns the user."};
constexpr Words kAccountDisabled{
    "mailbox:account_disabled", "warning", "The user's account is disabled", kNothingSyncs,
    "If the user has left, remove the mailbox here; else an administrator enables "
    "the account, and syncing goes on by itself. Nothing was deleted."};
constexpr Words kNoLicence{
    "mailbox:no_licence", "warning", "A licence for the mailbox is missing", kNothingSyncs,
    "An administrator assigns a licence with a mailbox to the user; syncing goes on by "
    "itself. Nothing was deleted."};
constexpr Words kDisabled{
    "mailbox:disabled", "warning", "The user's mailbox is disabled", kNothingSyncs,
    "An administrator looks into the Exchange admin centre: a licence that was taken "
    "away, a mailbox that was deleted or not yet made. Syncing goes on by itself when it "
    "is back. Nothing was deleted."};
constexpr Words kMoving{"mailbox:moving", "info", "The mailbox is being moved to another server", kLate,
                        "Nothing: syncing goes on by itself when the move is done."};
constexpr Words kMoved{
    "mailbox:moved", "error", "The mailbox was moved out of reach", kNothingSyncs,
    "An administrator connects it by the way that reaches its new server, or moves it back. "
    "Nothing was deleted."};
constexpr Words kConfiguration{"mailbox:configuration", "error",
                               "A setting of Mail Sync names nothing that exists", kNothingSyncs,
                               "An administrator corrects the tenant and the application in the settings; "
                               "\"mailsync doctor\" tells which is wrong."};

constexpr const Words* kAll[] = {&kUnreachable, &kThrottled,  &kSignIn,  &kForbidden,       &kSwitchedOff,
                                 &kUnknown,     &kReplaced,   &kStopped, &kStorage,         &kCertificate,
                                 &kConsent,     &kCredential, &kPolicy,  &kAccountDisabled, &kNoLicence,
                                 &kDisabled,    &kMoving,     &kMoved,   &kConfiguration};

const Words& words_of(Standstill standstill) {
  switch (standstill) {
    case Standstill::Unreachable:
      return kUnreachable;
    case Standstill::Throttled:
      return kThrottled;
    case Standstill::SignIn:
      return kSignIn;
    case Standstill::Forbidden:
      return kForbidden;
    case Standstill::SwitchedOff:
      return kSwitchedOff;
    case Standstill::Unknown:
      return kUnknown;
    case Standstill::Replaced:
      return kReplaced;
    case Standstill::Stopped:
      return kStopped;
    case Standstill::Storage:
      return kStorage;
  }
  std::unreachable();
}

const Words& words_of(Standstill standstill, Trouble trouble) {
  switch (trouble) {
    case Trouble::None:
      return words_of(standstill);
    case Trouble::Certificate:
      return kCertificate;
    case Trouble::SignInEnded:
      return kSignIn;
    case Trouble::Consent:
      return kConsent;
    case Trouble::Credential:
      return kCredential;
    case Trouble::Policy:
      return kPolicy;
    case Trouble::AccountDisabled:
      return kAccountDisabled;
    case Trouble::NoLicence:
      return kNoLicence;
    case Trouble::MailboxDisabled:
      return kDisabled;
    case Trouble::MailboxMoving:
      return kMoving;
    case Trouble::MailboxMoved:
      return kMoved;
    case Trouble::MailboxUnknown:
      return kUnknown;
    case Trouble::Configuration:
      return kConfiguration;
  }
  std::unreachable();
}

}  // namespace

sync::Issue mailbox_issue(Standstill standstill, const Error& error) {
  const Words& words = words_of(standstill, error.trouble);
  return {.key = std::string(words.key),
          .severity = std::string(words.severity),
          .title = std::string(words.title),
          .cause = error.message,
          .effect = std::string(words.effect),
          .remedy = std::string(words.remedy)};
}

std::span<const std::string_view> mailbox_issue_keys() {
  static const auto keys = [] {
    std::array<std::string_view, std::size(kAll)> all;
    for (size_t i = 0; i < all.size(); ++i) all[i] = kAll[i]->key;
    return all;
  }();
  return keys;
}

}  // namespace mailsync::schedule
