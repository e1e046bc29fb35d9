#include "common/number/number_checker.h"

#include "common/base/module.h"

namespace smsweb {

Result<std::unique_ptr<NumberChecker>> LoadNumberChecker() {
  const auto make =
      LoadFromModule("smsweb-number.so", "smsweb_make_number_checker");
  if (!make) return std::unexpected(make.error());
  return std::unique_ptr<NumberChecker>(
      reinterpret_cast<NumberChecker* (*)()>(*make)());
}

}  // namespace smsweb
