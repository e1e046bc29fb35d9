// What is new in files that programs write lines into.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "bench/process/growing_file.h"

namespace smsweb::bench {

class NewLines {
 public:
  using Files = std::vector<std::pair<std::string, std::filesystem::path>>;

  // Files by name. What is in them now is old; one that is not there yet is
  // all new when it comes.
  explicit NewLines(const Files& files);

  // Whole lines since the last call (or the construction), as "NAME: LINE";
  // no queries of URLs in them. Of each file kMostBytes at the most. A file
  // that is shorter than it was is read from its beginning.
  std::vector<std::string> Take();
  static constexpr std::uint64_t kMostBytes = 16 << 20;

 private:
  std::vector<std::pair<std::string, GrowingFile>> files_;
};

}  // namespace smsweb::bench
