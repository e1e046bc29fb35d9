#include "common/pdu/segment.h"

#include <utf8.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <utility>

#include "common/pdu/cut.h"
#include "common/pdu/gsm7.h"
#include "common/pdu/ucs2.h"

namespace smsweb {
namespace {

constexpr std::size_t kPartOctets = 140;
constexpr std::size_t kConcatenationElement = 5;
constexpr std::size_t kWideConcatenationElement = 6;
constexpr std::size_t kLanguageElement = 3;
constexpr std::size_t kMostOtherElements = 100;

std::optional<std::size_t> FirstInvalid(std::string_view text) {
  const auto* const bytes = text.data();
  std::size_t ascii = 0;
  while (ascii < text.size() && static_cast<signed char>(bytes[ascii]) >= 0) {
    ++ascii;
  }
  const auto* const end = bytes + text.size();
  const auto* const bad = utf8::find_invalid(bytes + ascii, end);
  if (bad == end) return std::nullopt;
  return static_cast<std::size_t>(bad - bytes);
}

Result<void> Check(std::string_view text, const PartHeader& header) {
  if (header.other_elements > kMostOtherElements) {
    return Fail(ErrorKind::kInvalid, "the header leaves no room for a text");
  }
  const auto bad = FirstInvalid(text);
  if (!bad) return {};
  return Fail(ErrorKind::kInvalid,
              "the text is not UTF-8 at byte " + std::to_string(*bad));
}

// ---- cutting ----

// A text, and where it may be cut, which is looked up when it is first needed.
class Cutter {
 public:
  explicit Cutter(std::string_view text) : text_(text) {}

  // `units` are the text in `coding`.
  std::vector<Segment> Cut(const TextCoding& coding,
                           std::vector<std::uint8_t> units,
                           const PartHeader& header) {
    std::vector<Segment> parts;
    if (units.size() <= PartCapacity(coding, false, header)) {
      parts.push_back({std::move(units)});
      return parts;
    }
    if (starts_.empty()) starts_ = ClusterStarts(text_);
    auto from = units.begin();
    for (const std::size_t end : PartEnds(coding.alphabet, units, starts_,
                                          PartCapacity(coding, true, header))) {
      const auto to = units.begin() + static_cast<std::ptrdiff_t>(end);
      parts.push_back({{from, to}});
      from = to;
    }
    return parts;
  }

  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
  std::vector<bool> starts_;
};

// ---- choosing ----

std::optional<std::vector<std::uint8_t>> Encode(std::string_view text,
                                                const TextCoding& coding) {
  if (coding.alphabet == Alphabet::kUcs2) return Utf8ToUcs2(text);
  return Utf8ToGsm7(text, coding.locking, coding.single);
}

std::optional<SegmentedText> TryCoding(Cutter& cutter, const TextCoding& coding,
                                       const PartHeader& header) {
  auto units = Encode(cutter.text(), coding);
  if (!units) return std::nullopt;
  return SegmentedText{.coding = coding,
                       .parts = cutter.Cut(coding, std::move(*units), header),
                       .reason = {}};
}

// The codings with national language tables, in the order in which they are
// preferred: a header as short as can be.
std::vector<TextCoding> NationalCodings(std::span<const Language> languages) {
  std::vector<TextCoding> singles;
  std::vector<TextCoding> lockings;
  std::vector<TextCoding> both;
  for (const Language single : languages) {
    if (single == Language::kDefault) continue;
    singles.push_back({Alphabet::kGsm7, Language::kDefault, single});
    if (!HasLockingTable(single)) continue;
    lockings.push_back({Alphabet::kGsm7, single, Language::kDefault});
  }
  for (const TextCoding& locking : lockings) {
    for (const TextCoding& single : singles) {
      both.push_back({Alphabet::kGsm7, locking.locking, single.single});
    }
  }
  auto all = std::move(singles);
  all.insert(all.end(), lockings.begin(), lockings.end());
  all.insert(all.end(), both.begin(), both.end());
  return all;
}

// ---- reasons ----

std::string CodePoint(char32_t character) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "U+%04X",
                static_cast<unsigned>(character));
  return text.data();
}

