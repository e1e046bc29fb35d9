// A folder that is there for one test.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace smsweb {

class TempFolder {
 public:
  explicit TempFolder(const std::filesystem::path& parent =
                          std::filesystem::temp_directory_path()) {
    std::string pattern = (parent / "smsweb-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;

  std::string operator/(const std::string& name) const {
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace smsweb
