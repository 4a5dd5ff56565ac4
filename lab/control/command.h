// `mailsync-lab list|show|edit|…`: what a mailbox's owner or the operator does to a running lab, from a
// terminal.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace mailsync::lab {

// Adds the commands. The chosen one runs while `app` parses; afterwards *status is what the process should
// exit with.
void add_commands(CLI::App& app, std::shared_ptr<int> status);

}  // namespace mailsync::lab
