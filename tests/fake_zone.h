// A time zone as a table, for tests.
#pragma once

#include <chrono>
#include <utility>
#include <vector>

#include "common/window/time_zones.h"

namespace smsweb {

// Clocks that are so far ahead of UTC, until they are changed.
class FakeZone final : public Zone {
 public:
  explicit FakeZone(std::vector<ZoneSpan> spans) : spans_(std::move(spans)) {}
  explicit FakeZone(std::chrono::seconds offset)
      : FakeZone({{offset, WallTime::max()}}) {}
  ZoneSpan At(WallTime time) const override {
    auto span = spans_.begin();
    while (time >= span->until) ++span;
    return *span;
  }

 private:
  std::vector<ZoneSpan> spans_;
};

}  // namespace smsweb
