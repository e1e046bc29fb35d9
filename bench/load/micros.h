// Times as the load counts them: CLOCK_MONOTONIC, in microseconds, the same in
// all processes.
#pragma once

#include <chrono>
#include <cstdint>

namespace smsweb::bench {

using Micros = std::int64_t;

inline constexpr Micros kMicrosPerSecond = 1'000'000;

inline Micros NowMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

inline Micros ToMicros(std::chrono::milliseconds time) {
  return std::chrono::microseconds(time).count();
}

}  // namespace smsweb::bench
