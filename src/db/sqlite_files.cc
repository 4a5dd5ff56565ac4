#include "db/sqlite_files.h"

#include <sqlite3.h>

#include <algorithm>
#include <new>
#include <string>

namespace mailsync::db {
namespace {

constexpr size_t kMostPending = size_t{1} << 20;
constexpr size_t kMostAtOnce = 124 << 10;  // unixWrite() of os_unix.c takes below 128 KiB
constexpr int kFrameHead = 24;             // https://www.sqlite.org/fileformat2.html#walformat
constexpr int kWriteLock = 0;              // https://www.sqlite.org/walformat.html: WAL_WRITE_LOCK
constexpr sqlite3_int64 kNowhere = -1;

// A run of bytes that SQLite has written and that is not in the file yet.
class Pending {
 public:
  explicit Pending(sqlite3_file* real) : real_(real) {}
  sqlite3_file* real() const { return real_; }

  int flush() {
    if (bytes_.empty()) return SQLITE_OK;
    int code = SQLITE_OK;
    for (size_t at = 0; at < bytes_.size() && code == SQLITE_OK; at += kMostAtOnce) {
      const size_t size = std::min(kMostAtOnce, bytes_.size() - at);
      code = real_->pMethods->xWrite(real_, bytes_.data() + at, static_cast<int>(size),
                                     start_ + static_cast<sqlite3_int64>(at));
    }
    bytes_.clear();
    return code;
  }
  void drop() { bytes_.clear(); }
  bool empty() const { return bytes_.empty(); }
  bool full() const { return bytes_.size() >= kMostPending; }
  sqlite3_int64 end() const { return start_ + static_cast<sqlite3_int64>(bytes_.size()); }
  bool overlaps(sqlite3_int64 offset, int amount) const {
    return !bytes_.empty() && offset < end() && offset + amount > start_;
  }
  // Only where the run ends, or where there is none.
  int append(const void* data, int amount, sqlite3_int64 offset) {
    try {
      if (bytes_.empty()) start_ = offset;
      bytes_.append(static_cast<const char*>(data), static_cast<size_t>(amount));
    } catch (const std::bad_alloc&) {
      return SQLITE_IOERR_NOMEM;
    }
    return SQLITE_OK;
  }

 private:
  sqlite3_file* real_;
  std::string bytes_;
  sqlite3_int64 start_ = 0;
};

struct Log;

// The database file, written by checkpoints alone, in the order of its pages.
struct Main {
  Pending pending;
  Log* log = nullptr;
};

// The write-ahead log, written frame after frame: 24 bytes of head, then the page.
struct Log {
  Pending pending;
  Main* main = nullptr;
  sqlite3_int64 end = kNowhere;  // where the last write ended
  bool commits = false;          // the frame under way ends a transaction
};

// What SQLite allocates for a file: this, and the real file behind it.
template <typename State>
struct File {
  sqlite3_file base;
  State* state;
  static State& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file)->state; }
};
constexpr int kHead = 16 + static_cast<int>(sizeof(File<Main>) - sizeof(File<Main>) % 16);

sqlite3_file* real_behind(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kHead);
}

int write_main(sqlite3_file* file, const void* data, int amount, sqlite3_int64 offset) {
  Pending& pending = File<Main>::of(file).pending;
  if (!pending.empty() && (pending.full() || offset != pending.end())) {
    if (int code = pending.flush(); code != SQLITE_OK) return code;
  }
  return pending.append(data, amount, offset);
}

int write_log(sqlite3_file* file, const void* data, int amount, sqlite3_int64 offset) {
  Log& log = File<Log>::of(file);
  if (amount == kFrameHead) {
    // Bytes 4 to 7: the size of the database in the last frame of a transaction, else zero.
    const auto* head = static_cast<const unsigned char*>(data);
    log.commits = (head[4] | head[5] | head[6] | head[7]) != 0;
  }
  const bool follows = offset == log.end;
  log.end = offset + amount;
  if (!follows) {
    // The log's own head, the first frame after another program's, or a frame written again: rare, and not
    // gathered.
    int code = log.pending.flush();
    return code != SQLITE_OK ? code
                             : log.pending.real()->pMethods->xWrite(log.pending.real(), data, amount, offset);
  }
  int code = log.pending.append(data, amount, offset);
  const bool leaves = (log.commits && amount != kFrameHead) || log.pending.full();
  if (code == SQLITE_OK && leaves) code = log.pending.flush();
  if (code != SQLITE_OK) log.end = kNowhere;
  return code;
}

template <typename State>
int read(sqlite3_file* file, void* data, int amount, sqlite3_int64 offset) {
  Pending& pending = File<State>::of(file).pending;
  if (pending.overlaps(offset, amount)) {
    if (int code = pending.flush(); code != SQLITE_OK) return code;
  }
  return pending.real()->pMethods->xRead(pending.real(), data, amount, offset);
}

// Everything else sees the file as it is meant to be.
template <typename State>
sqlite3_file* flushed(sqlite3_file* file, int& code) {
  Pending& pending = File<State>::of(file).pending;
  code = pending.flush();
  return pending.real();
}

template <typename State>
int close(sqlite3_file* file) {
  State* state = reinterpret_cast<File<State>*>(file)->state;
  int code = SQLITE_OK;
  if constexpr (std::is_same_v<State, Main>) {
    code = state->pending.flush();
    if (state->log != nullptr) state->log->main = nullptr;
  } else {
    // Only what was never committed is still here.
    if (state->main != nullptr) state->main->log = nullptr;
  }
  sqlite3_file* real = state->pending.real();
  int closed = real->pMethods->xClose(real);
  delete state;
  return code != SQLITE_OK ? code : closed;
}

