// Whether a plan of a load makes sense.
#pragma once

#include <string>

#include "bench/load/load.h"
#include "common/base/error.h"

namespace smsweb::bench {

// kInvalid: the first field that is wrong, why, and what it may be.
Result<void> CheckPlan(const LoadPlan& plan);

// An IPv4 address in 127.0.0.0/8.
bool IsLoopback(const std::string& address);

}  // namespace smsweb::bench
