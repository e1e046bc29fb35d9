// Two decimal digits in an octet, the first in its low half (3GPP TS 23.040
// § 9.1.2.3).
#pragma once

#include <cstdint>
#include <optional>

namespace smsweb {

// None where a half is no digit.
constexpr std::optional<int> TwoDigitsOf(std::uint8_t octet) {
  const int tens = octet & 0x0F;
  const int units = octet >> 4;
  if (tens > 9 || units > 9) return std::nullopt;
  return tens * 10 + units;
}

// Of the last two digits of `value`, 0 or more.
constexpr std::uint8_t SemiOctetOf(std::int64_t value) {
  return static_cast<std::uint8_t>(value % 10 << 4 | value / 10 % 10);
}

}  // namespace smsweb
