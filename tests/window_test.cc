// Sending windows: the arithmetic over made-up clocks, the choice of a
// recipient's zones, and both over the system's zone database.
#include <fstream>
#include <sstream>

#include "catch.h"
#include "common/base/random.h"
#include "common/window/opening.h"
#include "common/window/sending_windows.h"
#include "fake_zone.h"

namespace smsweb {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

WallTime At(const std::string& time) { return ParseRfc3339(time).value(); }

WindowsConfig Windows(const std::string& toml) {
  const auto config = ParseConfig(toml, "smsweb.toml", SystemEnvironment);
  if (!config) FAIL(config.error().message);
  return config->window;
}

WindowConfig Window(const std::string& keys) {
  return Windows("[window.bulk]\n" + keys).bulk;
}

const FakeZone kJakarta(hours(7));
const FakeZone kBerlin({{hours(1), At("2026-03-29T01:00:00Z")},
                        {hours(2), At("2026-10-25T01:00:00Z")},
                        {hours(1), WallTime::max()}});
// Samoa went over the date line: 30 December was not.
const FakeZone kApia({{hours(-10), At("2011-12-30T10:00:00Z")},
                      {hours(14), WallTime::max()}});

struct Row {
  const char* window;
  const FakeZone& zone;
  const char* at;
  const char* opens;
};

void Check(std::span<const Row> rows) {
  for (const Row& row : rows) {
    INFO(row.window << ", at " << row.at);
    const auto opens = NextOpening(Window(row.window), row.zone, At(row.at));
    CHECK(FormatRfc3339(opens) == FormatRfc3339(At(row.opens)));
  }
}

// 5 January 2026 is a Monday.
TEST_CASE("A window opens at its hour, on its days, by local clocks") {
  const char* day = R"(hours = "09:00-20:00")";
  const char* work = "hours = \"09:00-20:00\"\ndays = [\"mon\", \"fri\"]";
  const char* fridays = R"(days = ["fri"])";
  const Row rows[] = {
      {day, kJakarta, "2026-01-05T08:59:59.999+07:00",
       "2026-01-05T09:00:00+07:00"},
      {day, kJakarta, "2026-01-05T09:00:00+07:00", "2026-01-05T09:00:00+07:00"},
      {day, kJakarta, "2026-01-05T12:34:56.789+07:00",
       "2026-01-05T12:34:56.789+07:00"},
      {day, kJakarta, "2026-01-05T19:59:59.999+07:00",
       "2026-01-05T19:59:59.999+07:00"},
      {day, kJakarta, "2026-01-05T20:00:00+07:00", "2026-01-06T09:00:00+07:00"},
      {day, kJakarta, "2026-01-05T00:00:00+07:00", "2026-01-05T09:00:00+07:00"},
      {work, kJakarta, "2026-01-05T21:00:00+07:00",
       "2026-01-09T09:00:00+07:00"},
      {work, kJakarta, "2026-01-09T21:00:00+07:00",
       "2026-01-12T09:00:00+07:00"},
      {fridays, kJakarta, "2026-01-09T23:59:59+07:00",
       "2026-01-09T23:59:59+07:00"},
      {fridays, kJakarta, "2026-01-10T00:00:00+07:00",
       "2026-01-16T00:00:00+07:00"},
  };
  Check(rows);
}

TEST_CASE("A window past midnight belongs to the day on which it opens") {
  const char* night = R"(hours = "20:00-06:00")";
  const char* friday = "hours = \"20:00-06:00\"\ndays = [\"fri\"]";
  const Row rows[] = {
      {night, kJakarta, "2026-01-05T05:59:59+07:00",
       "2026-01-05T05:59:59+07:00"},
      {night, kJakarta, "2026-01-05T06:00:00+07:00",
       "2026-01-05T20:00:00+07:00"},
      {night, kJakarta, "2026-01-05T23:59:00+07:00",
       "2026-01-05T23:59:00+07:00"},
      {friday, kJakarta, "2026-01-09T05:00:00+07:00",
       "2026-01-09T20:00:00+07:00"},
      {friday, kJakarta, "2026-01-10T05:59:00+07:00",
       "2026-01-10T05:59:00+07:00"},
      {friday, kJakarta, "2026-01-10T06:00:00+07:00",
       "2026-01-16T20:00:00+07:00"},
  };
  Check(rows);
}

TEST_CASE("An hour that the clocks skip is not there to be sent in") {
  const Row rows[] = {
      // 02:00 is followed by 03:00, at 01:00 UTC.
      {R"(hours = "02:30-05:00")", kBerlin, "2026-03-29T00:00:00Z",
       "2026-03-29T01:00:00Z"},
      {R"(hours = "01:00-02:30")", kBerlin, "2026-03-29T01:00:00Z",
       "2026-03-29T23:00:00Z"},
      {R"(hours = "02:15-02:45")", kBerlin, "2026-03-29T00:00:00Z",
       "2026-03-30T00:15:00Z"},
      {"hours = \"02:15-02:45\"\ndays = [\"sun\"]", kBerlin,
       "2026-03-29T00:00:00Z", "2026-04-05T00:15:00Z"},
      {R"(hours = "09:00-20:00")", kBerlin, "2026-03-28T20:00:00Z",
       "2026-03-29T07:00:00Z"},
      {R"(hours = "23:00-03:30")", kBerlin, "2026-03-29T01:29:59Z",
       "2026-03-29T01:29:59Z"},
      {R"(hours = "23:00-03:30")", kBerlin, "2026-03-29T01:30:00Z",
       "2026-03-29T21:00:00Z"},
  };
  Check(rows);
}

TEST_CASE("An hour that the clocks show twice is open twice") {
  const char* window = R"(hours = "02:00-02:30")";
  const Row rows[] = {
      // 03:00 is followed by 02:00, at 01:00 UTC.
      {window, kBerlin, "2026-10-24T12:00:00Z", "2026-10-25T00:00:00Z"},
      {window, kBerlin, "2026-10-25T00:29:59Z", "2026-10-25T00:29:59Z"},
      {window, kBerlin, "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z"},
      {window, kBerlin, "2026-10-25T01:30:00Z", "2026-10-26T01:00:00Z"},
      {R"(hours = "09:00-20:00")", kBerlin, "2026-10-24T18:00:00Z",
       "2026-10-25T08:00:00Z"},
  };
  Check(rows);
}

TEST_CASE("A day that a country skips has no window") {
  const Row rows[] = {
      {R"(days = ["fri"])", kApia, "2011-12-28T12:00:00Z",
       "2012-01-05T10:00:00Z"},
      {R"(days = ["sat"])", kApia, "2011-12-28T12:00:00Z",
       "2011-12-30T10:00:00Z"},
  };
  Check(rows);
}

// Said once more, minute by minute.
bool IsOpen(const WindowConfig& window, const Zone& zone, WallTime at) {
  const auto local = at.time_since_epoch() + zone.At(at).offset;
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const auto opens_on = [&](std::chrono::days when) {
    const auto weekday =
        std::chrono::weekday(std::chrono::sys_days(when)).c_encoding();
    return (window.days & (1U << weekday)) != 0;
  };
  const auto time = local - day;
  if (window.opens < window.closes) {
    return opens_on(day) && time >= window.opens && time < window.closes;
  }
  return (opens_on(day) && time >= window.opens) ||
         (opens_on(day - std::chrono::days(1)) && time < window.closes);
}

TEST_CASE("No opening is missed, whatever the clocks do") {
  SeededRandom random(20260105);
  const auto below = [&](unsigned limit) {
    std::array<std::uint8_t, 2> bytes;
    random.Fill(bytes);
    return static_cast<int>((bytes[0] * 256U + bytes[1]) % limit);
  };
  const WallTime start = At("2026-01-05T00:00:00Z");
  for (int round = 0; round < 300; ++round) {
    std::vector<ZoneSpan> spans;
    WallTime until = start;
    for (int i = 0; i < 6; ++i) {
      until += minutes(1 + below(4000));
      spans.push_back({minutes(below(26 * 60) - 12 * 60), until});
    }
    spans.back().until = WallTime::max();
    const FakeZone zone(spans);
    WindowConfig window;
    window.opens = minutes(below(1440));
    do {
      window.closes = minutes(1 + below(1440));
    } while (window.closes == window.opens);
    window.days = static_cast<std::uint8_t>(1 + below(127));
    const WallTime at = start + minutes(below(6000));
    WallTime opens = at;
    while (!IsOpen(window, zone, opens)) opens += minutes(1);
    INFO(round);
    CHECK(NextOpening(window, zone, at) == opens);
  }
}

std::string Common(const std::string& window, std::vector<seconds> offsets,
                   const std::string& at) {
  std::vector<FakeZone> zones(offsets.begin(), offsets.end());
  std::vector<const Zone*> pointers;
  for (const auto& zone : zones) pointers.push_back(&zone);
  const auto opens = NextCommonOpening(Window(window), pointers, At(at));
  return opens ? FormatRfc3339(*opens) : "never";
}

TEST_CASE("Of several zones, all must be open") {
  const std::string day = R"(hours = "09:00-20:00")";
  const std::string at = "2026-01-05T12:00:00Z";
  CHECK(Common(day, {hours(7), hours(8), hours(9)}, at) ==
        "2026-01-06T02:00:00.000Z");
  CHECK(Common(day, {hours(2), hours(12)}, at) == "2026-01-06T07:00:00.000Z");
  CHECK(Common(day, {hours(2), hours(12)}, "2026-01-06T07:59:59Z") ==
        "2026-01-06T07:59:59.000Z");
  CHECK(Common(day, {hours(2), hours(13)}, at) == "never");
  CHECK(Common(day + "\ndays = [\"mon\"]", {hours(2), hours(12)}, at) ==
        "2026-01-12T07:00:00.000Z");
  // A Monday that the one has while the other has it, too.
  CHECK(Common("days = [\"mon\"]", {hours(-11), hours(12)}, at) ==
        "2026-01-12T11:00:00.000Z");
}

// Two countries, one of them with two zones.
class FakeZones final : public TimeZones {
 public:
  Result<const Zone*> Find(const std::string& name) override {
    if (name == "Asia/Jakarta") return &kJakarta;
    if (name == "Asia/Jayapura") return &jayapura_;
    if (name == "Europe/Berlin") return &kBerlin;
    if (name == "Far/East") return &far_east_;
    if (name == "Far/West") return &far_west_;
    return Fail(ErrorKind::kInvalid, "\"" + name + "\" is no zone");
  }
  std::vector<std::string> NamesOf(const std::string& region) const override {
    if (region == "ID") return {"Asia/Jakarta", "Asia/Jayapura"};
    if (region == "DE") return {"Europe/Berlin"};
    if (region == "FAR") return {"Far/East", "Far/West"};
    return {};
  }

