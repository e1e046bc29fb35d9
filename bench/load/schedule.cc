#include "bench/load/schedule.h"

#include <cmath>

namespace smsweb::bench {

Micros DueTime(Micros start, double rate, std::uint64_t index) {
  return start + std::llround(static_cast<double>(index) *
                              static_cast<double>(kMicrosPerSecond) / rate);
}

void Schedule::Reserve(std::uint64_t count) {
  reserved_ = next_.fetch_add(count, std::memory_order_relaxed);
  reserved_end_ = reserved_ + count;
}

std::optional<Ticket> Schedule::Take() {
  if (over_) return std::nullopt;
  const std::uint64_t index =
      reserved_ < reserved_end_ ? reserved_++
                                : next_.fetch_add(1, std::memory_order_relaxed);
  over_ = index >= total_;
  if (over_) return std::nullopt;
  return Ticket{index, rate_ > 0 ? DueTime(start_, rate_, index) : 0};
}

}  // namespace smsweb::bench
