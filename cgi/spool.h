// Bytes that gather until all of them are there: in memory, and, where they are
// many, in a file without a name, which is gone when nobody has it open.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "common/base/unique_fd.h"

namespace smsweb {

class Spool {
 public:
  // `folder`: on disk, and for nobody else's eyes.
  explicit Spool(std::string folder) : folder_(std::move(folder)) {}

  // False: there is no room.
  bool Append(std::string_view bytes);

  // A descriptor that reads them from the first; none can be had if it is
  // empty.
  UniqueFd Finish();

 private:
  bool ToFile();

  std::string folder_;
  std::string memory_;
  UniqueFd file_;
};

}  // namespace smsweb
