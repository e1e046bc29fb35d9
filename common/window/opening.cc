#include "common/window/opening.h"

#include <algorithm>

namespace smsweb {
namespace {

using std::chrono::days;
using LocalTime = std::chrono::local_time<Millis>;

bool OpensOn(const WindowConfig& window, std::chrono::local_days day) {
  const std::chrono::weekday weekday(day);
  return (window.days >> weekday.c_encoding() & 1U) != 0;
}

// On clocks that go on as they go now. The window may have opened the day
// before; a week later, its first day is there again.
LocalTime NextOpening(const WindowConfig& window, LocalTime at) {
  const bool past_midnight = window.closes <= window.opens;
  const days longer(past_midnight ? 1 : 0);
  const auto today = std::chrono::floor<days>(at);
  auto day = today - days(1);
  while (!OpensOn(window, day) || at >= day + longer + window.closes) {
    day += days(1);
  }
  return std::max<LocalTime>(at, day + window.opens);
}

}  // namespace

WallTime NextOpening(const WindowConfig& window, const Zone& zone,
                     WallTime at) {
  for (;;) {
    const ZoneSpan span = zone.At(at);
    const LocalTime local{at.time_since_epoch() + span.offset};
    const WallTime opens = at + (NextOpening(window, local) - local);
    if (opens < span.until) return opens;
    at = span.until;  // where the clocks are changed
  }
}

std::optional<WallTime> NextCommonOpening(const WindowConfig& window,
                                          std::span<const Zone* const> zones,
                                          WallTime at) {
  const WallTime limit = at + kLongestWait;
  std::size_t agreed = 0;  // zones in a row that are open at this instant
  for (std::size_t i = 0; agreed < zones.size(); i = (i + 1) % zones.size()) {
    const WallTime opens = NextOpening(window, *zones[i], at);
    agreed = opens == at ? agreed + 1 : 1;
    at = opens;
    if (at > limit) return std::nullopt;
  }
  return at;
}

}  // namespace smsweb
