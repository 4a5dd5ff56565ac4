// clean_text for a text that is given away.
#pragma once

#include <string>

namespace mailsync::model {

// What clean_text (model/email.h) makes of it; a text that may be kept as it is is not copied.
std::string cleaned(std::string bytes);

}  // namespace mailsync::model
