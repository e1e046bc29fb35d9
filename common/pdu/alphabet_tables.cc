#include "common/pdu/alphabet_tables.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

namespace smsweb {
namespace {

// Tables are written as eight rows of sixteen characters. A space stands for
// "none", but at 0x20, where it is itself.
constexpr std::size_t kSpace = 0x20;

constexpr AlphabetTable Table(std::u16string_view rows) {
  AlphabetTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = rows[i] == u' ' && i != kSpace ? u'\0' : rows[i];
  }
  return table;
}

// ---- locking shift ----

// § 6.2.1
constexpr AlphabetTable kDefault = Table(
    u"@£$¥èéùìòÇ\nØø\rÅå"
    u"Δ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ"
    u" !\"#¤%&'()*+,-./"
    u"0123456789:;<=>?"
    u"¡ABCDEFGHIJKLMNO"
    u"PQRSTUVWXYZÄÖÑÜ§"
    u"¿abcdefghijklmno"
    u"pqrstuvwxyzäöñüà");

// A.3.1
constexpr AlphabetTable kTurkish = Table(
    u"@£$¥€éùıòÇ\nĞğ\rÅå"
    u"Δ_ΦΓΛΩΠΨΣΘΞ ŞşßÉ"
    u" !\"#¤%&'()*+,-./"
    u"0123456789:;<=>?"
    u"İABCDEFGHIJKLMNO"
    u"PQRSTUVWXYZÄÖÑÜ§"
    u"çabcdefghijklmno"
    u"pqrstuvwxyzäöñüà");

// A.3.3
constexpr AlphabetTable kPortuguese = Table(
    u"@£$¥êéúíóç\nÔô\rÁá"
    u"Δ_ªÇÀ∞^\\€Ó| ÂâÊÉ"
    u" !\"#º%&'()*+,-./"
    u"0123456789:;<=>?"
    u"ÍABCDEFGHIJKLMNO"
    u"PQRSTUVWXYZÃÕÚÜ§"
    u"~abcdefghijklmno"
    u"pqrstuvwxyzãõ`üà");

// A.3.13
constexpr AlphabetTable kUrdu = Table(
    u"\u0627\u0622\u0628\u067B\u0680\u067E\u06A6\u062A"
    u"\u06C2\u067F\n\u0679\u067D\r\u067A\u067C"
    u"\u062B\u062C\u0681\u0684\u0683\u0685\u0686\u0687"
    u"\u062D\u062E\u062F \u068C\u0688\u0689\u068A"
    u" !\u068F\u068D\u0630\u0631\u0691\u0693"
    u")(\u0699\u0632,\u0696.\u0698"
    u"0123456789:;\u069A\u0633\u0634?"
    u"\u0635\u0636\u0637\u0638\u0639\u0641\u0642\u06A9"
    u"\u06AA\u06AB\u06AF\u06B3\u06B1\u0644\u0645\u0646"
    u"\u06BA\u06BB\u06BC\u0648\u06C4\u06D5\u06C1\u06BE"
    u"\u0621\u06CC\u06D0\u06D2\u064D\u0650\u064F\u0657"
    u"\u0654abcdefghijklmno"
    u"pqrstuvwxyz\u0655\u0651\u0653\u0656\u0670");

// A.3.4 to A.3.12 follow one plan: the letters and signs of the script's
// Unicode block in their order there, here as offsets into the block, with
// gaps where the script has no such letter; and six more at the end.
constexpr std::u16string_view kIndicPlan =
    u"\x01\x02\x03\x05\x06\x07\x08\x09\x0A\x0B\n\x0C\x0D\r\x0E\x0F"
    u"\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A \x1B\x1C\x1D\x1E"
    u" !\x1F\x20\x21\x22\x23\x24)(\x25\x26,\x27.\x28"
    u"0123456789:;\x29\x2A\x2B?"
    u"\x2C\x2D\x2E\x2F\x30\x31\x32\x33\x34\x35\x36\x37\x38\x39\x3C\x3D"
    u"\x3E\x3F\x40\x41\x42\x43\x44\x45\x46\x47\x48\x49\x4A\x4B\x4C\x4D"
    u" abcdefghijklmno"
    u"pqrstuvwxyz     ";

// Where the plan has a character as it is, and no offset.
constexpr bool IsPlain(std::size_t septet) {
  if (septet == 0x0A || septet == 0x0D || septet == kGsm7Escape) return true;
  if (septet >= 0x20 && septet < 0x40) {
    constexpr std::u16string_view kOffsets =
        u"\x22\x23\x24\x25\x26\x27\x2A\x2B\x2D\x2F\x3C\x3D\x3E";
    return kOffsets.find(static_cast<char16_t>(septet)) ==
           std::u16string_view::npos;
  }
  return septet >= 0x60;
}

// `gaps` are offsets, `last` the characters at 0x60 and from 0x7B on.
constexpr AlphabetTable Indic(char16_t block, std::u16string_view gaps,
                              std::u16string_view last) {
  AlphabetTable table = Table(kIndicPlan);
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (IsPlain(i)) continue;
    const char16_t offset = kIndicPlan[i];
    const bool gap = gaps.find(offset) != std::u16string_view::npos;
    table[i] = gap ? u'\0' : static_cast<char16_t>(block + offset);
  }
  table[0x60] = last[0];
  for (std::size_t i = 1; i < last.size(); ++i) table[0x7A + i] = last[i];
  return table;
}

