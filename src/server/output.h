// What a command says: words for people, or one JSON object for programs (--json). Errors go to standard
// error in both.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "server/settings.h"

namespace mailsync::server {

// Exit codes of the program, a promise to scripts.
enum class Exit : int {
  Done = 0,
  Failed = 1,  // nothing, or not what was asked for
  Usage = 2,   // the command line or the settings are wrong
  Partly = 3,  // some mailboxes or checks failed, the others are done
};

class Output {
 public:
  explicit Output(bool json);
  bool json() const { return json_; }
  // A person sits in front of standard error: progress may be drawn there.
  bool terminal() const { return terminal_; }

  // The answer of a command: one of the two is printed.
  Exit done(const boost::json::value& answer, std::string_view words, Exit code = Exit::Done);
  Exit failed(const Error& error, Exit code = Exit::Failed);
  Exit wrong(const std::vector<SettingsProblem>& problems);

 private:
  bool json_;
  bool terminal_;
};

// Columns padded to their widest cell; the first row is the heading.
std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace mailsync::server
