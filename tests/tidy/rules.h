// The rules of STYLE.md that a program can check. Each takes one file and names every violation as
// "path:line: what".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/source.h"

namespace mailsync::tidy {

using Findings = std::vector<std::string>;

// Include arrows of ARCHITECTURE.md: which folder may include which; Asio and Beast only where the network
// is.
Findings include_arrows(const Source& file);
// Names that say nothing: Manager, Helper, Utils, Processor, common; in identifiers and in paths.
Findings banned_names(const Source& file);
// At most 600 lines in a file of code that a person writes.
Findings file_size(const Source& file);
// At most 70 lines in a C++ function, from its opening brace to its closing one.
Findings function_length(const Source& file);
// No tabs, no blanks at a line's end, a line break at the end of the file.
Findings blanks(const Source& file);
// No marks for work left over: it is done, or it is an issue.
Findings leftover_marks(const Source& file);
// Time and chance come in as Clock and Random: only base, net, server and the lab's main read them.
Findings clock_reads(const Source& file);
// A header opens with a comment that says what it is for.
Findings header_comment(const Source& file);
// A lock file names versions and hashes, never the host that a package came from.
Findings lock_hosts(const Source& file);

// What a file makes the project depend on: packages of cmake/libraries.cmake, packaging/debian-packages.txt,
// package.json.
std::vector<std::string> dependencies_of(const Source& file);
// Every dependency of the file is named in docs/dependencies.md, in backticks.
Findings unexplained_dependencies(const Source& file, std::string_view document);

}  // namespace mailsync::tidy
