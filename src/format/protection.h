// Mail whose content only its reader's own program can open: S/MIME and PGP envelopes, rights-managed mail
// (F119). It is kept as it is and marked; nothing of it is read.
#pragma once

#include <string_view>

namespace mailsync::format {

inline constexpr std::string_view kProtectedNote =
    "The message is encrypted or protected (S/MIME, PGP or rights management): it is kept as it is, its "
    "content was not read.";

// By a part's type (parameters may follow it) and file name. multipart/signed is not protected: its text is
// there for everybody, with a signature beside it, also where Exchange shows it as one attachment "smime.p7m"
// (MS-OXOSMIME section 2.1.3). application/pkcs7-mime is, signed or enveloped: its text is inside the blob.
bool is_protected_part(std::string_view content_type, std::string_view name);

}  // namespace mailsync::format
