#include "common/number/number_regions.h"

#include "common/base/module.h"

namespace smsweb {

Result<std::unique_ptr<NumberRegions>> LoadNumberRegions() {
  const auto make =
      LoadFromModule("smsweb-number.so", "smsweb_make_number_regions");
  if (!make) return std::unexpected(make.error());
  return std::unique_ptr<NumberRegions>(
      reinterpret_cast<NumberRegions* (*)()>(*make)());
}

}  // namespace smsweb
