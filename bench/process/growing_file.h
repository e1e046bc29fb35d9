// A file that a program writes lines into, read as it grows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

namespace smsweb::bench {

class GrowingFile {
 public:
  // What is in it already counts as new. It need not be there yet.
  explicit GrowingFile(std::filesystem::path path) : path_(std::move(path)) {}

  // What is in it now is old.
  void PassOver();

  // The whole lines since the last call, with their breaks. Where more than
  // `most` bytes are new, those past them are passed over. A file that is
  // shorter than it was is read from its beginning.
  std::string TakeLines(
      std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
  // What has come of the next line. It is not taken.
  std::string Unfinished() const;

 private:
  std::filesystem::path path_;
  std::uint64_t read_ = 0;  // bytes
};

}  // namespace smsweb::bench
