#include "base/executor.h"

#include <algorithm>

namespace mailsync {

void Executor::spawn(Task<void> task) {
  std::erase_if(roots_, [](const auto& root) { return root->done(); });
  auto root = std::make_unique<Task<void>>(std::move(task));
  Task<void>* raw = root.get();
  roots_.push_back(std::move(root));
  post([raw] { raw->start(); });
}

void Executor::destroy_frames() {
  auto roots = std::move(roots_);
  roots_.clear();
}

}  // namespace mailsync
