#include "bench/setup/files.h"

#include <algorithm>
#include <system_error>

namespace smsweb::bench {

Result<std::vector<std::filesystem::path>> FilesIn(
    const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file(error)) files.push_back(entry.path());
  }
  if (error) return FailErrno(folder.string(), error.value());
  std::ranges::sort(files);
  return files;
}

}  // namespace smsweb::bench
