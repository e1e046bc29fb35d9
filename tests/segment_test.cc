// Where texts are cut.
#include "common/pdu/segment.h"

#include <string>

#include "catch.h"
#include "common/pdu/transliterate.h"

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
    {"an accent stays with its letter",
     Times("я", 66) + "и\u0306" + Times("я", 10),
     Alphabet::kUcs2,
     {132, 24}},
    {"a flag stays whole",
     Times("я", 64) + "🇬🇧" + Times("я", 10),
     Alphabet::kUcs2,
     {128, 28}},
    {"a flag that ends at the cut stays",
     Times("я", 63) + "🇬🇧🇩🇪" + Times("я", 10),
     Alphabet::kUcs2,
     {134, 28}},
    {"an emoji of several people stays whole",
     Times("я", 60) + "👨‍👩‍👧‍👦" + Times("я", 10),
     Alphabet::kUcs2,
     {120, 42}},
    {"a skin tone stays with its hand",
     Times("я", 65) + "👍🏽" + Times("я", 10),
     Alphabet::kUcs2,
     {130, 28}},
    {"a syllable of Hangul letters stays whole",
     Times("я", 65) + "\u1112\u1161\u11AB" + Times("я", 10),
     Alphabet::kUcs2,
     {130, 26}},
    {"CR stays with its LF",
     Times("a", 152) + "\r\n" + Times("a", 10),
     Alphabet::kGsm7,
     {152, 12}},
    {"what is longer than a part is cut where the part is full",
     Times("я", 60) + "и" + Times("\u0306", 80),
     Alphabet::kUcs2,
     {134, 134, 14}},
    {"it is cut between surrogate pairs, all the same",
     Times("я", 66) + "😀" + Times("\u200D😀", 40),
     Alphabet::kUcs2,
     {132, 132, 112}},
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
    CHECK(cut->coding.alphabet == row.alphabet);
    std::vector<std::size_t> units;
    std::string text;
    for (const Segment& part : cut->parts) {
      units.push_back(part.units.size());
      text += DecodeText(cut->coding, part.units);
    }
    CHECK(units == row.units);
    CHECK(text == row.text);
  }
}

struct ChoiceCase {
  const char* what;
  std::string text;
  SegmentOptions options;
  const char* coding;
  std::size_t parts;
  const char* reason;
};

constexpr auto kTurkish = Language::kTurkish;
constexpr auto kPortuguese = Language::kPortuguese;

const ChoiceCase kChoices[] = {
    {"the default alphabet where it will do",
     "a€",
     {.languages = {kTurkish}},
     "gsm7",
     1,
     "every character is in the default alphabet"},
    {"no table unless it is allowed",
     "ğ",
     {},
     "ucs2",
     1,
     "U+011F is not in the default alphabet: UCS-2"},
    {"a single shift table first",
     "ağ",
     {.languages = {kTurkish}},
     "gsm7 single=turkish",
     1,
     "U+011F needs the Turkish single shift table"},
    {"a locking one where that is shorter",
     Times("ğ", 78),
     {.languages = {kTurkish}},
     "gsm7 locking=turkish",
     1,
     "U+011F needs the Turkish locking shift table"},
    {"both where neither alone will do",
     "`" + Times("ãõ", 70) + "Φ",
     {.languages = {kPortuguese}},
     "gsm7 locking=portuguese single=portuguese",
     1,
     "U+0060 needs the Portuguese locking shift table and the Portuguese "
     "single shift table"},
    {"the first of the languages that do",
     "ç",
     {.languages = {Language::kSpanish, kTurkish}},
     "gsm7 single=spanish",
     1,
     "U+00E7 needs the Spanish single shift table"},
    {"a text that the default alphabet takes two parts for",
     Times("€", 81),
     {.languages = {kTurkish}},
     "gsm7 locking=turkish",
     1,
     "fewest parts with the Turkish locking shift table: 1"},
    {"UCS-2 where no table will do",
     "ğ你",
     {.languages = {kTurkish}},
     "ucs2",
     1,
     "U+4F60 is in no allowed table: UCS-2"},
    {"UCS-2 where no pair of tables will do",
     "ıÍक",
     {.languages = {kTurkish, Language::kSpanish, Language::kHindi}},
     "ucs2",
     1,
     "no allowed pair of tables has every character: UCS-2"},
    {"Hindi",
     "नमस्ते",
     {.languages = {Language::kHindi}},
     "gsm7 locking=hindi",
     1,
     "U+0928 needs the Hindi locking shift table"},
    {"UCS-2 that was asked for",
     "a",
     {.alphabet = Alphabet::kUcs2},
     "ucs2",
     1,
     "ucs2 was asked for"},
    {"less room beside other elements",
     Times("a", 160),
     {.header = {.other_elements = 6}},
     "gsm7",
     2,
     "every character is in the default alphabet"},
};

