// The default alphabet, its extension table, and septets in octets.
#include "common/pdu/gsm7.h"

#include "catch.h"

namespace smsweb {
namespace {

using Septets = std::vector<std::uint8_t>;

struct AlphabetCase {
  const char* text;
  Septets septets;
};

const AlphabetCase kAlphabet[] = {
    {"", {}},
    {"@", {0x00}},
    {"hello", {0x68, 0x65, 0x6C, 0x6C, 0x6F}},
    {"£$¥èéùìòÇ\nØø\rÅå", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
    {"Δ_ΦΓΛΩΠΨΣΘΞ",
     {0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A}},
    {"ÆæßÉ ¤", {0x1C, 0x1D, 0x1E, 0x1F, 0x20, 0x24}},
    {"¡ÄÖÑÜ§¿äöñüà",
     {0x40, 0x5B, 0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x7B, 0x7C, 0x7D, 0x7E, 0x7F}},
    {"^{}\\[~]|€\f",
     {0x1B, 0x14, 0x1B, 0x28, 0x1B, 0x29, 0x1B, 0x2F, 0x1B, 0x3C,
      0x1B, 0x3D, 0x1B, 0x3E, 0x1B, 0x40, 0x1B, 0x65, 0x1B, 0x0A}},
};

TEST_CASE("Each character of the alphabet has its septet, both ways") {
  for (const auto& row : kAlphabet) {
    CAPTURE(row.text);
    const auto septets = Utf8ToGsm7(row.text);
    REQUIRE(septets);
    CHECK(*septets == row.septets);
    CHECK(Gsm7ToUtf8(row.septets) == row.text);
  }
}

TEST_CASE("A character outside the alphabet is refused") {
  for (const char* text :
       {"`", "ç", "\t", "\x1b", "\x7f", "я", "“", "á", "Α", "ο", "😀", "a☃b"}) {
    CAPTURE(text);
    CHECK_FALSE(Utf8ToGsm7(text));
  }
  CHECK_FALSE(Utf8ToGsm7(std::string_view("\0", 1)));
}

TEST_CASE("All 127 characters of the default alphabet read back") {
  Septets septets;
  for (std::uint8_t septet = 0; septet < 128; ++septet) {
    if (septet != kGsm7Escape) septets.push_back(septet);
  }
  const auto again = Utf8ToGsm7(Gsm7ToUtf8(septets));
  REQUIRE(again);
  CHECK(*again == septets);
}

struct ShownCase {
  const char* what;
  Septets septets;
  const char* text;
};

const ShownCase kShown[] = {
    {"an unknown extension shows the default alphabet", {0x1B, 0x41}, "A"},
    {"an escaped escape is a space", {0x1B, 0x1B, 0x41}, " A"},
    {"an escape with nothing behind it is replaced", {0x41, 0x1B}, "A\uFFFD"},
};

TEST_CASE("What the tables do not hold is shown as TS 23.038 says") {
  for (const auto& row : kShown) {
    CAPTURE(row.what);
    CHECK(Gsm7ToUtf8(row.septets) == row.text);
  }
}

TEST_CASE("Any septets unpack to what was packed, at any fill") {
  for (unsigned fill = 0; fill < 7; ++fill) {
    for (std::size_t count = 0; count <= 160; ++count) {
      Septets septets;
      for (std::size_t i = 0; i < count; ++i) {
        septets.push_back(static_cast<std::uint8_t>((i * 37 + fill) & 0x7F));
      }
      const auto octets = PackSeptets(septets, fill);
      REQUIRE(octets.size() == PackedSize(count, fill));
      const auto again = UnpackSeptets(octets, count, fill);
      REQUIRE(again);
      REQUIRE(*again == septets);
    }
  }
}

TEST_CASE("Too few octets for the septets are refused") {
  const Septets octets(7);
  CHECK(UnpackSeptets(octets, 8));
  CHECK_FALSE(UnpackSeptets(octets, 9));
  CHECK_FALSE(UnpackSeptets(octets, 8, 1));
}

TEST_CASE("Fill bits lead from a header's end to a septet's boundary") {
  const unsigned expected[] = {0, 6, 5, 4, 3, 2, 1, 0};
  for (std::size_t octets = 0; octets < 8; ++octets) {
    CHECK(FillBits(octets) == expected[octets]);
  }
}

}  // namespace
}  // namespace smsweb
