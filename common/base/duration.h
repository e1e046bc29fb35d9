// Lengths of time as people type them on a command line.
#pragma once

#include <chrono>
#include <string_view>

#include "common/base/error.h"

namespace smsweb {

// "3s", "2500ms", "0": up to a hundred days.
Result<std::chrono::milliseconds> ParseDuration(std::string_view text);

}  // namespace smsweb
