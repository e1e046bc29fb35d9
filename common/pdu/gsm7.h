// The GSM 7-bit default alphabet with its extension table (3GPP TS 23.038
// § 6.2.1), and the packing of its septets into octets (§ 6.1.2.1; with fill
// bits behind a user data header, TS 23.040 § 9.2.3.24).
//
// Here a septet is a byte below 0x80, and a character of the extension table
// is two of them, the first kGsm7Escape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smsweb {

inline constexpr std::uint8_t kGsm7Escape = 0x1B;

// The septet of a character of the default alphabet; that of the extension
// table with 0x80 added; kNotInGsm7 for any other.
inline constexpr std::uint8_t kNotInGsm7 = 0x7F + 0x80;
std::uint8_t Gsm7Code(char32_t code_point);

// `text` is valid UTF-8. Nothing, where a character of it is in neither table.
std::optional<std::vector<std::uint8_t>> Utf8ToGsm7(std::string_view text);

// A code missing in the extension table shows the character that the default
// alphabet has in its place, an escaped escape a space (both § 6.2.1.1). An
// escape at the very end is U+FFFD.
std::string Gsm7ToUtf8(std::span<const std::uint8_t> septets);

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
