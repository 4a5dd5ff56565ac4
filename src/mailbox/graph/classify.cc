#include "mailbox/graph/classify.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>

#include "mailbox/graph/codec.h"

namespace mailsync::graph {
namespace {

struct Rule {
  std::string_view code;
  ErrorKind kind;
  std::string_view words;           // what happened; the remedy comes from the kind where it is empty
  Trouble trouble = Trouble::None;  // what it is to a whole mailbox
};

constexpr std::string_view kSignIn = "the sign-in is not accepted any more: sign in again";
constexpr std::string_view kNotAllowed =
    "access is denied: an administrator must grant the permission (see the list in the Email Configuration)";
constexpr std::string_view kNoMailbox =
    "this user has no mailbox that Microsoft Graph can reach (its licence was taken away, it was deleted, or "
    "it is not set up yet): sync waits until it has one";
constexpr std::string_view kElsewhere =
    "this mailbox lives on a server that Microsoft Graph does not reach (on-premises): sync waits until it "
    "is "
    "in Microsoft 365, or connect it as an Exchange mailbox";
constexpr std::string_view kUnknownUser = "this user is not known in the tenant: check the address in Users";
constexpr std::string_view kMoving = "the mailbox is being moved to another server: tried again later";
constexpr std::string_view kThrottled =
    "Microsoft 365 asks for fewer requests: continued after the pause it named";
constexpr std::string_view kGone = "the item does not exist any more";
constexpr std::string_view kStale = "the item was changed meanwhile: it is read and merged again";
constexpr std::string_view kCursor =
    "the place in the change list has expired: everything is listed once more";
constexpr std::string_view kInvalid = "Microsoft 365 does not take this item as it is: correct the item";
constexpr std::string_view kOutage = "Microsoft 365 is not available for a moment: tried again later";

// Codes decide before the status: the same code comes with different ones. Compared without case, because
// Graph itself spells SyncStateNotFound both ways.
constexpr std::array kRules = std::to_array<Rule>({
    // Sign-in and permission.
    {"InvalidAuthenticationToken", ErrorKind::LoginNeeded, kSignIn},
    {"AuthenticationError", ErrorKind::LoginNeeded, kSignIn},
    {"TokenNotFound", ErrorKind::LoginNeeded, kSignIn},
    {"unauthenticated", ErrorKind::LoginNeeded, kSignIn},
    {"ExtensionError", ErrorKind::Transient, kOutage},
    {"ErrorAccessDenied", ErrorKind::Forbidden, kNotAllowed},
    {"AccessDenied", ErrorKind::Forbidden, kNotAllowed},
    {"Authorization_RequestDenied", ErrorKind::Forbidden, kNotAllowed},
    {"Forbidden", ErrorKind::Forbidden, kNotAllowed},
    {"ErrorSendAsDenied", ErrorKind::Forbidden,
     "the mailbox may not send with this sender address: an administrator must grant Send As"},
    {"ErrorInsufficientPermissionsInAccessToken", ErrorKind::Forbidden, kNotAllowed},
    {"Authorization_IdentityNotFound", ErrorKind::Forbidden,
     "the application is not known in this tenant: an administrator must consent to it", Trouble::Consent},
    {"ErrorInvalidUser", ErrorKind::SwitchedOff, kUnknownUser, Trouble::MailboxUnknown},
    {"Request_ResourceNotFound", ErrorKind::SwitchedOff, kUnknownUser, Trouble::MailboxUnknown},
    {"ErrorUserNotFound", ErrorKind::SwitchedOff, kUnknownUser, Trouble::MailboxUnknown},
    // The mailbox itself (F134).
    {"MailboxNotEnabledForRESTAPI", ErrorKind::SwitchedOff, kNoMailbox, Trouble::MailboxDisabled},
    {"MailboxNotSupportedForRESTAPI", ErrorKind::SwitchedOff, kElsewhere, Trouble::MailboxMoved},
    {"RESTAPINotEnabledForComponentSharedMailbox", ErrorKind::SwitchedOff, kNoMailbox,
     Trouble::MailboxDisabled},
    {"MailboxNotFound", ErrorKind::SwitchedOff, kNoMailbox, Trouble::MailboxDisabled},
    {"ErrorNonExistentMailbox", ErrorKind::SwitchedOff, kNoMailbox, Trouble::MailboxDisabled},
    {"ErrorMailboxNotEnabledForRESTAPI", ErrorKind::SwitchedOff, kNoMailbox, Trouble::MailboxDisabled},
    {"ErrorMissingEmailAddress", ErrorKind::SwitchedOff,
     "this user has no email address, as users without a licence have none: sync waits until there is one",
     Trouble::NoLicence},
    {"OrganizationFromTenantGuidNotFound", ErrorKind::SwitchedOff,
     "the tenant has no licence for mailboxes (Exchange Online): sync waits until it has one",
     Trouble::NoLicence},
    {"ErrorAccountDisabled", ErrorKind::SwitchedOff,
     "the account is disabled: sync waits until it is enabled", Trouble::AccountDisabled},
    {"ErrorMailboxMoveInProgress", ErrorKind::Transient, kMoving, Trouble::MailboxMoving},
    {"ErrorMailboxStoreUnavailable", ErrorKind::Transient, kOutage},
    {"MailboxInfoStale", ErrorKind::Transient, kMoving, Trouble::MailboxMoving},
    {"ErrorInternalServerTransientError", ErrorKind::Transient, kOutage},
    {"ErrorServerBusy", ErrorKind::Throttled, kThrottled},
    // Throttling (F122, F127).
    {"ApplicationThrottled", ErrorKind::Throttled, kThrottled},
    {"MailboxConcurrency", ErrorKind::Throttled, kThrottled},
    {"TooManyRequests", ErrorKind::Throttled, kThrottled},
    {"activityLimitReached", ErrorKind::Throttled, kThrottled},
    {"ErrorExceededMessageLimit", ErrorKind::Throttled,
     "the mailbox has reached its sending limit: sent later"},
    {"ErrorMessageSubmissionBlocked", ErrorKind::Forbidden,
     "the mailbox is blocked from sending: an administrator must release it in the Microsoft 365 Defender "
     "portal"},
    // Items.
    {"ErrorItemNotFound", ErrorKind::Gone, kGone},
    {"ResourceNotFound", ErrorKind::Gone, kGone},
    {"itemNotFound", ErrorKind::Gone, kGone},
    {"ErrorFolderNotFound", ErrorKind::Gone, "the folder does not exist any more"},
    {"ErrorParentFolderNotFound", ErrorKind::Gone, "the folder does not exist any more"},
    {"ErrorInvalidIdMalformed", ErrorKind::Gone,
     "the server does not know this id: the item is looked for again"},
    {"ErrorInvalidMailboxItemId", ErrorKind::Gone,
     "the server does not know this id: the item is looked for again"},
    {"ErrorIrresolvableConflict", ErrorKind::VersionStale, kStale},
    {"ErrorStaleObject", ErrorKind::VersionStale, kStale},
    {"ErrorConflict", ErrorKind::VersionStale, kStale},
    {"ErrorObjectCorrupt", ErrorKind::ItemInvalid,
     "the item is damaged in the mailbox: open it in Outlook and save it"},
    {"ErrorCorruptData", ErrorKind::ItemInvalid,
     "the item is damaged in the mailbox: open it in Outlook and save it"},
    {"ErrorPropertyValidationFailure", ErrorKind::ItemInvalid, kInvalid},
    {"ErrorInvalidPropertySet", ErrorKind::ItemInvalid, kInvalid},
    {"ErrorInvalidPropertyForOperation", ErrorKind::ItemInvalid, kInvalid},
    {"ErrorInvalidRequest", ErrorKind::ItemInvalid, kInvalid},
    {"ErrorInvalidArgument", ErrorKind::ItemInvalid, kInvalid},
    {"ErrorInvalidRecipients", ErrorKind::ItemInvalid, "a recipient's address is not valid: correct it"},
    {"ErrorMessageSizeExceeded", ErrorKind::ItemInvalid,
     "the message is larger than the mailbox may send: make it smaller"},
    {"RequestBodyRead", ErrorKind::ItemInvalid, kInvalid},
    {"BadRequest", ErrorKind::ItemInvalid, kInvalid},
    {"ErrorOccurrenceCrossingBoundary", ErrorKind::ItemInvalid,
     "an occurrence cannot be moved past its neighbour: choose another day"},
    {"ErrorRecurrenceHasNoOccurrence", ErrorKind::ItemInvalid,
     "the series has no occurrence: correct its rule"},
    {"ErrorCalendarOccurrenceIsDeletedFromRecurrence", ErrorKind::Gone, "this occurrence was cancelled"},
    {"ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange", ErrorKind::Gone,
     "the series has no such occurrence"},
    {"ErrorQuotaExceeded", ErrorKind::ItemInvalid, "the mailbox is full: free some room in it"},
    {"ErrorAttachmentSizeLimitExceeded", ErrorKind::ItemInvalid,
     "an attachment is too large: make it smaller"},
    {"ErrorCannotSendMessage", ErrorKind::ItemInvalid,
     "Microsoft 365 does not send this message: check its recipients"},
    {"ErrorDuplicateTransactionId", ErrorKind::Ambiguous,
     "this item was created by an earlier try: it is looked for"},
    {"ErrorFolderExists", ErrorKind::VersionStale, "a folder of this name exists already: it is read again"},
    // Cursors (F42, F43, F44).
    {"SyncStateNotFound", ErrorKind::CursorLost, kCursor},
    {"SyncStateInvalid", ErrorKind::CursorLost, kCursor},
    {"ErrorInvalidSyncStateData", ErrorKind::CursorLost, kCursor},
    {"resyncRequired", ErrorKind::CursorLost, kCursor},
    {"resyncChangesApplyDifferences", ErrorKind::CursorLost, kCursor},
    {"resyncChangesUploadDifferences", ErrorKind::CursorLost, kCursor},
    {"Directory_ExpiredPageToken", ErrorKind::CursorLost, kCursor},
    // What Graph cannot do.
    {"ErrorCalendarIsOrganizerForAccept", ErrorKind::Unsupported,
     "the organizer cannot answer his own invitation"},
    {"ErrorUnsupportedPropertyDefinition", ErrorKind::Unsupported, "Microsoft 365 cannot store this field"},
    {"NotImplemented", ErrorKind::Unsupported, "Microsoft 365 cannot do this"},
    {"notSupported", ErrorKind::Unsupported, "Microsoft 365 cannot do this"},
});

bool same_word(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (std::tolower(static_cast<unsigned char>(a[i])) != std::tolower(static_cast<unsigned char>(b[i])))
      return false;
  return true;
}

const Rule* rule_for(std::string_view code) {
  for (const Rule& rule : kRules)
    if (same_word(rule.code, code)) return &rule;
  return nullptr;
}

ErrorKind kind_of_status(int status, bool safe, bool has_code) {
  switch (status) {
    case 400:
      // Exchange answers a bare 400 while it fails over (F145).
      return has_code ? ErrorKind::ItemInvalid : ErrorKind::Transient;
    case 401:
      return ErrorKind::LoginNeeded;
    case 403:
      return ErrorKind::Forbidden;
    case 404:
      return ErrorKind::Gone;
    case 405:
    case 501:
      return ErrorKind::Unsupported;
    case 409:
    case 412:
      return ErrorKind::VersionStale;
    case 410:
      return ErrorKind::CursorLost;
    case 413:
    case 415:
    case 422:
      return ErrorKind::ItemInvalid;
    case 423:
      return ErrorKind::Forbidden;
    case 408:
    case 424:
      return ErrorKind::Transient;
    case 429:
    case 509:
      return ErrorKind::Throttled;
    case 507:
      return ErrorKind::ItemInvalid;
    default:
      break;
  }
  if (status >= 500) return safe ? ErrorKind::Transient : ErrorKind::Ambiguous;  // F13, F14
  if (status >= 400) return ErrorKind::ItemInvalid;
  return ErrorKind::Transient;  // a 1xx, 2xx or 3xx that was not expected
}

std::string_view words_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Transient:
      return kOutage;
    case ErrorKind::Throttled:
      return kThrottled;
    case ErrorKind::LoginNeeded:
      return kSignIn;
    case ErrorKind::Forbidden:
      return kNotAllowed;
    case ErrorKind::SwitchedOff:
      return kNoMailbox;
    case ErrorKind::Gone:
      return kGone;
    case ErrorKind::VersionStale:
      return kStale;
    case ErrorKind::CursorLost:
      return kCursor;
    case ErrorKind::ItemInvalid:
      return kInvalid;
    case ErrorKind::Unsupported:
      return "Microsoft 365 cannot do this";
    case ErrorKind::Ambiguous:
      return "the answer was an outage, so the change may have landed: it is looked for first";
    case ErrorKind::Corrupt:
      return "the stored data contradicts itself";
    case ErrorKind::Cancelled:
      return "stopped";
  }
  return kOutage;
}

