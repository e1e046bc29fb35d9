#include "common/pdu/gsm7.h"

#include <utf8.h>

#include <array>
#include <iterator>

namespace smsweb {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// What nearly all texts are made of, by character: the default tables for
// ASCII.
class AsciiCodes {
 public:
  AsciiCodes() {
    for (char32_t c = 0; c < codes_.size(); ++c) {
      codes_[c] = FindInGsm7(c);
    }
  }
  std::optional<Gsm7Character> operator[](std::uint8_t c) const {
    return codes_[c];
  }

 private:
  std::array<std::optional<Gsm7Character>, 128> codes_;
};

char32_t Shown(char16_t character) {
  return character == 0 ? kReplacement : character;
}

char32_t EscapedCharacter(std::uint8_t septet, const AlphabetTable& locking,
                          const AlphabetTable& single) {
  if (septet == kGsm7Escape) return U' ';
  return Shown(single[septet] != 0 ? single[septet] : locking[septet]);
}

}  // namespace

std::optional<Gsm7Character> FindInGsm7(char32_t character, Language locking,
                                        Language single) {
  if (const auto septet = SeptetInLocking(locking, character)) {
    return Gsm7Character{*septet, false};
  }
  if (const auto septet = SeptetInSingleShift(single, character)) {
    return Gsm7Character{*septet, true};
  }
  return std::nullopt;
}

std::optional<std::vector<std::uint8_t>> Utf8ToGsm7(std::string_view text,
                                                    Language locking,
                                                    Language single) {
  static const AsciiCodes ascii;
  const bool is_default =
      locking == Language::kDefault && single == Language::kDefault;
  // A character takes no more than two septets.
  std::vector<std::uint8_t> septets(text.size() * 2);
  std::uint8_t* out = septets.data();
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const auto lead = static_cast<std::uint8_t>(*at);
    const auto code =
        is_default && lead < 0x80
            ? (++at, ascii[lead])
            : FindInGsm7(static_cast<char32_t>(utf8::unchecked::next(at)),
                         locking, single);
    if (!code) return std::nullopt;
    if (code->escaped) *out++ = kGsm7Escape;
    *out++ = code->septet;
  }
  septets.resize(static_cast<std::size_t>(out - septets.data()));
  return septets;
}

std::string Gsm7ToUtf8(std::span<const std::uint8_t> septets, Language locking,
                       Language single) {
  const AlphabetTable& plain = LockingTable(locking);
  const AlphabetTable& shifted = SingleShiftTable(single);
  std::string text;
  text.reserve(septets.size());
  auto out = std::back_inserter(text);
  for (std::size_t i = 0; i < septets.size(); ++i) {
    char32_t character = Shown(plain[septets[i] & 0x7F]);
    if (septets[i] == kGsm7Escape && ++i < septets.size()) {
      character = EscapedCharacter(septets[i] & 0x7F, plain, shifted);
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
