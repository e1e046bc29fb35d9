// Bytes that gather until all of them are there: in memory, and, where they are
// many, in a file without a name, which is gone when nobody has it open.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "common/base/error.h"
#include "common/base/unique_fd.h"

namespace smsweb {

class Spool {
 public:
  // `folder`: on disk, and for nobody else's eyes.
  explicit Spool(std::string folder) : folder_(std::move(folder)) {}

  // Where one could not be kept, none that come behind it are.
  Result<void> Append(std::string_view bytes);
  bool whole() const { return !failed_; }

  // A descriptor that reads what was kept from the first; none can be had if it
  // is empty.
  UniqueFd Finish();

 private:
  Result<void> ToFile();

  std::string folder_;
  std::string memory_;
  UniqueFd file_;
  bool failed_ = false;
};

}  // namespace smsweb
