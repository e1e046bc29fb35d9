#include "common/pdu/hex.h"

#include <cstddef>

#include "common/base/hex_digit.h"

namespace smsweb {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

}  // namespace

std::string ToHex(std::span<const std::uint8_t> octets) {
  std::string hex;
  hex.reserve(octets.size() * 2);
  for (const std::uint8_t octet : octets) {
    hex += kHexDigits[octet >> 4];
    hex += kHexDigits[octet & 0x0F];
  }
  return hex;
}

Result<std::vector<std::uint8_t>> FromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) {
    return Fail(ErrorKind::kInvalid, "an odd number of hexadecimal digits");
  }
  std::vector<std::uint8_t> octets(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const int value = HexDigitValue(hex[i]);
    if (value < 0) {
      return Fail(ErrorKind::kInvalid,
                  "no hexadecimal digit at position " + std::to_string(i));
    }
    octets[i / 2] = static_cast<std::uint8_t>(octets[i / 2] << 4 | value);
  }
  return octets;
}

}  // namespace smsweb
