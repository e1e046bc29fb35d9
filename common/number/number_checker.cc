#include "common/number/number_checker.h"

#include <dlfcn.h>

#include <filesystem>

namespace smsweb {
namespace {

// By its path, and not by a search path in the programs: with that, each of
// their libraries would be searched for beside the module first (108 failed
// opens at each start).
std::filesystem::path ModulePath() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return program.parent_path().parent_path() / "lib/smsweb/smsweb-number.so";
}

}  // namespace

Result<std::unique_ptr<NumberChecker>> LoadNumberChecker() {
  // Never unloaded: libphonenumber's singletons live until the process ends.
  void* module = dlopen(ModulePath().c_str(), RTLD_NOW | RTLD_LOCAL);
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