int lock_shared_memory(sqlite3_file* file, int first, int count, int flags) {
  Main& main = File<Main>::of(file);
  // The writer leaves: what it has not committed must not reach the log when another program writes there.
  if ((flags & SQLITE_SHM_UNLOCK) != 0 && (flags & SQLITE_SHM_EXCLUSIVE) != 0 && first == kWriteLock &&
      main.log != nullptr && !main.log->pending.empty()) {
    main.log->pending.drop();
    main.log->end = kNowhere;
  }
  sqlite3_file* real = main.pending.real();
  return real->pMethods->xShmLock(real, first, count, flags);
}

template <typename State>
sqlite3_io_methods methods() {
  sqlite3_io_methods m{};
  m.iVersion = 2;
  m.xClose = close<State>;
  m.xRead = read<State>;
  m.xTruncate = [](sqlite3_file* file, sqlite3_int64 size) {
    int code;
    sqlite3_file* real = flushed<State>(file, code);
    return code != SQLITE_OK ? code : real->pMethods->xTruncate(real, size);
  };
  m.xSync = [](sqlite3_file* file, int flags) {
    int code;
    sqlite3_file* real = flushed<State>(file, code);
    return code != SQLITE_OK ? code : real->pMethods->xSync(real, flags);
  };
  m.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
    int code;
    sqlite3_file* real = flushed<State>(file, code);
    return code != SQLITE_OK ? code : real->pMethods->xFileSize(real, size);
  };
  m.xLock = [](sqlite3_file* file, int level) {
    sqlite3_file* real = File<State>::of(file).pending.real();
    return real->pMethods->xLock(real, level);
  };
  m.xUnlock = [](sqlite3_file* file, int level) {
    int code;
    sqlite3_file* real = flushed<State>(file, code);
    int unlocked = real->pMethods->xUnlock(real, level);
    return code != SQLITE_OK ? code : unlocked;
  };
  m.xCheckReservedLock = [](sqlite3_file* file, int* held) {
    sqlite3_file* real = File<State>::of(file).pending.real();
    return real->pMethods->xCheckReservedLock(real, held);
  };
  m.xFileControl = [](sqlite3_file* file, int operation, void* argument) {
    sqlite3_file* real = File<State>::of(file).pending.real();
    return real->pMethods->xFileControl(real, operation, argument);
  };
  m.xSectorSize = [](sqlite3_file* file) {
    sqlite3_file* real = File<State>::of(file).pending.real();
    return real->pMethods->xSectorSize(real);
  };
  m.xDeviceCharacteristics = [](sqlite3_file* file) {
    sqlite3_file* real = File<State>::of(file).pending.real();
    return real->pMethods->xDeviceCharacteristics(real);
  };
  return m;
}

sqlite3_io_methods main_methods() {
  sqlite3_io_methods m = methods<Main>();
  m.xWrite = write_main;
  m.xShmLock = lock_shared_memory;
  m.xShmMap = [](sqlite3_file* file, int region, int size, int extend, void volatile** out) {
    sqlite3_file* real = File<Main>::of(file).pending.real();
    return real->pMethods->xShmMap(real, region, size, extend, out);
  };
  m.xShmBarrier = [](sqlite3_file* file) {
    sqlite3_file* real = File<Main>::of(file).pending.real();
    real->pMethods->xShmBarrier(real);
  };
  m.xShmUnmap = [](sqlite3_file* file, int remove) {
    sqlite3_file* real = File<Main>::of(file).pending.real();
    return real->pMethods->xShmUnmap(real, remove);
  };
  return m;
}

sqlite3_io_methods log_methods() {
  sqlite3_io_methods m = methods<Log>();
  m.xWrite = write_log;
  return m;
}

sqlite3_vfs* default_vfs() {
  static sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  return vfs;
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  static const sqlite3_io_methods for_main = main_methods();
  static const sqlite3_io_methods for_log = log_methods();
  sqlite3_vfs* vfs = default_vfs();
  const bool is_main = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  const bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
  if (!is_main && !is_log) return vfs->xOpen(vfs, name, file, flags, out_flags);
  file->pMethods = nullptr;
  sqlite3_file* real = real_behind(file);
  if (int code = vfs->xOpen(vfs, name, real, flags, out_flags); code != SQLITE_OK) return code;
  if (is_main) {
    reinterpret_cast<File<Main>*>(file)->state = new Main{.pending = Pending(real)};
    file->pMethods = &for_main;
    return SQLITE_OK;
  }
  Main& main = File<Main>::of(sqlite3_database_file_object(name));
  main.log = new Log{.pending = Pending(real), .main = &main};
  reinterpret_cast<File<Log>*>(file)->state = main.log;
  file->pMethods = &for_log;
  return SQLITE_OK;
}

}  // namespace

const char* gathering_vfs() {
  static sqlite3_vfs vfs;
  static const char* name = [] {
    // No lock around memory statistics and connections: nobody asks for them, and no connection is shared.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    // What a statement may have to undo stays in memory.
    sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
    vfs = *default_vfs();
    vfs.pNext = nullptr;
    vfs.zName = "mailsync";
    vfs.szOsFile = kHead + default_vfs()->szOsFile;
    vfs.xOpen = open_file;
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK ? vfs.zName : nullptr;
  }();
  return name;
}

}  // namespace mailsync::db
