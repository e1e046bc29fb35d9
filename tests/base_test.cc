// The small things that everything stands on: ids and times.
#include "catch.h"
#include "common/base/clock.h"
#include "common/base/duration.h"
#include "common/base/imei.h"
#include "common/base/uuid.h"

namespace smsweb {
namespace {

TEST_CASE("A UUID carries its version, its variant and its millisecond") {
  SeededRandom random(1);
  const Uuid id = MakeUuidV7(WallTime(Millis(0x0123456789AB)), random);
  const std::string text = ToString(id);
  CHECK(text.substr(0, 13) == "01234567-89ab");
  CHECK(text[14] == '7');
  CHECK((id.bytes[8] & 0xC0) == 0x80);
}

TEST_CASE("A UUID made later sorts later") {
  SeededRandom random(2);
  CHECK(MakeUuidV7(WallTime(Millis(1000)), random) <
        MakeUuidV7(WallTime(Millis(1001)), random));
}

TEST_CASE("A UUID reads back what it wrote, and nothing else") {
  SeededRandom random(3);
  const Uuid id = MakeUuidV7(WallTime(Millis(1)), random);
  const std::string text = ToString(id);
  REQUIRE(ParseUuid(text).has_value());
  CHECK(*ParseUuid(text) == id);
  for (std::string bad :
       {std::string(), text.substr(1), text + "0", "{" + text.substr(2) + "}",
        std::string(36, '-'), text.substr(0, 35) + "g"}) {
    CHECK_FALSE(ParseUuid(bad).has_value());
  }
}

TEST_CASE("The system's clock is the system's") {
  const auto before =
      std::chrono::floor<Millis>(std::chrono::system_clock::now());
  const WallTime now = SystemClock().Wall();
  CHECK(before <= now);
  CHECK(now <= std::chrono::system_clock::now());
}

TEST_CASE("Times are written as RFC 3339 in UTC") {
  CHECK(FormatRfc3339(WallTime(Millis(0))) == "1970-01-01T00:00:00.000Z");
  CHECK(FormatRfc3339(WallTime(Millis(1'763'882'208'123))) ==
        "2025-11-23T07:16:48.123Z");
}

TEST_CASE("Times are read as RFC 3339, in any zone, and nothing else") {
  struct Row {
    const char* text;
    const char* utc;  // empty: refused
  };
  const Row rows[] = {
      {"2025-11-23T07:16:48.123Z", "2025-11-23T07:16:48.123Z"},
      {"2025-11-23T07:16:48Z", "2025-11-23T07:16:48.000Z"},
      {"2025-11-23 07:16:48.1999z", "2025-11-23T07:16:48.199Z"},
      {"2025-11-23T07:16:48+07:00", "2025-11-23T00:16:48.000Z"},
      {"2025-11-23T23:16:48-02:30", "2025-11-24T01:46:48.000Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
      {"2025-02-29T00:00:00Z", ""},
      {"2025-11-23T24:00:00Z", ""},
      {"2025-11-23T07:16:48", ""},
      {"2025-11-23T07:16:48.Z", ""},
      {"2025-11-23T07:16:48Zjunk", ""},
      {"2025-13-01T00:00:00Z", ""},
      {"tomorrow", ""},
      {"", ""},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto time = ParseRfc3339(row.text);
    CHECK((time ? FormatRfc3339(*time) : "") == row.utc);
  }
}

TEST_CASE("An IMEI is told by 14 digits, and checked by the 15th") {
  CHECK(IsImei("490154203237518"));
  CHECK_FALSE(IsImei("490154203237517"));
  CHECK_FALSE(IsImei("49015420323751"));
  CHECK_FALSE(IsImei("49015420323751x"));
  CHECK(SameImei("490154203237518", "490154203237510"));
  CHECK(SameImei("4901542032375101", "490154203237518"));
  CHECK_FALSE(SameImei("490154203237518", "490154203237608"));
  CHECK_FALSE(SameImei("", ""));
  CHECK(WithCheckDigit("+CGSN: \"49015420323751001\"") == "490154203237518");
  CHECK(WithCheckDigit("ERROR").empty());
}

TEST_CASE("Durations are seconds or milliseconds") {
  CHECK(ParseDuration("3s") == Millis(3000));
  CHECK(ParseDuration("2500ms") == Millis(2500));
  CHECK(ParseDuration("1.5s") == Millis(1500));
  CHECK(ParseDuration("0") == Millis(0));
  for (const char* bad : {"", "3", "s", "-1s", "3h", "1e99s", "nans", "3 s"}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseDuration(bad));
  }
}

}  // namespace
}  // namespace smsweb
