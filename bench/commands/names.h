// Names that a command line gives, looked up.
#pragma once

#include <string>
#include <vector>

#include "bench/setup/setup.h"
#include "common/base/error.h"

namespace smsweb::bench {

std::vector<std::string> SetupNames();

// kInvalid: which is none, and which there are.
Result<void> CheckSetups(const std::vector<std::string>& names);

}  // namespace smsweb::bench
