// Random texts in every alphabet become PDUs and texts again.
//
// The same in each run; SMSWEB_SEED=N in the environment tries others.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>

#include "catch.h"
#include "common/pdu/alphabet_tables.h"
#include "common/pdu/cut.h"
#include "common/pdu/deliver.h"
#include "common/pdu/submit.h"
#include "common/pdu/ucs2.h"

namespace smsweb {
namespace {

constexpr int kTextsOfEach = 200;
constexpr std::size_t kPortsElement = 6;

std::uint64_t Seed() {
  const char* const said = std::getenv("SMSWEB_SEED");
  return said != nullptr ? std::strtoull(said, nullptr, 10) : 1;
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::size_t Below(std::size_t limit) { return engine_() % limit; }
  bool Coin() { return Below(2) == 0; }
  template <typename Range>
  const auto& OneOf(const Range& range) {
    return range[Below(std::size(range))];
  }

 private:
  std::mt19937_64 engine_;
};

// ---- characters ----

using Characters = std::vector<std::string>;

std::string Utf8(char16_t unit) {
  const std::array octets = {static_cast<std::uint8_t>(unit >> 8),
                             static_cast<std::uint8_t>(unit)};
  return Ucs2ToUtf8(octets);
}

void Add(const AlphabetTable& table, Characters& characters) {
  for (const char16_t unit : table) {
    if (unit != 0) characters.push_back(Utf8(unit));
  }
}

Characters TablesOf(Language language) {
  Characters characters;
  Add(LockingTable(language), characters);
  Add(SingleShiftTable(language), characters);
  return characters;
}

// Pairs, accents, flags, families, syllables: what should not be cut, and what
// it is made of.
const Characters kUnicode = {"a",
                             "é",
                             "я",
                             "中",
                             "\u0301",
                             "\u0306",
                             "\u200D",
                             "\uFE0F",
                             "👍",
                             "👍🏽",
                             "🏽",
                             "🇬🇧",
                             "🇬",
                             "👨‍👩‍👧‍👦",
                             "😀",
                             "𝄞",
                             "\u1112",
                             "\u1161",
                             "\u11AB",
                             "한",
                             "क्षि",
                             "\u093F",
                             "\u094D",
                             "\r\n",
                             "\r",
                             "\n",
                             "€",
                             "\uFFFF",
                             "\x01",
                             "ก็",
                             "❤️‍🔥",
                             "e\u0301\u0323"};

std::string RandomText(const Characters& characters, Dice& dice) {
  const std::size_t most = dice.OneOf(std::array{3, 75, 165, 500});
  std::string text;
  for (std::size_t i = dice.Below(most + 1); i > 0; --i) {
    text += dice.OneOf(characters);
  }
  return text;
}

// ---- options ----

SegmentOptions RandomOptions(const std::vector<Language>& languages,
                             Dice& dice) {
  SegmentOptions options;
  options.languages = languages;
  if (dice.Coin()) options.header.other_elements = kPortsElement;
  options.header.wide_reference = dice.Coin();
  return options;
}

std::vector<TextCoding> CodingsAllowedBy(const SegmentOptions& options) {
  std::vector<Language> tables = options.languages;
  tables.push_back(Language::kDefault);
  std::vector<TextCoding> all = {{Alphabet::kUcs2}};
  for (const Language locking : tables) {
    if (locking == Language::kSpanish) continue;  // it has none
    for (const Language single : tables) {
      all.push_back({Alphabet::kGsm7, locking, single});
    }
  }
  return all;
}

// ---- what holds of every cut ----

void CheckFewestParts(const std::string& text, const SegmentedText& cut,
                      const SegmentOptions& options) {
  for (const TextCoding& coding : CodingsAllowedBy(options)) {
    const auto other = SegmentTextAs(text, coding, options.header);
    CAPTURE(ToString(cut.coding), ToString(coding));
    if (other) CHECK(cut.parts.size() <= other->parts.size());
  }
}

bool EndsInEscape(const std::vector<std::uint8_t>& septets) {
  bool escaped = false;
  for (const auto septet : septets) escaped = !escaped && septet == kGsm7Escape;
  return escaped;
}

void CheckPairsAreWhole(const TextCoding& coding, const Segment& part) {
  if (coding.alphabet == Alphabet::kGsm7) {
    CHECK_FALSE(EndsInEscape(part.units));
    return;
  }
  REQUIRE(part.units.size() % 2 == 0);
  if (part.units.empty()) return;
  CHECK_FALSE(IsHighSurrogate(part.units[part.units.size() - 2]));
  CHECK((part.units[0] & 0xFC) != 0xDC);  // a low one
}

std::size_t UnitsOf(const std::string& text, const TextCoding& coding) {
  return SegmentTextAs(text, coding)->parts.front().units.size();
}

// By byte: the length of the cluster that goes on there; 0 where one starts.
std::vector<std::size_t> ClustersGoingOn(const std::string& text,
                                         const TextCoding& coding) {
  const auto starts = ClusterStarts(text);
  std::vector<std::size_t> going_on(text.size() + 1, 0);
  std::size_t begin = 0;
  std::size_t point = 0;
  const auto close = [&](std::size_t end) {
    const auto units = UnitsOf(text.substr(begin, end - begin), coding);
    for (std::size_t i = begin + 1; i < end; ++i) going_on[i] = units;
    begin = end;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (starts[point++] && i > 0) close(i);
  }
  close(text.size());
  return going_on;
}

void CheckClustersAreWhole(const std::string& text, const SegmentedText& cut,
                           const PartHeader& header) {
  const auto going_on = ClustersGoingOn(text, cut.coding);
  const auto capacity = PartCapacity(cut.coding, true, header);
  std::size_t at = 0;
  for (const Segment& part : cut.parts) {
    at += DecodeText(cut.coding, part.units).size();
    REQUIRE(at <= text.size());
    if (going_on[at] != 0) CHECK(going_on[at] > capacity);
  }
}

// ---- there and back ----

HeaderOptions HeaderOf(const SegmentOptions& options, std::size_t number,
                       std::size_t total) {
  HeaderOptions header;
  if (total > 1) {
    header.place = {7, static_cast<std::uint8_t>(total),
                    static_cast<std::uint8_t>(number),
                    options.header.wide_reference};
  }
  if (options.header.other_elements > 0) header.ports = Ports{16000, 9200};
  return header;
}

std::string SentAndRead(const UserData& data) {
  Submit submit;
  submit.recipient = NumberAddress("+4915112345678");
  submit.data = data;
  const auto pdu = EncodeSubmit(submit);
  REQUIRE(pdu);
  const auto read = DecodeSubmit(pdu->octets);
  REQUIRE(read);
  CHECK(*read == submit);
  return read->data.Text();
}

std::string ReceivedAndRead(const UserData& data) {
  Deliver deliver;
  deliver.sender = {.type = Address::kAlphanumericUnknown, .value = "Bank"};
  deliver.sent_at = MakeTimestamp(WallTime(std::chrono::hours(500'000)));
  deliver.data = data;
  const auto pdu = EncodeDeliver(deliver);
  REQUIRE(pdu);
  const auto read = DecodeDeliver(pdu->octets);
  REQUIRE(read);
  CHECK(*read == deliver);
  return read->data.Text();
}

void CheckRoundTrip(const std::string& text, const SegmentOptions& options) {
  const auto cut = SegmentText(text, options);
  REQUIRE(cut);
  const std::size_t total = cut->parts.size();
  REQUIRE(total <= 255);
  std::string sent;
  std::string received;
  for (std::size_t i = 0; i < total; ++i) {
    CheckPairsAreWhole(cut->coding, cut->parts[i]);
    const auto data = MakeUserData(cut->coding, cut->parts[i],
                                   HeaderOf(options, i + 1, total));
    sent += SentAndRead(data);
    received += ReceivedAndRead(data);
  }
  CHECK(sent == text);
  CHECK(received == text);
  CheckFewestParts(text, *cut, options);
  CheckClustersAreWhole(text, *cut, options.header);
}

void TryTexts(const Characters& characters,
              const std::vector<Language>& languages, std::uint64_t seed) {
  Dice dice(seed);
  for (int i = 0; i < kTextsOfEach; ++i) {
    CAPTURE(seed, i);
    CheckRoundTrip(RandomText(characters, dice),
                   RandomOptions(languages, dice));
  }
}

TEST_CASE("Random texts of the default alphabet come back") {
  TryTexts(TablesOf(Language::kDefault), {}, Seed());
}

TEST_CASE("Random texts of each national table come back") {
  for (const Language language : AllLanguages()) {
    CAPTURE(ToString(language));
    TryTexts(TablesOf(language), {language}, Seed());
    TryTexts(TablesOf(language), {}, Seed());  // as UCS-2
  }
}

TEST_CASE("Random texts of one language with another's tables come back") {
  const std::vector<Language> languages = {
      Language::kPortuguese, Language::kSpanish, Language::kTurkish};
  for (const Language language : languages) {
    TryTexts(TablesOf(language), languages, Seed());
  }
}

TEST_CASE("Random texts of all of Unicode come back") {
  TryTexts(kUnicode, {}, Seed());
  TryTexts(kUnicode, {Language::kTurkish, Language::kHindi}, Seed() + 1);
  // Nothing but what makes clusters longer than a part.
  TryTexts({"\u0301", "\u200D", "👍"}, {}, Seed());
}

}  // namespace
}  // namespace smsweb