// "Sun, 22 Nov 2026 13:05:00 GMT" (RFC 9110 section 5.6.7, the preferred form alone).
std::optional<Instant> http_date(std::string_view text) {
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char name[4] = {};
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &day, name, &year, &hour, &minute,
                  &second) != 6)
    return std::nullopt;
  for (size_t i = 0; i < kMonths.size(); ++i)
    if (std::string_view(name) == kMonths[i]) {
      char iso[32];
      std::snprintf(iso, sizeof iso, "%04d-%02zu-%02dT%02d:%02d:%02dZ", year % 10000, i + 1, day % 100,
                    hour % 100, minute % 100, second % 100);
      return Instant::from_iso(iso);
    }
  return std::nullopt;
}

}  // namespace

ErrorKind kind_of(int status, std::string_view code, bool safe) {
  // A full outage outranks the code: "UnknownError" and the like say nothing. Of the listed codes only those
  // that say the request was not carried out keep their meaning on a 5xx answer to a write.
  const Rule* rule = rule_for(code);
  if (!rule) return kind_of_status(status, safe, !code.empty());
  if (status >= 500 && !safe && rule->kind == ErrorKind::Transient) return ErrorKind::Ambiguous;
  // A missing folder or item under a user that exists is 404 with ResourceNotFound; the same words with 401
  // or 403 are about the sign-in.
  if (status == 401) return ErrorKind::LoginNeeded;
  if (status == 410) return ErrorKind::CursorLost;
  return rule->kind;
}

