// Where texts are cut.
#include "common/pdu/segment.h"

#include <string>

#include "catch.h"
#include "common/pdu/submit.h"

namespace smsweb {
namespace {

std::string Times(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

struct CutCase {
  const char* what;
  std::string text;
  Alphabet alphabet;
  std::vector<std::size_t> units;  // of each part
};

const CutCase kCuts[] = {
    {"an empty text is one empty part", "", Alphabet::kGsm7, {0}},
    {"160 septets fit", Times("a", 160), Alphabet::kGsm7, {160}},
    {"161 don't", Times("a", 161), Alphabet::kGsm7, {153, 8}},
    {"two full parts", Times("a", 306), Alphabet::kGsm7, {153, 153}},
    {"one more", Times("a", 307), Alphabet::kGsm7, {153, 153, 1}},
    {"80 escape pairs fit", Times("€", 80), Alphabet::kGsm7, {160}},
    {"an escape pair stays whole", Times("€", 81), Alphabet::kGsm7, {152, 10}},
    {"a pair across the cut moves on",
     Times("a", 152) + "€" + Times("a", 10),
     Alphabet::kGsm7,
     {152, 12}},
    {"a pair that ends at the cut stays",
     Times("a", 151) + "€" + Times("a", 10),
     Alphabet::kGsm7,
     {153, 10}},
    {"70 code units fit", Times("я", 70), Alphabet::kUcs2, {140}},
    {"71 don't", Times("я", 71), Alphabet::kUcs2, {134, 8}},
    {"35 surrogate pairs fit", Times("😀", 35), Alphabet::kUcs2, {140}},
    {"a surrogate pair stays whole",
     Times("😀", 36),
     Alphabet::kUcs2,
     {132, 12}},
    {"a surrogate pair across the cut moves on",
     Times("я", 66) + "😀" + Times("я", 10),
     Alphabet::kUcs2,
     {132, 24}},
    {"one character decides for all",
     Times("a", 70) + "☃",
     Alphabet::kUcs2,
     {134, 8}},
    {"more than 255 parts are the caller's to refuse", Times("a", 256 * 153),
     Alphabet::kGsm7, std::vector<std::size_t>(256, 153)},
};

TEST_CASE("A text is cut where its alphabet allows") {
  for (const auto& row : kCuts) {
    CAPTURE(row.what);
    const auto cut = SegmentText(row.text);
    REQUIRE(cut);
    CHECK(cut->alphabet == row.alphabet);
    std::vector<std::size_t> units;
    std::string text;
    for (const Segment& part : cut->parts) {
      units.push_back(part.units.size());
      text += DecodeText(cut->alphabet, part.units);
    }
    CHECK(units == row.units);
    CHECK(text == row.text);
  }
}

struct InvalidCase {
  std::string_view text;
  const char* where;
};

const InvalidCase kInvalidTexts[] = {
    {"\xFF", "byte 0"},          {"abc\x80", "byte 3"},
    {"ab\xC3", "byte 2"},        {"\xC0\xAF", "byte 0"},
    {"я\xED\xA0\x80", "byte 2"}, {"a\xF4\x90\x80\x80", "byte 1"},
    {"\xE2\x82", "byte 0"},
};

TEST_CASE("A text that is not UTF-8 is refused with the place") {
  for (const auto& row : kInvalidTexts) {
    const auto cut = SegmentText(row.text);
    REQUIRE_FALSE(cut);
    CHECK(cut.error().kind == ErrorKind::kInvalid);
    CHECK(cut.error().message.find(row.where) != std::string::npos);
  }
}

TEST_CASE("A zero octet in the text is a character like another") {
  const std::string text("a\0b", 3);
  const auto cut = SegmentText(text);
  REQUIRE(cut);
  CHECK(cut->alphabet == Alphabet::kUcs2);
  CHECK(DecodeText(cut->alphabet, cut->parts[0].units) == text);
}

TEST_CASE("Broken UCS-2 is shown with replacement characters") {
  using Octets = std::vector<std::uint8_t>;
  const std::pair<Octets, std::string> rows[] = {
      {{0xD8, 0x3D}, "\uFFFD"},
      {{0xDE, 0x00, 0x00, 0x41},
       "\uFFFD"
       "A"},
      {{0xD8, 0x3D, 0x00, 0x41},
       "\uFFFD"
       "A"},
      {{0x00, 0x41, 0x00}, "A\uFFFD"},
      {{0xD8, 0x3D, 0xDE, 0x00}, "😀"},
  };
  for (const auto& [octets, text] : rows) {
    CHECK(DecodeText(Alphabet::kUcs2, octets) == text);
  }
}

}  // namespace
}  // namespace smsweb
