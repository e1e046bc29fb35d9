// Time, as it is passed around: instants on two clocks, and the one interface
// through which a program learns the hour. Only main() makes a SystemClock;
// tests make a ManualClock.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace smsweb {

using Millis = std::chrono::milliseconds;

// Civil time in UTC, as stored and shown.
using WallTime = std::chrono::sys_time<Millis>;

// Monotonic time, for deadlines within a process.
using MonoTime = std::chrono::time_point<std::chrono::steady_clock>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime Wall() const = 0;
  virtual MonoTime Mono() const = 0;
};

class SystemClock final : public Clock {
 public:
  WallTime Wall() const override;
  MonoTime Mono() const override;
};

// Stands still until it is told to move.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start = WallTime(Millis(1'700'000'000'000)))
      : wall_(start) {}
  WallTime Wall() const override { return wall_; }
  MonoTime Mono() const override { return mono_; }
  void Advance(Millis by) {
    wall_ += by;
    mono_ += by;
  }
  void Set(WallTime wall) { wall_ = wall; }

 private:
  WallTime wall_;
  MonoTime mono_{std::chrono::hours(1)};
};

// RFC 3339 in UTC with milliseconds: "2026-11-23T07:16:48.123Z".
std::string FormatRfc3339(WallTime time);

// Any RFC 3339 time; fractions of a second are cut to milliseconds.
std::optional<WallTime> ParseRfc3339(std::string_view text);

}  // namespace smsweb
