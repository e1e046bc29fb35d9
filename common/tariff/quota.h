// What a SIM may still send: its limits, what it has used of them, and when
// they begin anew. Pure.
//
// Each limit is one for a period of the calendar: minutes and hours are those
// of UTC, days and months those of the limits' zone. With a new period its
// counter begins at 0. Where a clock was set back, the period that was counted
// last goes on until it is over by the new time: nothing is sent twice over for
// that. One that lies ahead by more than its own length was counted under a
// clock that was wrong, and is forgotten, unless the clock is wrong now: it
// shows a time before there was this program.
//
// Of each limit a share is reserved for class otp: the others stop where that
// much is left.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/config/config.h"
#include "common/store/message.h"
#include "common/store/store.h"
#include "common/window/time_zones.h"

namespace smsweb {

struct LimitNow {
  SimCounter counter;
  std::int64_t limit = 0;
  std::int64_t reserved = 0;  // of it, for class otp
  std::int64_t used = 0;
  WallTime resets_at{};

  std::int64_t Left() const;
  std::int64_t MostFor(MessageClass message_class) const;  // in a period
  std::int64_t LeftFor(MessageClass message_class) const;
};

// "minute", "hour", "day", "month"; kRecipients is by the month, too.
std::string_view PeriodOf(SimCounter counter);

bool HasLimits(const SimLimits& limits);

// By what a modem's SIM is counted: its IMSI, or what stands for one that is
// not known (empty), and is no IMSI.
std::string CountedSim(const std::string& imsi, const std::string& modem);

// The same, with the counters of periods that are over at 0.
SimUsage UsageAt(SimUsage usage, const Zone& zone, WallTime now);

// Those that are there, of usage as it is now.
std::vector<LimitNow> LimitsNow(const SimLimits& limits, const SimUsage& usage,
                                const Zone& zone);

// How many parts may go now; a great many where there is no limit.
std::int64_t PartsLeft(const std::vector<LimitNow>& limits,
                       MessageClass message_class);

// A message goes whole. One that has more parts than a limit allows at all goes
// when nothing of it is used.
bool HasRoom(const std::vector<LimitNow>& limits, MessageClass message_class,
             std::int64_t parts);

// Only numbers that the SIM has sent to in this month.
bool OnlyToKnown(const std::vector<LimitNow>& limits,
                 MessageClass message_class);

// When all limits that leave no room now will: none, where there is room. To a
// number that is not known where `to_new`.
std::optional<WallTime> RoomAt(const std::vector<LimitNow>& limits,
                               MessageClass message_class, std::int64_t parts,
                               bool to_new);

// How much of the limit that is nearest to its end is used, from 0 to 1.
double MostUsedShare(const std::vector<LimitNow>& limits);

}  // namespace smsweb