 private:
  FakeZone jayapura_{hours(9)};
  FakeZone far_east_{hours(13)};
  FakeZone far_west_{hours(1)};
};

class FakeRegions final : public NumberRegions {
 public:
  std::vector<std::string> Of(const std::string& e164) const override {
    if (e164.starts_with("+62")) return {"ID"};
    if (e164.starts_with("+49")) return {"DE"};
    if (e164.starts_with("+1")) return {"DE", "ID"};  // it could be either
    if (e164.starts_with("+99")) return {"FAR"};
    if (e164.starts_with("+98")) return {"NN"};
    return {};
  }
  std::string TypeOf(const std::string&) const override { return "mobile"; }
};

struct Office {
  explicit Office(const std::string& toml, const std::string& region = "") {
    config.file = "smsweb.toml";
    config.window = Windows(toml);
    config.message.default_region = region;
  }
  SendingWindows Make() {
    return SendingWindows(
        config,
        [this]() -> Result<std::unique_ptr<TimeZones>> {
          ++zones_loaded;
          if (broken) return Fail(ErrorKind::kInternal, "no zones");
          return std::make_unique<FakeZones>();
        },
        [this]() -> Result<std::unique_ptr<NumberRegions>> {
          ++regions_loaded;
          return std::make_unique<FakeRegions>();
        });
  }
  // For a bulk message on 5 January 2026, at 00:00 UTC.
  std::string Opens(const std::string& recipient) {
    const auto opens = Make().NextOpen(MessageClass::kBulk, recipient, kAt);
    return opens ? FormatRfc3339(*opens).substr(11, 5) : opens.error().message;
  }

