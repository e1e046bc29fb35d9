// A moment, to the microsecond, on both clocks: what a benchmark needs to know
// of the simulated modem. Only main() asks the system for one.
#pragma once

#include <chrono>
#include <string>

#include "common/base/clock.h"

namespace smsweb::sim {

struct Instant {
  std::chrono::sys_time<std::chrono::microseconds> wall;
  MonoTime mono;
};

// RFC 3339 in UTC with microseconds: "2026-11-23T07:16:48.123456Z".
std::string FormatMicros(const Instant& instant);

}  // namespace smsweb::sim
