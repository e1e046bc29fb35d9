// What is counted so that nobody gets too much of it: sends, per number,
// client, address and so on, each in its window; and how many of the
// verifications that were begun came to a good end.
//
// A window slides in eighths of itself: what was counted leaves it an eighth
// late at the most, and never early, so that no stretch of time as long as the
// window has more than it may. A few numbers for each, however many sends there
// are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace smsweb {

// The numbers are stored: add, never renumber.
enum class LimitPer : std::uint8_t {
  kNumber = 0,
  kPrefix = 1,  // the beginning of a number
  kClient = 2,
  kAddress = 3,  // of the end user; of IPv6 its /64
  kDevice = 4,   // of the end user, as the client names it
  kTotal = 5,
  kKey = 6,  // of a client's API keys, on all that it sends through those that
             // have a limit
};
inline constexpr int kLimitPerCount = 7;

std::string_view ToString(LimitPer per);
std::optional<LimitPer> ParseLimitPer(std::string_view text);

struct LimitUse {
  LimitPer per = LimitPer::kNumber;
  std::string key;
  Millis within{};
  std::int64_t most = 0;
  bool dry_run = false;  // it is only told of
  std::int64_t cost = 1;
};

// What was counted of late, by slots of an eighth of the window.
struct SlidingCount {
  static constexpr int kSlotsInWindow = 8;

  std::int64_t slot = 0;  // the latest: so many slots after 1970
  // In it, in the one before, ...: as many as the window may reach into.
  std::array<std::uint32_t, kSlotsInWindow + 1> used{};

  // As it is at `now`: what is older than the window has gone.
  SlidingCount At(WallTime now, Millis within) const;
  std::int64_t Total() const;
  // Of one that is At(now): the earliest time at which `cost` more come to no
  // more than `most`. A cost above `most` never fits: none.
  std::optional<WallTime> FreeAt(WallTime now, Millis within, std::int64_t most,
                                 std::int64_t cost) const;
  // Nothing of it counts from then on.
  WallTime EndsAt(Millis within) const;
};

// Verifications of one prefix, or one client: where too few of those that were
// begun in the last `window` are approved, no more are begun for a while. Those
// younger than `settle` are not looked at: they still have time.
struct ConversionGuard {
  LimitPer per = LimitPer::kPrefix;  // or kClient
  std::string key;
  double least_share = 0;  // 0 to 1
  std::int64_t least_volume = 0;
  Millis window{};
  Millis settle{};
  Millis pause{};
  bool dry_run = false;
  // What is counted together: a twelfth of the window.
  Millis Bucket() const { return window / 12; }
  // The beginning of what a start at that time is counted with.
  WallTime BucketAt(WallTime at) const {
    return at - at.time_since_epoch() % Bucket();
  }
};

struct GuardFinding {
  std::string rule;  // "country", "type", "number", "limit.number",
                     // "conversion.prefix", "backlog"
  std::string key;   // of whom; empty: everybody
  bool dry_run = false;
  std::string detail;   // for people
  bool begins = false;  // of a pause: this very request began it
};

// A pause, as an operator sees it.
struct GuardPause {
  LimitPer per = LimitPer::kPrefix;
  std::string key;
  WallTime began_at;
  WallTime until;
  bool dry_run = false;       // nobody was kept out
  std::int64_t started = 0;   // of those, in the window that was looked at,
  std::int64_t approved = 0;  // so many
};

}  // namespace smsweb
