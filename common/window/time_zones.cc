#include "common/window/time_zones.h"

#include "common/base/module.h"

namespace smsweb {

Result<std::unique_ptr<TimeZones>> LoadTimeZones() {
  using Made = Result<std::unique_ptr<TimeZones>>;
  const auto make = LoadFromModule("smsweb-zones.so", "smsweb_make_time_zones");
  if (!make) return std::unexpected(make.error());
  Made made;
  reinterpret_cast<void (*)(Made*)> (*make)(&made);
  return made;
}

}  // namespace smsweb
