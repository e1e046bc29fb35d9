// Numbers as the tests of smsweb's commands have them.
#pragma once

#include <string>
#include <string_view>

#include "common/number/number_checker.h"

namespace smsweb::ctl {

// Takes "0..." for Indonesian, and "+..." as it is.
class FakeChecker final : public NumberChecker {
 public:
  Result<std::string> ToE164(std::string_view input, std::string_view,
                             NumberRule) const override {
    if (input.starts_with('+')) return std::string(input);
    if (input.starts_with('0')) return "+62" + std::string(input.substr(1));
    return smsweb::Fail(ErrorKind::kInvalid, "it is not a telephone number");
  }
};

}  // namespace smsweb::ctl