TEST_CASE("The coding with the fewest parts is chosen, and said why") {
  for (const auto& row : kChoices) {
    CAPTURE(row.what);
    const auto cut = SegmentText(row.text, row.options);
    REQUIRE(cut);
    CHECK(ToString(cut->coding) == row.coding);
    CHECK(cut->parts.size() == row.parts);
    CHECK(cut->reason == row.reason);
    std::string text;
    for (const Segment& part : cut->parts) {
      text += DecodeText(cut->coding, part.units);
    }
    CHECK(text == row.text);
  }
}

TEST_CASE("An alphabet that was asked for and can't say the text is refused") {
  const auto cut = SegmentText("aя", {.alphabet = Alphabet::kGsm7});
  REQUIRE_FALSE(cut);
  CHECK(cut.error().kind == ErrorKind::kInvalid);
  CHECK(cut.error().message == "U+044F is not in gsm7");
}

TEST_CASE("A text is encoded again in the coding that was chosen for it") {
  for (const auto& row : kChoices) {
    CAPTURE(row.what);
    const auto first = SegmentText(row.text, row.options);
    const auto coding = ParseTextCoding(row.coding);
    REQUIRE(coding);
    const auto again = SegmentTextAs(row.text, *coding, row.options.header);
    REQUIRE(again);
    REQUIRE(again->parts.size() == first->parts.size());
    for (std::size_t i = 0; i < again->parts.size(); ++i) {
      CHECK(again->parts[i].units == first->parts[i].units);
    }
  }
  CHECK_FALSE(SegmentTextAs("ğ", {}));
  CHECK_FALSE(SegmentTextAs("a", {Alphabet::kData}));
  CHECK_FALSE(SegmentTextAs("\xFF", {}));
}

TEST_CASE("A coding is written and read again") {
  for (const Language locking : AllLanguages()) {
    for (const Language single : AllLanguages()) {
      const TextCoding coding{
          Alphabet::kGsm7,
          HasLockingTable(locking) ? locking : Language::kDefault, single};
      CHECK(ParseTextCoding(ToString(coding)) == coding);
    }
  }
  CHECK(ParseTextCoding("gsm7") == TextCoding{});
  CHECK(ParseTextCoding("ucs2") == TextCoding{Alphabet::kUcs2});
  for (const char* bad :
       {"", "gsm", "8bit", "gsm7 ", "gsm7  single=turkish", "ucs2 single=urdu",
        "gsm7 locking=spanish", "gsm7 single=default", "gsm7 single=klingon",
        "gsm7 single=urdu single=urdu"}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseTextCoding(bad));
  }
}

TEST_CASE("Typography is made plain, letters stay") {
  CHECK(Transliterate("“It’s” – 5\u00A0°C…") == "\"It's\" - 5 °C...");
  CHECK(Transliterate("ğ я 你 😀") == "ğ я 你 😀");
  CHECK(Transliterate("\xFF“") == "\xFF“");
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
  CHECK(cut->coding.alphabet == Alphabet::kUcs2);
  CHECK(DecodeText(cut->coding, cut->parts[0].units) == text);
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
    CHECK(DecodeText({Alphabet::kUcs2}, octets) == text);
  }
}

}  // namespace
}  // namespace smsweb
