// Checks telephone numbers against the numbering plans of the world.
//
// libphonenumber does it, in a module that is loaded when the first number
// asks for it: loading it takes 3 ms and its first call 7 ms, which is most of
// a plain CGI request (measured; docs/internals.md).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace smsweb {

enum class NumberRule : unsigned char {
  kPossible,  // its length fits its country
  kValid,     // it lies in a range that its country assigns
};

class NumberChecker {
 public:
  virtual ~NumberChecker() = default;
  // `input` in national or international notation; `region` (ISO 3166-1
  // alpha-2) says what a national one means, empty: only "+..." is taken.
  // E.164 with '+', or kInvalid with the reason. Safe from several threads.
  virtual Result<std::string> ToE164(std::string_view input,
                                     std::string_view region,
                                     NumberRule rule) const = 0;
};

using NumberCheckerFactory =
    std::function<Result<std::unique_ptr<NumberChecker>>()>;

// Loads smsweb-number.so (common/base/module.h).
Result<std::unique_ptr<NumberChecker>> LoadNumberChecker();

}  // namespace smsweb
