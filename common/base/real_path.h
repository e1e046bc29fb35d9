// One name for a file that may have several.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace smsweb {

// Without links, as far as the file is there; as it is where nobody can say.
inline std::string RealPath(const std::string& path) {
  std::error_code error;
  const auto real = std::filesystem::weakly_canonical(path, error);
  return error ? path : real.string();
}

}  // namespace smsweb
