// What a SIM may still send: periods, shares, and clocks that are set back.
#include "common/tariff/quota.h"

#include "catch.h"
#include "common/tariff/limit_zones.h"
#include "fake_zone.h"

namespace smsweb {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using enum SimCounter;
using enum MessageClass;

WallTime At(const std::string& time) { return ParseRfc3339(time).value(); }

const FakeZone kUtc(seconds(0));
const FakeZone kJakarta(hours(7));
const FakeZone kBerlin({{hours(1), At("2026-03-29T01:00:00Z")},
                        {hours(2), At("2026-10-25T01:00:00Z")},
                        {hours(1), WallTime::max()}});
// The clocks skip midnight of 24 April.
const FakeZone kCairo({{hours(2), At("2026-04-23T22:00:00Z")},
                       {hours(3), WallTime::max()}});

SimUsage::Count& CountOf(SimUsage& usage, SimCounter counter) {
  return usage.counts[Place(counter)];
}

// Of a limit of this period alone, none of it used.
LimitNow Fresh(SimCounter counter, const Zone& zone, WallTime now) {
  SimLimits limits;
  if (counter == kMinute) limits.per_minute = 10;
  if (counter == kHour) limits.per_hour = 10;
  if (counter == kDay) limits.per_day = 10;
  if (counter == kMonth) limits.per_month = 10;
  if (counter == kRecipients) limits.recipients_per_month = 10;
  const auto now_there = LimitsNow(limits, UsageAt({}, zone, now), zone);
  REQUIRE(now_there.size() == 1);
  CHECK(now_there[0].counter == counter);
  return now_there[0];
}

TEST_CASE("Periods begin where the calendar's do") {
  struct Row {
    SimCounter counter;
    const Zone& zone;
    const char* now;
    const char* begins;
    const char* ends;
  };
  const Row rows[] = {
      {kMinute, kUtc, "2026-11-23T07:16:59.999Z", "2026-11-23T07:16:00Z",
       "2026-11-23T07:17:00Z"},
      {kMinute, kUtc, "2026-11-23T07:17:00Z", "2026-11-23T07:17:00Z",
       "2026-11-23T07:18:00Z"},
      {kHour, kJakarta, "2026-12-31T23:59:59Z", "2026-12-31T23:00:00Z",
       "2027-01-01T00:00:00Z"},
      {kDay, kUtc, "2026-11-23T07:16:48Z", "2026-11-23T00:00:00Z",
       "2026-11-24T00:00:00Z"},
      {kDay, kJakarta, "2026-11-23T16:59:59Z", "2026-11-22T17:00:00Z",
       "2026-11-23T17:00:00Z"},
      {kDay, kJakarta, "2026-11-23T17:00:00Z", "2026-11-23T17:00:00Z",
       "2026-11-24T17:00:00Z"},
      // 23 and 25 hours long
      {kDay, kBerlin, "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z",
       "2026-03-29T22:00:00Z"},
      {kDay, kBerlin, "2026-10-25T22:59:00Z", "2026-10-24T22:00:00Z",
       "2026-10-25T23:00:00Z"},
      {kDay, kCairo, "2026-04-24T10:00:00Z", "2026-04-23T22:00:00Z",
       "2026-04-24T21:00:00Z"},
      {kMonth, kUtc, "2026-11-30T23:59:59Z", "2026-11-01T00:00:00Z",
       "2026-12-01T00:00:00Z"},
      {kMonth, kUtc, "2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z",
       "2027-01-01T00:00:00Z"},
      {kMonth, kUtc, "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z",
       "2028-03-01T00:00:00Z"},
      {kMonth, kJakarta, "2026-11-30T17:00:00Z", "2026-11-30T17:00:00Z",
       "2026-12-31T17:00:00Z"},
      {kMonth, kBerlin, "2026-10-31T22:59:59Z", "2026-09-30T22:00:00Z",
       "2026-10-31T23:00:00Z"},
      {kRecipients, kJakarta, "2026-11-30T16:59:59Z", "2026-10-31T17:00:00Z",
       "2026-11-30T17:00:00Z"},
  };
  for (const Row& row : rows) {
    INFO(row.now << " " << PeriodOf(row.counter));
    SimUsage usage = UsageAt({}, row.zone, At(row.now));
    CHECK(FormatRfc3339(CountOf(usage, row.counter).began_at) ==
          FormatRfc3339(At(row.begins)));
    CHECK(FormatRfc3339(Fresh(row.counter, row.zone, At(row.now)).resets_at) ==
          FormatRfc3339(At(row.ends)));
  }
}

TEST_CASE("A counter goes on within its period, and begins anew after it") {
  struct Row {
    const char* what;
    SimCounter counter;
    const char* counted;  // when its period began
    const char* now;
    bool goes_on;
  };
  const Row rows[] = {
      {"the same day", kDay, "2026-11-23T00:00:00Z", "2026-11-23T23:59:59Z",
       true},
      {"the next day", kDay, "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z",
       false},
      {"weeks of silence", kMinute, "2026-11-01T00:00:00Z",
       "2026-11-23T00:00:00Z", false},
      {"set back by a second, over midnight", kDay, "2026-11-23T00:00:00Z",
       "2026-11-22T23:59:59Z", true},
      {"set back by a minute", kMinute, "2026-11-23T07:17:00Z",
       "2026-11-23T07:16:00Z", true},
      {"set back by hours", kMinute, "2026-11-23T07:17:00Z",
       "2026-11-23T04:00:00Z", false},
      {"set back by a month", kMonth, "2026-11-01T00:00:00Z",
       "2026-10-05T00:00:00Z", true},
      {"counted in a year that is to come", kMonth, "2031-01-01T00:00:00Z",
       "2026-11-23T00:00:00Z", false},
      {"a clock that was never set", kMonth, "2026-11-01T00:00:00Z",
       "1970-01-01T00:03:00Z", true},
      {"the zone was changed", kMonth, "2026-11-01T05:00:00Z",
       "2026-11-23T00:00:00Z", true},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    SimUsage usage;
    CountOf(usage, row.counter) = {.began_at = At(row.counted), .used = 7};
    usage = UsageAt(usage, kUtc, At(row.now));
    CHECK(CountOf(usage, row.counter).used == (row.goes_on ? 7 : 0));
    CHECK((CountOf(usage, row.counter).began_at == At(row.counted)) ==
          row.goes_on);
  }
}

// Of 10 a day, of which so many are used.
std::vector<LimitNow> TenADay(int used, double otp_share = 0,
                              int recipients_used = 0) {
  SimUsage usage = UsageAt({}, kUtc, At("2026-11-23T07:00:00Z"));
  CountOf(usage, kDay).used = used;
  CountOf(usage, kRecipients).used = recipients_used;
  return LimitsNow(
      {.per_day = 10, .recipients_per_month = 5, .otp_share = otp_share}, usage,
      kUtc);
}

TEST_CASE("A message goes when there is room for all of its parts") {
  struct Row {
    int used;
    double otp_share;
    MessageClass message_class;
    int parts;
    bool room;
  };
  const Row rows[] = {
      {0, 0, kBulk, 1, true},
      {9, 0, kBulk, 1, true},
      {10, 0, kBulk, 1, false},
      {9, 0, kBulk, 2, false},
      {12, 0, kOtp, 1, false},  // the limit was lowered
      {7, 0.2, kBulk, 1, true},
      {8, 0.2, kBulk, 1, false},
      {8, 0.2, kTransactional, 1, false},
      {8, 0.2, kOtp, 2, true},
      {8, 0.2, kOtp, 3, false},
      {9, 0.04, kBulk, 1, true},  // nothing, in whole parts
      {0, 1, kBulk, 1, false},
      {9, 1, kOtp, 1, true},
      {0, 0, kBulk, 12, true},  // more than ever: alone
      {1, 0, kBulk, 12, false},
      {0, 0.2, kBulk, 12, true},
      {1, 0.2, kBulk, 12, false},
  };
  for (const Row& row : rows) {
    INFO(row.used << " used, " << row.parts << " parts of class "
                  << ToString(row.message_class) << ", " << row.otp_share);
    const auto limits = TenADay(row.used, row.otp_share);
    CHECK(HasRoom(limits, row.message_class, row.parts) == row.room);
    const auto room_at = RoomAt(limits, row.message_class, row.parts, false);
    CHECK(room_at.has_value() == !row.room);
    if (room_at) CHECK(*room_at == At("2026-11-24T00:00:00Z"));
  }
  CHECK(PartsLeft(TenADay(3, 0.2), kBulk) == 5);
  CHECK(PartsLeft(TenADay(3, 0.2), kOtp) == 7);
  CHECK(PartsLeft({}, kBulk) > 1'000'000'000);
}

TEST_CASE("When the recipients are used up, only known ones are left") {
  CHECK_FALSE(OnlyToKnown(TenADay(0, 0, 4), kBulk));
  CHECK(OnlyToKnown(TenADay(0, 0, 5), kBulk));
  CHECK(OnlyToKnown(TenADay(0, 0.2, 4), kBulk));
  CHECK_FALSE(OnlyToKnown(TenADay(0, 0.2, 4), kOtp));
  CHECK(HasRoom(TenADay(0, 0, 5), kBulk, 1));
  CHECK_FALSE(RoomAt(TenADay(0, 0, 5), kBulk, 1, false));
  CHECK(RoomAt(TenADay(0, 0, 5), kBulk, 1, true) == At("2026-12-01T00:00:00Z"));
  // Until there is room for both.
  CHECK(RoomAt(TenADay(10, 0, 5), kBulk, 1, true) ==
        At("2026-12-01T00:00:00Z"));
  CHECK(RoomAt(TenADay(10, 0, 5), kBulk, 1, false) ==
        At("2026-11-24T00:00:00Z"));
}

TEST_CASE("Where nothing is limited, nothing is counted against it") {
  CHECK_FALSE(HasLimits({}));
  CHECK_FALSE(HasLimits({.otp_share = 0.5}));
  CHECK(HasLimits({.recipients_per_month = 1}));
  CHECK(LimitsNow({}, {}, kUtc).empty());
  CHECK(HasRoom({}, kBulk, 100));
  CHECK(MostUsedShare({}) == 0);
  CHECK(MostUsedShare(TenADay(5, 0, 4)) == 0.8);
}

class NoZones final : public TimeZones {
 public:
  Result<const Zone*> Find(const std::string& name) override {
    if (name == "Asia/Jakarta") return &kJakarta;
    return Fail(ErrorKind::kInvalid, "no such zone");
  }
  std::vector<std::string> NamesOf(const std::string&) const override {
    return {};
  }
};

TEST_CASE("Zones of limits are looked up only where one is named") {
  int loaded = 0;
  const auto make = [&]() -> Result<std::unique_ptr<TimeZones>> {
    ++loaded;
    return std::make_unique<NoZones>();
  };
  Config config;
  config.file = "smsweb.toml";
  config.modems = {{.name = "a"}, {.name = "b"}};
  REQUIRE(LimitZones::Find(config, make).has_value());
  CHECK(loaded == 0);
  config.modems[1].limits.zone = {"Asia/Jakarta", 9};
  const auto zones = LimitZones::Find(config, make);
  REQUIRE(zones.has_value());
  CHECK(loaded == 1);
  CHECK(zones->Of("a").At(WallTime()).offset == seconds(0));
  CHECK(zones->Of("b").At(WallTime()).offset == hours(7));
  config.modems[0].limits.zone = {"Asia/Atlantis", 5};
  CHECK(LimitZones::Find(config, make).error().message ==
        "smsweb.toml:5: modem[0].limits.zone: no such zone");
}

}  // namespace
}  // namespace smsweb