constexpr AlphabetTable kBengali =
    Indic(0x0980, u"\x0D\x0E\x11\x12\x29\x31\x33\x34\x35\x45\x46\x49\x4A",
          u"\u09CE\u09D7\u09DC\u09DD\u09F0\u09F1");
constexpr AlphabetTable kGujarati =
    Indic(0x0A80, u"\x0E\x12\x29\x31\x34\x46\x4A",
          u"\u0AD0\u0AE0\u0AE1\u0AE2\u0AE3\u0AF1");
constexpr AlphabetTable kHindi =
    Indic(0x0900, u"", u"\u0950\u0972\u097B\u097C\u097E\u097F");
constexpr AlphabetTable kKannada =
    Indic(0x0C80, u"\x01\x0D\x11\x29\x34\x45\x49",
          u"\u0CD5\u0CD6\u0CE0\u0CE1\u0CE2\u0CE3");
constexpr AlphabetTable kMalayalam =
    Indic(0x0D00, u"\x01\x0D\x11\x29\x3C\x45\x49",
          u"\u0D57\u0D60\u0D61\u0D62\u0D63\u0D79");
constexpr AlphabetTable kOriya =
    Indic(0x0B00, u"\x0D\x0E\x11\x12\x29\x31\x34\x45\x46\x49\x4A",
          u"\u0B56\u0B57\u0B60\u0B61\u0B62\u0B63");
constexpr AlphabetTable kPunjabi = Indic(
    0x0A00,
    u"\x0B\x0C\x0D\x0E\x11\x12\x29\x31\x34\x37\x3D\x43\x44\x45\x46\x49\x4A",
    u"\u0A51\u0A70\u0A71\u0A72\u0A73\u0A74");
constexpr AlphabetTable kTamil =
    Indic(0x0B80,
          u"\x01\x0B\x0C\x0D\x11\x16\x17\x18\x1B\x1D\x20\x21\x22\x25\x26\x27"
          u"\x2B\x2C\x2D\x3C\x3D\x43\x44\x45\x49",
          u"\u0BD0\u0BD7\u0BF0\u0BF1\u0BF2\u0BF9");
constexpr AlphabetTable kTelugu =
    Indic(0x0C00, u"\x0D\x11\x29\x34\x3C\x45\x49",
          u"\u0C55\u0C56\u0C60\u0C61\u0C62\u0C63");

constexpr std::array<const AlphabetTable*, 14> kLocking = {
    &kDefault,  &kTurkish, &kDefault, &kPortuguese, &kBengali,
    &kGujarati, &kHindi,   &kKannada, &kMalayalam,  &kOriya,
    &kPunjabi,  &kTamil,   &kTelugu,  &kUrdu};

// ---- single shift ----

// § 6.2.1.1. 0x0A is the page break.
constexpr AlphabetTable kExtension = Table(
    u"          \f     "
    u"    ^           "
    u"        {}     \\"
    u"            [~] "
    u"|               "
    u"                "
    u"     €          "
    u"                ");

struct Entry {
  std::uint8_t septet;
  char16_t character;
};

constexpr AlphabetTable With(AlphabetTable table,
                             std::initializer_list<Entry> entries) {
  table[kSpace] = 0;
  for (const Entry& entry : entries) table[entry.septet] = entry.character;
  return table;
}

constexpr AlphabetTable kDefaultShift = With(kExtension, {});

