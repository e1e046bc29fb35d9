// Remembers which phone numbers have been checked. A memory, not a record: it
// may forget, and nothing depends on it but speed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace smsweb {

class KnownNumbers {
 public:
  virtual ~KnownNumbers() = default;
  // What `input` stands for in `region`, if it was checked after `since`.
  virtual std::optional<std::string> Find(std::string_view input,
                                          std::string_view region,
                                          WallTime since) = 0;
  virtual void Remember(std::string_view input, std::string_view region,
                        std::string_view e164, WallTime now) = 0;
};

}  // namespace smsweb