  static inline const WallTime kAt = At("2026-01-05T00:00:00Z");
  Config config;
  int zones_loaded = 0;
  int regions_loaded = 0;
  bool broken = false;
};

const std::string kDay = "[window.bulk]\nhours = \"09:30-20:00\"\n";

TEST_CASE("The hours are those of the recipient's country, in all its zones") {
  Office office(kDay, "DE");
  CHECK(office.Opens("+4917012345") == "08:30");
  CHECK(office.Opens("+6289610707901") == "02:30");  // Jakarta, not Jayapura
}

TEST_CASE("A number that may be in several countries waits for all of them") {
  Office office(kDay);
  CHECK(office.Opens("+12125550123") == "08:30");
}

TEST_CASE("The longest prefix goes before the country") {
  Office office(
      kDay +
      "[window.zones]\n\"+62\" = \"Asia/Jayapura\"\n"
      "\"+628\" = \"Europe/Berlin\"\n\"+6289\" = \"Asia/Jayapura\"\n");
  CHECK(office.Opens("+6289610707901") == "00:30");
  CHECK(office.Opens("+6281110707901") == "08:30");
  CHECK(office.regions_loaded == 0);
}

TEST_CASE("Short codes, and numbers of no country, are in default_region") {
  Office office(kDay, "DE");
  CHECK(office.Opens("22255") == "08:30");
  CHECK(office.Opens("+80012345678") == "08:30");
}

TEST_CASE("Where nobody knows the hour, nothing is sent, and it is said why") {
  Office office(kDay);
  CHECK(office.Opens("22255").find("it is in no country") != std::string::npos);
  CHECK(office.Opens("+98123").find("the zone database has no country NN") !=
        std::string::npos);
  CHECK(office.Opens("+99123").find("never open in all 2 zones") !=
        std::string::npos);
  const auto opens =
      office.Make().NextOpen(MessageClass::kBulk, "+99123", Office::kAt);
  CHECK(opens.error().kind == ErrorKind::kInvalid);
  CHECK(opens.error().message.find("[window.zones]") != std::string::npos);
}

TEST_CASE("Zones that can't be had are an error, and no window is guessed") {
  Office office(kDay);
  office.broken = true;
  SendingWindows windows = office.Make();
  const auto opens =
      windows.NextOpen(MessageClass::kBulk, "+4917012345", Office::kAt);
  CHECK(opens.error().kind == ErrorKind::kInternal);
  CHECK(windows.Prepare().error().kind == ErrorKind::kInternal);
  Office misspelt(
      "[window.bulk]\nhours = \"09:00-20:00\"\nzone = \"Mars/X\"\n");
  CHECK(misspelt.Make()
            .NextOpen(MessageClass::kBulk, "+4917012345", Office::kAt)
            .error()
            .kind == ErrorKind::kInternal);
}

TEST_CASE("What has no window asks for nothing") {
  Office office(kDay, "DE");
  SendingWindows windows = office.Make();
  for (const auto message_class :
       {MessageClass::kOtp, MessageClass::kTransactional}) {
    CHECK(windows.NextOpen(message_class, "+4917012345", Office::kAt) ==
          Office::kAt);
    CHECK_FALSE(windows.ClosedUntil(message_class, Office::kAt));
  }
  CHECK(office.zones_loaded == 0);
  Office none("");
  CHECK(none.Make().Prepare().has_value());
  CHECK(none.zones_loaded == 0);
}

TEST_CASE("A window with a zone of its own is closed for everybody at once") {
  Office office(
      "[window.transactional]\nhours = \"09:00-20:00\"\nzone = "
      "\"Asia/Jakarta\"\n[window.bulk]\nhours = \"09:00-20:00\"\n");
  SendingWindows windows = office.Make();
  using enum MessageClass;
  const WallTime night = At("2026-01-05T23:00:00+07:00");
  CHECK(windows.ClosedUntil(kTransactional, night) ==
        At("2026-01-06T09:00:00+07:00"));
  CHECK(windows.NextOpen(kTransactional, "+4917012345", night) ==
        At("2026-01-06T09:00:00+07:00"));
  CHECK_FALSE(
      windows.ClosedUntil(kTransactional, At("2026-01-05T19:00:00+07:00")));
  CHECK_FALSE(windows.ClosedUntil(kBulk, night));
  CHECK(office.regions_loaded == 0);
}

TEST_CASE("A start finds every zone that is unknown, by file, line and key") {
  Office office(
      "[window.bulk]\nhours = \"09:00-20:00\"\nzone = \"Mars/Base\"\n"
      "[window.zones]\n\"+1\" = \"Far/East\"\n\"+62\" = \"Asia/Jakatra\"\n");
  const auto prepared = office.Make().Prepare();
  REQUIRE_FALSE(prepared.has_value());
  CHECK(prepared.error().kind == ErrorKind::kInvalid);
  CHECK(prepared.error().message ==
        "smsweb.toml:3: window.bulk.zone: \"Mars/Base\" is no zone\n"
        "smsweb.toml:6: window.zones.+62: \"Asia/Jakatra\" is no zone");
}

TEST_CASE("A start finds a default_region without zones, or none") {
  Office unknown(kDay, "QQ");
  CHECK(unknown.Make().Prepare().error().message.find(
            "message.default_region: nobody knows the zones of \"QQ\"") !=
        std::string::npos);
  Office none(kDay);
  CHECK(none.Make().Prepare().has_value());
  none.config.message.short_codes = {"22255"};
  CHECK(none.Make().Prepare().error().message.find(
            "the hours of message.short_codes") != std::string::npos);
}

TEST_CASE("The system's database has each zone of each country") {
  const auto zones = LoadTimeZones();
  if (!zones) FAIL(zones.error().message);
  std::ifstream file("/usr/share/zoneinfo/zone.tab");
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    for (const auto& name : (*zones)->NamesOf(line.substr(0, 2))) {
      INFO(name);
      CHECK((*zones)->Find(name).has_value());
      ++count;
    }
  }
  CHECK(count > 400);
  for (const char* name : {"", "Mars/Base", "../../../etc/passwd", "/etc"}) {
    CHECK((*zones)->Find(name).error().kind == ErrorKind::kInvalid);
  }
}

