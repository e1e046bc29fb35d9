#include "common/pdu/gsm7.h"

#include <utf8.h>

#include <array>
#include <iterator>

namespace smsweb {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// TS 23.038 § 6.2.1, by septet. The escape stands in its own place.
constexpr std::array<char32_t, 128> kDefault = {
    U'@',      U'\u00A3', U'$',      U'\u00A5', U'\u00E8', U'\u00E9', U'\u00F9',
    U'\u00EC', U'\u00F2', U'\u00C7', U'\n',     U'\u00D8', U'\u00F8', U'\r',
    U'\u00C5', U'\u00E5', U'\u0394', U'_',      U'\u03A6', U'\u0393', U'\u039B',
    U'\u03A9', U'\u03A0', U'\u03A8', U'\u03A3', U'\u0398', U'\u039E', 0x1B,
    U'\u00C6', U'\u00E6', U'\u00DF', U'\u00C9', U' ',      U'!',      U'"',
    U'#',      U'\u00A4', U'%',      U'&',      U'\'',     U'(',      U')',
    U'*',      U'+',      U',',      U'-',      U'.',      U'/',      U'0',
    U'1',      U'2',      U'3',      U'4',      U'5',      U'6',      U'7',
    U'8',      U'9',      U':',      U';',      U'<',      U'=',      U'>',
    U'?',      U'\u00A1', U'A',      U'B',      U'C',      U'D',      U'E',
    U'F',      U'G',      U'H',      U'I',      U'J',      U'K',      U'L',
    U'M',      U'N',      U'O',      U'P',      U'Q',      U'R',      U'S',
    U'T',      U'U',      U'V',      U'W',      U'X',      U'Y',      U'Z',
    U'\u00C4', U'\u00D6', U'\u00D1', U'\u00DC', U'\u00A7', U'\u00BF', U'a',
    U'b',      U'c',      U'd',      U'e',      U'f',      U'g',      U'h',
    U'i',      U'j',      U'k',      U'l',      U'm',      U'n',      U'o',
    U'p',      U'q',      U'r',      U's',      U't',      U'u',      U'v',
    U'w',      U'x',      U'y',      U'z',      U'\u00E4', U'\u00F6', U'\u00F1',
    U'\u00FC', U'\u00E0'};

struct Extension {
  std::uint8_t septet;
  char32_t code_point;
};

// TS 23.038 § 6.2.1.1. 0x0A is the page break.
constexpr std::array<Extension, 10> kExtension = {{{0x0A, U'\f'},
                                                   {0x14, U'^'},
                                                   {0x28, U'{'},
                                                   {0x29, U'}'},
                                                   {0x2F, U'\\'},
                                                   {0x3C, U'['},
                                                   {0x3D, U'~'},
                                                   {0x3E, U']'},
                                                   {0x40, U'|'},
                                                   {0x65, U'\u20AC'}}};

// Codes by code point, for the two runs of code points that the alphabet
// draws on (U+20AC apart).
struct Codes {
  static constexpr char32_t kGreek = 0x0390;
  std::array<std::uint8_t, 256> latin;
  std::array<std::uint8_t, 32> greek;

  constexpr Codes() : latin{}, greek{} {
    latin.fill(kNotInGsm7);
    greek.fill(kNotInGsm7);
    for (std::size_t septet = 0; septet < kDefault.size(); ++septet) {
      if (septet == kGsm7Escape) continue;
      Put(kDefault[septet], static_cast<std::uint8_t>(septet));
    }
    for (const Extension& entry : kExtension) {
      Put(entry.code_point, static_cast<std::uint8_t>(entry.septet | 0x80));
    }
  }

 private:
  constexpr void Put(char32_t code_point, std::uint8_t code) {
    if (code_point < latin.size()) {
      latin[code_point] = code;
    } else if (code_point - kGreek < greek.size()) {
      greek[code_point - kGreek] = code;
    }
  }
};

constexpr Codes kCodes;
constexpr std::uint8_t kEuro = 0x65 | 0x80;

char32_t ExtensionCharacter(std::uint8_t septet) {
  if (septet == kGsm7Escape) return U' ';
  for (const Extension& entry : kExtension) {
    if (entry.septet == septet) return entry.code_point;
  }
  return kDefault[septet];
}

}  // namespace

std::uint8_t Gsm7Code(char32_t code_point) {
  if (code_point < kCodes.latin.size()) return kCodes.latin[code_point];
  if (code_point - Codes::kGreek < kCodes.greek.size()) {
    return kCodes.greek[code_point - Codes::kGreek];
  }
  return code_point == U'\u20AC' ? kEuro : kNotInGsm7;
}

std::optional<std::vector<std::uint8_t>> Utf8ToGsm7(std::string_view text) {
  // A character takes no more septets than octets of UTF-8, except for those
  // of ASCII in the extension table.
  std::vector<std::uint8_t> septets(text.size() * 2);
  std::uint8_t* out = septets.data();
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const auto lead = static_cast<std::uint8_t>(*at);
    const std::uint8_t code =
        lead < 0x80
            ? (++at, kCodes.latin[lead])
            : Gsm7Code(static_cast<char32_t>(utf8::unchecked::next(at)));
    if (code == kNotInGsm7) return std::nullopt;
    if (code & 0x80) *out++ = kGsm7Escape;
    *out++ = code & 0x7F;
  }
  septets.resize(static_cast<std::size_t>(out - septets.data()));
  return septets;
}

std::string Gsm7ToUtf8(std::span<const std::uint8_t> septets) {
  std::string text;
  text.reserve(septets.size());
  auto out = std::back_inserter(text);
  for (std::size_t i = 0; i < septets.size(); ++i) {
    char32_t character = kDefault[septets[i] & 0x7F];
    if (septets[i] == kGsm7Escape) {
      character = ++i < septets.size() ? ExtensionCharacter(septets[i] & 0x7F)
                                       : kReplacement;
    }
    out = utf8::unchecked::append(character, out);
  }
  return text;
}

std::vector<std::uint8_t> PackSeptets(std::span<const std::uint8_t> septets,
                                      unsigned fill_bits) {
  std::vector<std::uint8_t> octets;
  octets.reserve(PackedSize(septets.size(), fill_bits));
  unsigned bits = 0;
  unsigned held = fill_bits;
  for (const std::uint8_t septet : septets) {
    bits |= static_cast<unsigned>(septet & 0x7F) << held;
    held += 7;
    if (held < 8) continue;
    octets.push_back(static_cast<std::uint8_t>(bits));
    bits >>= 8;
    held -= 8;
  }
  if (held > 0) octets.push_back(static_cast<std::uint8_t>(bits));
  return octets;
}

std::optional<std::vector<std::uint8_t>> UnpackSeptets(
    std::span<const std::uint8_t> octets, std::size_t count,
    unsigned fill_bits) {
  if (octets.size() < PackedSize(count, fill_bits)) return std::nullopt;
  std::vector<std::uint8_t> septets(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t bit = i * 7 + fill_bits;
    unsigned window = octets[bit / 8];
    if (bit / 8 + 1 < octets.size()) window |= octets[bit / 8 + 1] << 8;
    septets[i] = (window >> (bit % 8)) & 0x7F;
  }
  return septets;
}

}  // namespace smsweb
