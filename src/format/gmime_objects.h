// Owning pointers for what GMime counts, and its one start.
#pragma once

#include <gmime/gmime.h>

#include <memory>

namespace mailsync::format {

struct GObjectUnref {
  void operator()(void* object) const {
    if (object != nullptr) g_object_unref(object);
  }
};
template <typename T>
using GObjectOf = std::unique_ptr<T, GObjectUnref>;

// GMime wants to be started once per process; it is safe to call this from any thread, any number of times.
inline void start_gmime() {
  static const bool kStarted = [] {
    g_mime_init();
    return true;
  }();
  static_cast<void>(kStarted);
}

}  // namespace mailsync::format