std::string Capitalized(Language language) {
  std::string name(ToString(language));
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

std::string TablesOf(const TextCoding& coding) {
  const auto single = Capitalized(coding.single) + " single shift table";
  const auto locking = Capitalized(coding.locking) + " locking shift table";
  if (coding.locking == Language::kDefault) return "the " + single;
  if (coding.single == Language::kDefault) return "the " + locking;
  return "the " + locking + " and the " + single;
}

template <typename Pred>
std::optional<char32_t> FirstThat(std::string_view text, Pred is_it) {
  for (const char* at = text.data(); at != text.data() + text.size();) {
    const auto character = static_cast<char32_t>(utf8::unchecked::next(at));
    if (is_it(character)) return character;
  }
  return std::nullopt;
}

std::optional<char32_t> FirstNotIn(const TextCoding& coding,
                                   std::string_view text) {
  return FirstThat(text, [&](char32_t c) {
    return !FindInGsm7(c, coding.locking, coding.single);
  });
}

bool IsInAny(char32_t character, std::span<const Language> languages) {
  return FindInGsm7(character) ||
         std::ranges::any_of(languages, [&](Language language) {
           return FindInGsm7(character, language, language).has_value();
         });
}

std::string FewerParts(const SegmentedText& chosen, const std::string& with) {
  return "fewest parts with " + with + ": " +
         std::to_string(chosen.parts.size());
}

std::string ReasonForUcs2(std::string_view text,
                          std::span<const Language> languages) {
  const auto missing =
      FirstThat(text, [&](char32_t c) { return !IsInAny(c, languages); });
  if (!missing) return "no allowed pair of tables has every character: UCS-2";
  if (languages.empty()) {
    return CodePoint(*missing) + " is not in the default alphabet: UCS-2";
  }
  return CodePoint(*missing) + " is in no allowed table: UCS-2";
}

std::string ReasonFor(const SegmentedText& chosen, std::string_view text,
                      std::span<const Language> languages,
                      bool other_could_do) {
  if (chosen.coding == TextCoding{}) {
    return "every character is in the default alphabet";
  }
  if (chosen.coding.alphabet == Alphabet::kUcs2) {
    return other_could_do ? FewerParts(chosen, "UCS-2")
                          : ReasonForUcs2(text, languages);
  }
  const auto tables = TablesOf(chosen.coding);
  const auto needs = FirstNotIn({}, text);
  return needs ? CodePoint(*needs) + " needs " + tables
               : FewerParts(chosen, tables);
}

// ---- the choice ----

std::optional<SegmentedText> BestGsm7(Cutter& cutter,
                                      const SegmentOptions& options) {
  auto best = TryCoding(cutter, {}, options.header);
  if (best && (best->parts.size() == 1 || options.languages.empty())) {
    return best;
  }
  for (const auto& coding : NationalCodings(options.languages)) {
    auto cut = TryCoding(cutter, coding, options.header);
    if (!cut) continue;
    if (!best || cut->parts.size() < best->parts.size()) best = std::move(cut);
    if (best->parts.size() == 1) break;
  }
  return best;
}

Result<SegmentedText> AsAsked(Cutter& cutter, TextCoding coding,
                              const PartHeader& header) {
  auto cut = TryCoding(cutter, coding, header);
  if (!cut) {
    const auto missing = FirstNotIn(coding, cutter.text());
    return Fail(ErrorKind::kInvalid, CodePoint(missing.value_or(0)) +
                                         " is not in " + ToString(coding));
  }
  cut->reason = ToString(coding) + " was asked for";
  return std::move(*cut);
}

}  // namespace

std::size_t PartCapacity(const TextCoding& coding, bool concatenated,
                         const PartHeader& header) {
  std::size_t size = header.other_elements;
  if (concatenated) {
    size += header.wide_reference ? kWideConcatenationElement
                                  : kConcatenationElement;
  }
  const bool gsm7 = coding.alphabet == Alphabet::kGsm7;
  if (gsm7 && coding.locking != Language::kDefault) size += kLanguageElement;
  if (gsm7 && coding.single != Language::kDefault) size += kLanguageElement;
  if (size > 0) ++size;  // its length
  if (size >= kPartOctets) return 0;
  const std::size_t octets = kPartOctets - size;
  return gsm7 ? octets * 8 / 7 : octets - octets % 2;
}

Result<SegmentedText> SegmentText(std::string_view text,
                                  const SegmentOptions& options) {
  if (auto sound = Check(text, options.header); !sound) {
    return std::unexpected(sound.error());
  }
  Cutter cutter(text);
  if (options.alphabet == Alphabet::kUcs2) {
    return AsAsked(cutter, {Alphabet::kUcs2}, options.header);
  }
  auto chosen = BestGsm7(cutter, options);
  const bool gsm7_could_do = chosen.has_value();
  if (options.alphabet == Alphabet::kGsm7) {
    if (!chosen) return AsAsked(cutter, {}, options.header);
  } else if (!chosen ||
             (chosen->parts.size() > 1 && chosen->coding != TextCoding{})) {
    auto ucs2 = TryCoding(cutter, {Alphabet::kUcs2}, options.header);
    if (!chosen || ucs2->parts.size() < chosen->parts.size()) chosen = ucs2;
  }
  chosen->reason = ReasonFor(*chosen, text, options.languages, gsm7_could_do);
  return std::move(*chosen);
}

Result<SegmentedText> SegmentTextAs(std::string_view text,
                                    const TextCoding& coding,
                                    const PartHeader& header) {
  if (auto sound = Check(text, header); !sound) {
    return std::unexpected(sound.error());
  }
  if (coding.alphabet == Alphabet::kData) {
    return Fail(ErrorKind::kInvalid, "a text is not 8-bit data");
  }
  Cutter cutter(text);
  return AsAsked(cutter, coding, header);
}

std::string DecodeText(const TextCoding& coding,
                       std::span<const std::uint8_t> units) {
  switch (coding.alphabet) {
    case Alphabet::kGsm7:
      return Gsm7ToUtf8(units, coding.locking, coding.single);
    case Alphabet::kUcs2:
      return Ucs2ToUtf8(units);
    case Alphabet::kData:
      break;
  }
  return "";
}

}  // namespace smsweb
