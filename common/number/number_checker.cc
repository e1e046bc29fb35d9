#include "common/number/number_checker.h"

#include <dlfcn.h>

namespace smsweb {

Result<std::unique_ptr<NumberChecker>> LoadNumberChecker() {
  // Never unloaded: libphonenumber's singletons live until the process ends.
  void* module = dlopen("smsweb-number.so", RTLD_NOW | RTLD_LOCAL);
  if (!module) {
    return Fail(ErrorKind::kInternal,
                std::string("can't load the number module: ") + dlerror());
  }
  using Factory = NumberChecker* (*)();
  const auto make =
      reinterpret_cast<Factory>(dlsym(module, "smsweb_make_number_checker"));
  if (!make) {
    return Fail(ErrorKind::kInternal,
                std::string("the number module is not ours: ") + dlerror());
  }
  return std::unique_ptr<NumberChecker>(make());
}

}  // namespace smsweb
