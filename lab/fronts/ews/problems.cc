// Response codes and Microsoft's words for them.
#include <array>
#include <utility>

#include "lab/fronts/ews/call.h"

namespace mailsync::lab::ews {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 40> kTexts{{
    {"ErrorAccessDenied", "Access is denied. Check credentials and try again."},
    {"ErrorAttachmentSizeLimitExceeded", "The attachment size exceeds the allowable limits."},
    {"ErrorBatchProcessingStopped", "Processing of this batch was stopped by an earlier error."},
    {"ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate"},
    {"ErrorCalendarInvalidTimeZone", "The time zone is not valid."},
    {"ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange", "Occurrence index is out of recurrence range."},
    {"ErrorCannotDeleteObject", "The object cannot be deleted."},
    {"ErrorChangeKeyRequired", "Change key is required for this operation."},
    {"ErrorChangeKeyRequiredForWriteOperations",
     "The change key passed in the request does not match the current "
     "change key for the item."},
    {"ErrorCorruptData", "Data is corrupt."},
    {"ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted."},
    {"ErrorExceededConnectionCount",
     "You have exceeded the available concurrent connections for your account. Try "
     "again once your other requests have completed."},
    {"ErrorFolderExists", "A folder with the specified name already exists."},
    {"ErrorFolderNotFound", "The specified folder could not be found in the store."},
    {"ErrorImpersonateUserDenied", "The account does not have permission to impersonate the requested user."},
    {"ErrorImpersonationFailed", "Exchange Server doesn't support the requested impersonation."},
    {"ErrorInvalidExtendedProperty", "The extended property attribute combination is invalid."},
    {"ErrorInvalidIdMalformed", "Id is malformed."},
    {"ErrorInvalidOperation", "The operation is not valid for this item."},
    {"ErrorInvalidPropertyRequest", "Property is not valid for this object type."},
    {"ErrorInvalidPropertySet", "Property is not valid for this object type."},
    {"ErrorInvalidRecipients", "At least one recipient isn't valid."},
    {"ErrorInvalidRequest", "The request is invalid."},
    {"ErrorInvalidServerVersion", "The specified server version is invalid."},
    {"ErrorInvalidSubscription", "The subscription is not valid."},
    {"ErrorInvalidSyncStateData", "Synchronization state data is corrupt or otherwise invalid."},
    {"ErrorInvalidWatermark", "The watermark used for creating this subscription was not found."},
    {"ErrorIrresolvableConflict",
     "The send or update operation could not be performed because the change key passed in "
     "the request does not match the current change key for the item."},
    {"ErrorItemNotFound",
     "The specified object was not found in the store., The process failed to get the correct "
     "properties."},
    {"ErrorMailboxStoreUnavailable", "The mailbox database is temporarily unavailable."},
    {"ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it."},
    {"ErrorSchemaValidation", "The request failed schema validation."},
    {"ErrorSendMeetingCancellationsRequired",
     "SendMeetingCancellations attribute is required for Calendar items."},
    {"ErrorSendMeetingInvitationsRequired",
     "SendMeetingInvitations attribute is required for Calendar items."},
    {"ErrorSendMeetingInvitationsOrCancellationsRequired",
     "SendMeetingInvitationsOrCancellations attribute is required for Calendar items."},
    {"ErrorMessageDispositionRequired", "MessageDisposition attribute is required for Message items."},
    {"ErrorServerBusy", "The server cannot service this request right now. Try again later."},
    {"ErrorSubscriptionNotFound", "The specified subscription was not found."},
    {"ErrorSyncFolderNotFound", "The folder to synchronize was not found."},
    {"ErrorUnsupportedTimeZone", "The time zone is not supported."},
}};

}  // namespace

Problem problem(std::string_view code) {
  for (auto& [known, text] : kTexts)
    if (known == code) return {.code = std::string(code), .text = std::string(text), .values = {}};
  return {.code = std::string(code), .text = "The request could not be completed.", .values = {}};
}

}  // namespace mailsync::lab::ews