// A.2.1
constexpr AlphabetTable kTurkishShift = With(kExtension, {{0x47, u'Ğ'},
                                                          {0x49, u'İ'},
                                                          {0x53, u'Ş'},
                                                          {0x63, u'ç'},
                                                          {0x67, u'ğ'},
                                                          {0x69, u'ı'},
                                                          {0x73, u'ş'}});

// A.2.2
constexpr AlphabetTable kSpanishShift = With(kExtension, {{0x09, u'ç'},
                                                          {0x41, u'Á'},
                                                          {0x49, u'Í'},
                                                          {0x4F, u'Ó'},
                                                          {0x55, u'Ú'},
                                                          {0x61, u'á'},
                                                          {0x69, u'í'},
                                                          {0x6F, u'ó'},
                                                          {0x75, u'ú'}});

// A.2.3
constexpr AlphabetTable kPortugueseShift =
    With(kExtension,
         {{0x05, u'ê'}, {0x09, u'ç'}, {0x0B, u'Ô'}, {0x0C, u'ô'}, {0x0E, u'Á'},
          {0x0F, u'á'}, {0x12, u'Φ'}, {0x13, u'Γ'}, {0x15, u'Ω'}, {0x16, u'Π'},
          {0x17, u'Ψ'}, {0x18, u'Σ'}, {0x19, u'Θ'}, {0x1F, u'Ê'}, {0x41, u'À'},
          {0x49, u'Í'}, {0x4F, u'Ó'}, {0x55, u'Ú'}, {0x5B, u'Ã'}, {0x5C, u'Õ'},
          {0x61, u'Â'}, {0x69, u'í'}, {0x6F, u'ó'}, {0x75, u'ú'}, {0x7B, u'ã'},
          {0x7C, u'õ'}, {0x7F, u'â'}});

// A.2.4 to A.2.13: the same signs and Latin capitals in each; a '.' is where
// the script's own characters go, one after the other.
constexpr std::u16string_view kIndicShiftPlan =
    u"@£$¥¿\"¤%&'\f*+ -/"
    u"<=>¡^¡_#*.. ...."
    u"........{}.....\\"
    u"............[~]."
    u"|ABCDEFGHIJKLMNO"
    u"PQRSTUVWXYZ     "
    u"     €          "
    u"                ";

constexpr AlphabetTable IndicShift(std::u16string_view characters) {
  AlphabetTable table = With(Table(kIndicShiftPlan), {});
  std::size_t next = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (kIndicShiftPlan[i] != u'.') continue;
    const char16_t own = next < characters.size() ? characters[next] : u' ';
    table[i] = own == u' ' ? u'\0' : own;
    ++next;
  }
  return table;
}

constexpr AlphabetTable kBengaliShift = IndicShift(
    u"\u09E6\u09E7\u09E8\u09E9\u09EA\u09EB\u09EC\u09ED\u09EE\u09EF"
    u"\u09DF\u09E0\u09E1\u09E2\u09E3\u09F2\u09F3\u09F4\u09F5"
    u"\u09F6\u09F7\u09F8\u09F9\u09FA");
constexpr AlphabetTable kGujaratiShift = IndicShift(
    u"\u0964\u0965"
    u"\u0AE6\u0AE7\u0AE8\u0AE9\u0AEA\u0AEB\u0AEC\u0AED\u0AEE\u0AEF");
constexpr AlphabetTable kHindiShift = IndicShift(
    u"\u0964\u0965"
    u"\u0966\u0967\u0968\u0969\u096A\u096B\u096C\u096D\u096E\u096F"
    u"\u0951\u0952\u0953\u0954\u0958\u0959\u095A\u095B\u095C\u095D"
    u"\u095E\u095F\u0960\u0961\u0962\u0963\u0970\u0971");
constexpr AlphabetTable kKannadaShift = IndicShift(
    u"\u0964\u0965"
    u"\u0CE6\u0CE7\u0CE8\u0CE9\u0CEA\u0CEB\u0CEC\u0CED\u0CEE\u0CEF"
    u"\u0CDE\u0CF1\u0CF2");
constexpr AlphabetTable kMalayalamShift = IndicShift(
    u"\u0964\u0965"
    u"\u0D66\u0D67\u0D68\u0D69\u0D6A\u0D6B\u0D6C\u0D6D\u0D6E\u0D6F"
    u"\u0D70\u0D71\u0D72\u0D73\u0D74\u0D75\u0D7A\u0D7B\u0D7C\u0D7D"
    u"\u0D7E\u0D7F");
