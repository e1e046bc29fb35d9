// One name for a file that may have several.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace smsweb {

// From the root, and without links, whether the file is there or will be; as it
// is where nobody can say.
inline std::string RealPath(const std::string& path) {
  constexpr int kMostLinks = 40;  // as Linux has it
  std::error_code error;
  auto real = std::filesystem::absolute(path, error);
  for (int i = 0; i < kMostLinks && is_symlink(real, error); ++i) {
    real = real.parent_path() / read_symlink(real, error);
  }
  real = std::filesystem::weakly_canonical(real, error);
  return error ? path : real.string();
}

}  // namespace smsweb
