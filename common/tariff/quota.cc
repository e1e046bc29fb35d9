#include "common/tariff/quota.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>

namespace smsweb {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::months;

using LocalTime = std::chrono::local_time<Millis>;

// No clock that has been set shows less.
constexpr WallTime kProgramBegan{
    std::chrono::sys_days(std::chrono::year(2025) / 1 / 1)};

constexpr std::array kCounters = {SimCounter::kMinute, SimCounter::kHour,
                                  SimCounter::kDay, SimCounter::kMonth,
                                  SimCounter::kRecipients};

LocalTime ToLocal(const Zone& zone, WallTime time) {
  return LocalTime(time.time_since_epoch() + zone.At(time).offset);
}

// The first instant at which the zone's clocks show this time, or a later one.
WallTime FirstAt(const Zone& zone, LocalTime local) {
  constexpr days kFarthestOffset{1};
  WallTime begin = WallTime(local.time_since_epoch()) - kFarthestOffset;
  for (;;) {
    const ZoneSpan span = zone.At(begin);
    const WallTime shown(local.time_since_epoch() - span.offset);
    if (shown < span.until) return std::max(shown, begin);
    begin = span.until;
  }
}

local_days MonthOf(LocalTime local) {
  const std::chrono::year_month_day date(std::chrono::floor<days>(local));
  return local_days(date.year() / date.month() / 1);
}

// `ends` is when the next one begins.
struct Period {
  WallTime begins;
  WallTime ends;
};

template <typename Length>
Period OfUtc(WallTime time) {
  const WallTime begins = std::chrono::floor<Length>(time);
  return {begins, begins + Length(1)};
}

Period PeriodAt(SimCounter counter, const Zone& zone, WallTime time) {
  switch (counter) {
    case SimCounter::kMinute:
      return OfUtc<std::chrono::minutes>(time);
    case SimCounter::kHour:
      return OfUtc<std::chrono::hours>(time);
    case SimCounter::kDay: {
      const auto day = std::chrono::floor<days>(ToLocal(zone, time));
      return {FirstAt(zone, day), FirstAt(zone, day + days(1))};
    }
    case SimCounter::kMonth:
    case SimCounter::kRecipients: {
      const auto first = MonthOf(ToLocal(zone, time));
      const auto next = MonthOf(first + days(31));
      return {FirstAt(zone, first), FirstAt(zone, next)};
    }
  }
  return {};
}

bool GoesOn(const SimUsage::Count& count, const Period& period, WallTime now) {
  if (count.began_at <= period.begins) return count.began_at == period.begins;
  const bool near = count.began_at - now <= period.ends - period.begins;
  return near || now < kProgramBegan;
}

std::int64_t LimitOf(const SimLimits& limits, SimCounter counter) {
  switch (counter) {
    case SimCounter::kMinute:
      return limits.per_minute;
    case SimCounter::kHour:
      return limits.per_hour;
    case SimCounter::kDay:
      return limits.per_day;
    case SimCounter::kMonth:
      return limits.per_month;
    case SimCounter::kRecipients:
      return limits.recipients_per_month;
  }
  return 0;
}

bool BlocksParts(const LimitNow& limit, MessageClass message_class,
                 std::int64_t parts) {
  if (limit.counter == SimCounter::kRecipients) return false;
  const auto needed = std::min(parts, limit.MostFor(message_class));
  return needed == 0 || limit.LeftFor(message_class) < needed;
}

bool BlocksNew(const LimitNow& limit, MessageClass message_class) {
  return limit.counter == SimCounter::kRecipients &&
         limit.LeftFor(message_class) == 0;
}

}  // namespace

std::int64_t LimitNow::Left() const {
  return std::max<std::int64_t>(limit - used, 0);
}

std::int64_t LimitNow::MostFor(MessageClass message_class) const {
  return message_class == MessageClass::kOtp ? limit : limit - reserved;
}

std::int64_t LimitNow::LeftFor(MessageClass message_class) const {
  return std::max<std::int64_t>(MostFor(message_class) - used, 0);
}

std::string_view PeriodOf(SimCounter counter) {
  switch (counter) {
    case SimCounter::kMinute:
      return "minute";
    case SimCounter::kHour:
      return "hour";
    case SimCounter::kDay:
      return "day";
    case SimCounter::kMonth:
    case SimCounter::kRecipients:
      return "month";
  }
  return "month";
}

std::string CountedSim(const std::string& imsi, const std::string& modem) {
  return imsi.empty() ? "modem:" + modem : imsi;
}

bool HasLimits(const SimLimits& limits) {
  return std::ranges::any_of(kCounters, [&](SimCounter counter) {
    return LimitOf(limits, counter) > 0;
  });
}

SimUsage UsageAt(SimUsage usage, const Zone& zone, WallTime now) {
  for (const SimCounter counter : kCounters) {
    auto& count = usage.counts[Place(counter)];
    const Period period = PeriodAt(counter, zone, now);
    if (!GoesOn(count, period, now)) count = {.began_at = period.begins};
  }
  return usage;
}

std::vector<LimitNow> LimitsNow(const SimLimits& limits, const SimUsage& usage,
                                const Zone& zone) {
  std::vector<LimitNow> all;
  for (const SimCounter counter : kCounters) {
    const auto limit = LimitOf(limits, counter);
    if (limit == 0) continue;
    const auto& count = usage.counts[Place(counter)];
    const auto reserved = std::llround(limits.otp_share * double(limit));
    all.push_back({.counter = counter,
                   .limit = limit,
                   .reserved = reserved,
                   .used = count.used,
                   .resets_at = PeriodAt(counter, zone, count.began_at).ends});
  }
  return all;
}

std::int64_t PartsLeft(const std::vector<LimitNow>& limits,
                       MessageClass message_class) {
  auto least = std::numeric_limits<std::int64_t>::max();
  for (const LimitNow& limit : limits) {
    if (limit.counter == SimCounter::kRecipients) continue;
    least = std::min(least, limit.LeftFor(message_class));
  }
  return least;
}

bool HasRoom(const std::vector<LimitNow>& limits, MessageClass message_class,
             std::int64_t parts) {
  return std::ranges::none_of(limits, [&](const LimitNow& limit) {
    return BlocksParts(limit, message_class, parts);
  });
}

bool OnlyToKnown(const std::vector<LimitNow>& limits,
                 MessageClass message_class) {
  return std::ranges::any_of(limits, [&](const LimitNow& limit) {
    return BlocksNew(limit, message_class);
  });
}

std::optional<WallTime> RoomAt(const std::vector<LimitNow>& limits,
                               MessageClass message_class, std::int64_t parts,
                               bool to_new) {
  std::optional<WallTime> latest;
  for (const LimitNow& limit : limits) {
    const bool blocks = BlocksParts(limit, message_class, parts) ||
                        (to_new && BlocksNew(limit, message_class));
    if (blocks && (!latest || limit.resets_at > *latest)) {
      latest = limit.resets_at;
    }
  }
  return latest;
}

double MostUsedShare(const std::vector<LimitNow>& limits) {
  double most = 0;
  for (const LimitNow& limit : limits) {
    most = std::max(most, double(limit.used) / double(limit.limit));
  }
  return most;
}

}  // namespace smsweb
