// A file that is read as it comes, or standard input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "common/base/error.h"
#include "common/base/unique_fd.h"

namespace smsweb::ctl {

class InputFile {
 public:
  // "-": standard input.
  static Result<InputFile> Open(const std::string& path);

  // 0: there is no more.
  Result<std::size_t> Read(char* buffer, std::size_t size);

  // None: nobody knows it before the end.
  std::optional<std::uint64_t> size() const { return size_; }

 private:
  UniqueFd fd_;
  std::optional<std::uint64_t> size_;
  std::string name_;
};

}  // namespace smsweb::ctl