constexpr AlphabetTable kOriyaShift = IndicShift(
    u"\u0964\u0965"
    u"\u0B66\u0B67\u0B68\u0B69\u0B6A\u0B6B\u0B6C\u0B6D\u0B6E\u0B6F"
    u"\u0B5C\u0B5D\u0B5F\u0B70\u0B71");
constexpr AlphabetTable kPunjabiShift = IndicShift(
    u"\u0964\u0965"
    u"\u0A66\u0A67\u0A68\u0A69\u0A6A\u0A6B\u0A6C\u0A6D\u0A6E\u0A6F"
    u"\u0A59\u0A5A\u0A5B\u0A5C\u0A5E\u0A75");
constexpr AlphabetTable kTamilShift = IndicShift(
    u"\u0964\u0965"
    u"\u0BE6\u0BE7\u0BE8\u0BE9\u0BEA\u0BEB\u0BEC\u0BED\u0BEE\u0BEF"
    u"\u0BF3\u0BF4\u0BF5\u0BF6\u0BF7\u0BF8\u0BFA");
constexpr AlphabetTable kTeluguShift = IndicShift(
    u"  "
    u"\u0C66\u0C67\u0C68\u0C69\u0C6A\u0C6B\u0C6C\u0C6D\u0C6E\u0C6F"
    u"\u0C58\u0C59\u0C78\u0C79\u0C7A\u0C7B\u0C7C\u0C7D\u0C7E\u0C7F");
constexpr AlphabetTable kUrduShift = IndicShift(
    u"\u0600\u0601"
    u"\u06F0\u06F1\u06F2\u06F3\u06F4\u06F5\u06F6\u06F7\u06F8\u06F9"
    u"\u060C\u060D\u060E\u060F\u0610\u0611\u0612\u0613\u0614\u061B"
    u"\u061F\u0640\u0652\u0658\u066B\u066C\u0672\u0673\u06CD\u06D4");

constexpr std::array<const AlphabetTable*, 14> kSingleShift = {
    &kDefaultShift,   &kTurkishShift,  &kSpanishShift, &kPortugueseShift,
    &kBengaliShift,   &kGujaratiShift, &kHindiShift,   &kKannadaShift,
    &kMalayalamShift, &kOriyaShift,    &kPunjabiShift, &kTamilShift,
    &kTeluguShift,    &kUrduShift};

// ---- the other way ----

// A table's entries by character, those without one first.
using Index = std::array<Entry, 128>;

constexpr Index IndexOf(const AlphabetTable& table) {
  Index index{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    index[i] = {static_cast<std::uint8_t>(i), table[i]};
  }
  std::ranges::sort(index, [](const Entry& a, const Entry& b) {
    return a.character != b.character ? a.character < b.character
                                      : a.septet < b.septet;
  });
  return index;
}

using Indexes = std::array<Index, 14>;

constexpr Indexes IndexesOf(std::span<const AlphabetTable* const> tables) {
  Indexes indexes{};
  for (std::size_t i = 0; i < tables.size(); ++i) {
    indexes[i] = IndexOf(*tables[i]);
  }
  return indexes;
}

constexpr Indexes kLockingIndexes = IndexesOf(kLocking);
constexpr Indexes kSingleShiftIndexes = IndexesOf(kSingleShift);

std::optional<std::uint8_t> Find(const Index& index, char32_t character) {
  if (character == 0) return std::nullopt;
  const auto* const found = std::ranges::lower_bound(
      index, character, {},
      [](const Entry& entry) -> char32_t { return entry.character; });
  if (found == index.end() || found->character != character) {
    return std::nullopt;
  }
  return found->septet;
}

constexpr std::size_t At(Language language) {
  return static_cast<std::size_t>(language);
}

}  // namespace

const AlphabetTable& LockingTable(Language language) {
  return *kLocking[At(language)];
}

const AlphabetTable& SingleShiftTable(Language language) {
  return *kSingleShift[At(language)];
}

std::optional<std::uint8_t> SeptetInLocking(Language language,
                                            char32_t character) {
  return Find(kLockingIndexes[At(language)], character);
}

std::optional<std::uint8_t> SeptetInSingleShift(Language language,
                                                char32_t character) {
  return Find(kSingleShiftIndexes[At(language)], character);
}

}  // namespace smsweb
