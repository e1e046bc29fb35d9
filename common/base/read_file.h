// A file, read whole.
#pragma once

#include <string>

#include "common/base/error.h"

namespace smsweb {

// kUnavailable with the path and what the system says. A folder can't be read.
Result<std::string> ReadFile(const std::string& path);

}  // namespace smsweb