TEST_CASE("The system's clocks change when those of Berlin do") {
  const auto zones = LoadTimeZones();
  REQUIRE(zones.has_value());
  const auto berlin = (*zones)->Find("Europe/Berlin");
  REQUIRE(berlin.has_value());
  for (const char* at : {"2026-02-01T00:00:00Z", "2026-03-29T00:59:59.999Z",
                         "2026-03-29T01:00:00Z", "2026-10-25T00:59:59.999Z",
                         "2026-10-25T01:00:00Z"}) {
    INFO(at);
    CHECK((*berlin)->At(At(at)).offset == kBerlin.At(At(at)).offset);
  }
  CHECK((*berlin)->At(At("2026-05-01T00:00:00Z")).until ==
        At("2026-10-25T01:00:00Z"));
}

TEST_CASE("Numbers are found to be where they are") {
  Config config;
  config.window = Windows("[window.bulk]\nhours = \"09:00-20:00\"\n");
  SendingWindows windows(config);
  REQUIRE(windows.Prepare().has_value());
  const auto opens = [&](const std::string& recipient) {
    const auto found = windows.NextOpen(MessageClass::kBulk, recipient,
                                        At("2026-01-05T01:00:00Z"));
    return found ? FormatRfc3339(*found).substr(11, 5) : found.error().message;
  };
  CHECK(opens("+4917012345678") == "08:00");
  CHECK(opens("+6289610707901") == "02:00");  // nine in Jakarta
  CHECK(opens("+12125550123") == "19:00");    // nine in Honolulu
  CHECK(opens("+18765550123") == "14:00");    // Jamaica, behind +1
  CHECK(opens("+77012345678") == "04:00");    // Kazakhstan, behind +7
  CHECK(opens("+38344123456") == "08:00");    // Kosovo
  CHECK(opens("+24740123") == "09:00");       // Ascension
  CHECK(opens("+80012345678").find("no country") != std::string::npos);
}

}  // namespace
}  // namespace smsweb
