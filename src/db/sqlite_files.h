// SQLite's files with fewer system calls. SQLite writes each page of a transaction to its log with two calls,
// and each page of a checkpoint with one, after it has read it from the log with another; here pages that
// follow one another in the file leave in one call of up to 1 MiB, and come from the log 64 KiB at a time.
//
// What is durable when does not change: a transaction is in the log before its commit is announced to readers
// (its last frame says that it is the last), and everything is in the file before the file is synced.
#pragma once

namespace mailsync::db {

// Name of the SQLite VFS (https://www.sqlite.org/vfs.html); registers it, and sets SQLite up for a program
// that gives each connection to one thread at a time, the first time it is called. nullptr: not to be had,
// use the default.
const char* gathering_vfs();

}  // namespace mailsync::db
