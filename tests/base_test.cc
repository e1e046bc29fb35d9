// The small things that everything stands on: ids and times.
#include "catch.h"
#include "common/base/clock.h"
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

TEST_CASE("Times are written as RFC 3339 in UTC") {
  CHECK(FormatRfc3339(WallTime(Millis(0))) == "1970-01-01T00:00:00.000Z");
  CHECK(FormatRfc3339(WallTime(Millis(1'763'882'208'123))) ==
        "2025-11-23T07:16:48.123Z");
}

}  // namespace
}  // namespace smsweb
