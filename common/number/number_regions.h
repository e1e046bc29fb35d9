// The countries that a number may belong to, for what depends on where its
// owner is. By libphonenumber, in the module of number_checker.h.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/error.h"

namespace smsweb {

class NumberRegions {
 public:
  virtual ~NumberRegions() = default;
  // Of a number in E.164, as ISO 3166-1 alpha-2 (and libphonenumber's own "AC",
  // "TA" and "XK"). One, where the number tells; all that share its calling
  // code, where it does not; none for a number that is no country's. Safe from
  // several threads.
  virtual std::vector<std::string> Of(const std::string& e164) const = 0;
  // What kind of number it is, as NumberTypeNames() has them: "mobile".
  virtual std::string TypeOf(const std::string& e164) const = 0;
};

using NumberRegionsFactory =
    std::function<Result<std::unique_ptr<NumberRegions>>()>;

// Loads smsweb-number.so (common/base/module.h).
Result<std::unique_ptr<NumberRegions>> LoadNumberRegions();

}  // namespace smsweb
