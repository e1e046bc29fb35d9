// The arithmetic of sending windows: when one is open, by the clocks of one
// zone or of several. Pure.
//
// A window is open at an instant if the zone's clocks then show a time within
// its hours, on one of its days; nothing else counts. So what the clocks skip
// (an hour in spring) is not there to be sent in, what they show twice (in
// autumn) is open twice, and a window that is skipped whole is not open on that
// day. The day is the one on which the window opens: "fri" and "20:00-06:00"
// ends on Saturday morning.
#pragma once

#include <optional>
#include <span>

#include "common/base/clock.h"
#include "common/config/config.h"
#include "common/window/time_zones.h"

namespace smsweb {

// The first instant, not before `at`, at which the window is open.
WallTime NextOpening(const WindowConfig& window, const Zone& zone, WallTime at);

// ... at which it is open in all these zones, one at least. None, where that
// does not happen within kLongestWait.
std::optional<WallTime> NextCommonOpening(const WindowConfig& window,
                                          std::span<const Zone* const> zones,
                                          WallTime at);

// Twice a week, and a day: a change of the clocks may skip the window of a
// week.
inline constexpr std::chrono::days kLongestWait{15};

}  // namespace smsweb
