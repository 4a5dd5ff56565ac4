#include "db/sqlite_files.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <type_traits>

namespace mailsync::db {
namespace {

constexpr size_t kMostPending = size_t{1} << 20;
constexpr size_t kMostAtOnce = 124 << 10;  // unixWrite() of os_unix.c takes below 128 KiB
constexpr int kFrameHead = 24;             // https://www.sqlite.org/fileformat2.html#walformat
constexpr int kWriteLock = 0;              // https://www.sqlite.org/walformat.html: WAL_WRITE_LOCK
constexpr int kCheckpointLock = 1;         // WAL_CKPT_LOCK
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

// What a checkpoint reads of the log: page after page of the database, most of which lie one behind the other
// in the log too, because a transaction writes its pages in their order. So much more is read at once. Only
// while the lock for checkpoints is held, or that of the whole file: until it is given back, nobody writes
// over what a checkpoint reads.
class Ahead {
 public:
  void begin() { active_ = true; }
  void end() { *this = {}; }

  int read(sqlite3_file* real, void* data, int amount, sqlite3_int64 offset) {
    if (!active_) return real->pMethods->xRead(real, data, amount, offset);
    if (!holds(offset, amount) && follows(offset, amount)) fill(real, offset);
    if (holds(offset, amount)) {
      std::memcpy(data, bytes_.data() + (offset - start_), static_cast<size_t>(amount));
      return SQLITE_OK;
    }
    last_ = offset + amount;
    return real->pMethods->xRead(real, data, amount, offset);
  }

 private:
  static constexpr size_t kAtOnce = size_t{64} << 10;
  static constexpr sqlite3_int64 kNear = 32 << 10;  // a few pages that a later transaction wrote again

  bool holds(sqlite3_int64 offset, int amount) const {
    return !bytes_.empty() && offset >= start_ && offset + amount <= end_of_bytes();
  }
  bool follows(sqlite3_int64 offset, int amount) const {
    const auto goes_on = [=](sqlite3_int64 end) { return offset > end - amount && offset <= end + kNear; };
    return goes_on(last_) || (!bytes_.empty() && goes_on(end_of_bytes()));
  }
  sqlite3_int64 end_of_bytes() const { return start_ + static_cast<sqlite3_int64>(bytes_.size()); }
  // Nothing where the file ends before: then what is asked for is read alone.
  void fill(sqlite3_file* real, sqlite3_int64 offset) {
    try {
      bytes_.resize(kAtOnce);
    } catch (const std::bad_alloc&) {
      bytes_.clear();
      return;
    }
    start_ = offset;
    if (real->pMethods->xRead(real, bytes_.data(), static_cast<int>(kAtOnce), offset) != SQLITE_OK)
      bytes_.clear();
  }

  bool active_ = false;
  std::string bytes_;
  sqlite3_int64 start_ = 0;
  sqlite3_int64 last_ = kNowhere;  // where the last read of its own ended
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
  Ahead ahead;
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
  if constexpr (std::is_same_v<State, Log>)
    return File<Log>::of(file).ahead.read(pending.real(), data, amount, offset);
  else
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

// The last connection that closes takes the whole file for itself, and then needs no lock for its checkpoint.
int lock_alone(sqlite3_file* file, int level) {
  Main& main = File<Main>::of(file);
  sqlite3_file* real = main.pending.real();
  const int code = real->pMethods->xLock(real, level);
  if (code == SQLITE_OK && level == SQLITE_LOCK_EXCLUSIVE && main.log != nullptr) main.log->ahead.begin();
  return code;
}

int lock_shared_memory(sqlite3_file* file, int first, int count, int flags) {
  Main& main = File<Main>::of(file);
  // The writer leaves: what it has not committed must not reach the log when another program writes there.
  if ((flags & SQLITE_SHM_UNLOCK) != 0 && (flags & SQLITE_SHM_EXCLUSIVE) != 0 && first == kWriteLock &&
      main.log != nullptr && !main.log->pending.empty()) {
    main.log->pending.drop();
    main.log->end = kNowhere;
  }
  const bool checkpoint = first == kCheckpointLock && count == 1 && main.log != nullptr;
  if (checkpoint) main.log->ahead.end();
  sqlite3_file* real = main.pending.real();
  const int code = real->pMethods->xShmLock(real, first, count, flags);
  if (checkpoint && code == SQLITE_OK && (flags & SQLITE_SHM_LOCK) != 0) main.log->ahead.begin();
  return code;
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
    if constexpr (std::is_same_v<State, Main>)
      if (State& state = File<State>::of(file); state.log != nullptr) state.log->ahead.end();
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
  m.xLock = lock_alone;
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
