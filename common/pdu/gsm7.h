// Texts in the GSM 7-bit alphabets (3GPP TS 23.038 § 6.2.1, annex A), and the
// packing of their septets into octets (§ 6.1.2.1; with fill bits behind a user
// data header, TS 23.040 § 9.2.3.24).
//
// Here a septet is a byte below 0x80, and a character of a single shift table
// (by default the extension table) is two of them, the first kGsm7Escape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/pdu/alphabet_tables.h"
#include "common/pdu/language.h"

namespace smsweb {

// The septets of one character: one, or two with the escape before it.
struct Gsm7Character {
  std::uint8_t septet;
  bool escaped;
};

// Nothing, where the character is in neither table.
std::optional<Gsm7Character> FindInGsm7(char32_t character,
                                        Language locking = Language::kDefault,
                                        Language single = Language::kDefault);

// `text` is valid UTF-8. Nothing, where a character of it is in neither table.
std::optional<std::vector<std::uint8_t>> Utf8ToGsm7(
    std::string_view text, Language locking = Language::kDefault,
    Language single = Language::kDefault);

// A code missing in the single shift table shows the character that the locking
// shift table has in its place, an escaped escape a space (§ 6.2.1.1). U+FFFD
// for an escape at the very end, and for a code that has no character.
std::string Gsm7ToUtf8(std::span<const std::uint8_t> septets,
                       Language locking = Language::kDefault,
                       Language single = Language::kDefault);

// Octets that `count` septets take after `fill_bits` bits (0..6).
constexpr std::size_t PackedSize(std::size_t count, unsigned fill_bits = 0) {
  return (count * 7 + fill_bits + 7) / 8;
}

// The bits that follow `octets` octets of header up to a septet's boundary.
constexpr unsigned FillBits(std::size_t octets) {
  return static_cast<unsigned>((7 - octets * 8 % 7) % 7);
}

std::vector<std::uint8_t> PackSeptets(std::span<const std::uint8_t> septets,
                                      unsigned fill_bits = 0);

// Nothing, where `octets` are fewer than PackedSize(count, fill_bits).
std::optional<std::vector<std::uint8_t>> UnpackSeptets(
    std::span<const std::uint8_t> octets, std::size_t count,
    unsigned fill_bits = 0);

}  // namespace smsweb
