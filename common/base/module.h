// Libraries of ours that a program loads when it first needs them, so that what
// is behind them (libphonenumber, libcurl) costs nothing until then.
#pragma once

#include "common/base/error.h"

namespace smsweb {

// The function `symbol` of `file` (smsweb-NAME.so), which is in ../lib/smsweb
// beside the program. Never unloaded.
Result<void*> LoadFromModule(const char* file, const char* symbol);

}  // namespace smsweb
