// Whether a plan of a load makes sense.
#pragma once

#include <cstdint>
#include <string>

#include "bench/load/load.h"
#include "common/base/error.h"

namespace smsweb::bench {

// The most that a plan may ask for; a file of test scripts, as well.
inline constexpr std::uint64_t kMostRequests = 1'000'000'000;
inline constexpr std::uint64_t kMostAtOnce = 10'000'000;
inline constexpr std::uint64_t kLastNumber = 1'000'000'000'000'000'000;
inline constexpr double kLeastRate = 0.001;  // requests/s
inline constexpr double kMostRate = 1'000'000;

// kInvalid: the first field that is wrong, why, and what it may be.
Result<void> CheckPlan(const LoadPlan& plan);

// An IPv4 address in 127.0.0.0/8.
bool IsLoopback(const std::string& address);

}  // namespace smsweb::bench
