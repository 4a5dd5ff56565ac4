#include <algorithm>

#include "lab/load.h"

namespace mailsync::lab {

namespace fs = std::filesystem;

std::vector<fs::path> files_to_load(const fs::path& path,
                                    const std::function<bool(const fs::path&)>& wanted) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) return {path};
  std::vector<fs::path> files;
  for (auto it = fs::recursive_directory_iterator(path, failed);
       !failed && it != fs::recursive_directory_iterator(); it.increment(failed))
    if (it->is_regular_file() && wanted(it->path())) files.push_back(it->path());
  std::ranges::sort(files);
  return files;
}

}  // namespace mailsync::lab
