#include "common/base/module.h"

#include <dlfcn.h>

#include <filesystem>
#include <string>

namespace smsweb {
namespace {

// By its path, and not by a search path in the programs: with that, each of
// their libraries would be searched for beside the module first (108 failed
// opens at each start).
std::filesystem::path ModulePath(const char* file) {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return program.parent_path().parent_path() / "lib/smsweb" / file;
}

}  // namespace

Result<void*> LoadFromModule(const char* file, const char* symbol) {
  void* module = dlopen(ModulePath(file).c_str(), RTLD_NOW | RTLD_LOCAL);
  void* found = module ? dlsym(module, symbol) : nullptr;
  if (found) return found;
  return Fail(ErrorKind::kInternal,
              std::string("can't load a module: ") + dlerror());
}

}  // namespace smsweb