Error classify(const Refusal& refusal, const Asked& asked) {
  const bool safe = asked.method == "GET" || asked.method == "HEAD";
  const Rule* rule = rule_for(refusal.code);
  if (const Rule* inner = rule_for(refusal.inner_code); inner && !rule) rule = inner;
  Error error;
  error.kind = kind_of(refusal.status, rule ? rule->code : refusal.code, safe);
  error.vendor_code = refusal.code.empty() ? "HTTP " + std::to_string(refusal.status) : refusal.code;
  error.request_id = refusal.request_id;
  error.retry_after = refusal.retry_after;
  const bool as_listed = rule && rule->kind == error.kind;
  if (as_listed) error.trouble = rule->trouble;
  const std::string_view words = as_listed ? rule->words : words_of(error.kind);
  if (!asked.what.empty()) error.message = std::string(asked.what) + ": ";
  error.message += words;
  error.message += " (" + error.vendor_code + ")";
  return error;
}

std::optional<Duration> retry_after_of(const net::Headers& headers, Instant now) {
  const auto found = headers.find("Retry-After");
  if (!found) return std::nullopt;
  int64_t seconds = 0;
  const auto [end, failed] = std::from_chars(found->data(), found->data() + found->size(), seconds);
  if (failed == std::errc() && end == found->data() + found->size() && seconds >= 0)
    return std::chrono::seconds(seconds);
  if (const auto when = http_date(*found)) return *when > now ? *when - now : Duration(0);
  return std::nullopt;
}

Refusal refusal_of(int status, const net::Headers& headers, std::string_view body, Instant now) {
  WireError error = read_error(body);
  Refusal out{status,
              std::move(error.code),
              std::move(error.inner_code),
              std::move(error.message),
              std::move(error.request_id),
              retry_after_of(headers, now)};
  if (out.request_id.empty())
    if (const auto id = headers.find("request-id")) out.request_id = std::string(*id);
  return out;
}

}  // namespace mailsync::graph
