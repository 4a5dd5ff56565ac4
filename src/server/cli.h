// The command line: what a person types, and which command it starts. Stable: scripts and the demo build on
// it.
#pragma once

namespace mailsync::server {

// The exit code of the program.
int run_program(int argc, char** argv);

}  // namespace mailsync::server
