#include "common/store/limit.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

namespace smsweb {
namespace {

constexpr std::array<std::string_view, kLimitPerCount> kNames = {
    "number", "prefix", "client", "address", "device", "total", "key"};

// The shortest window is a second.
Millis SlotLength(Millis within) {
  return std::max(Millis(1), within / SlidingCount::kSlotsInWindow);
}

WallTime StartOf(std::int64_t slot, Millis within) {
  return WallTime(slot * SlotLength(within));
}

}  // namespace

std::string_view ToString(LimitPer per) {
  return kNames[static_cast<std::size_t>(per)];
}

std::optional<LimitPer> ParseLimitPer(std::string_view text) {
  const auto found = std::ranges::find(kNames, text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<LimitPer>(found - kNames.begin());
}

SlidingCount SlidingCount::At(WallTime now, Millis within) const {
  const std::int64_t now_slot = now.time_since_epoch() / SlotLength(within);
  const std::int64_t moved = now_slot - slot;
  SlidingCount moved_on{.slot = now_slot};
  // A clock that was set back: what was counted stays counted.
  if (moved < 0) {
    moved_on.used[0] = static_cast<std::uint32_t>(Total());
    return moved_on;
  }
  for (std::size_t i = 0; i + static_cast<std::size_t>(moved) < used.size();
       ++i) {
    moved_on.used[i + static_cast<std::size_t>(moved)] = used[i];
  }
  return moved_on;
}

std::int64_t SlidingCount::Total() const {
  return std::accumulate(used.begin(), used.end(), std::int64_t{0});
}

std::optional<WallTime> SlidingCount::FreeAt(WallTime now, Millis within,
                                             std::int64_t most,
                                             std::int64_t cost) const {
  if (cost > most) return std::nullopt;
  std::int64_t left = Total();
  if (left <= most - cost) return now;
  for (int i = kSlotsInWindow; i > 0; --i) {  // the oldest goes first
    left -= used[static_cast<std::size_t>(i)];
    if (left <= most - cost) {
      return StartOf(slot + kSlotsInWindow + 1 - i, within);
    }
  }
  return EndsAt(within);
}

WallTime SlidingCount::EndsAt(Millis within) const {
  return StartOf(slot + kSlotsInWindow + 1, within);
}

}  // namespace smsweb
