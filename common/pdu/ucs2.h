// UCS-2 as short messages carry it (3GPP TS 23.038 § 6.2.3): UTF-16 in
// big-endian octets, surrogate pairs as every handset has them by now.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smsweb {

// `text` is valid UTF-8.
std::vector<std::uint8_t> Utf8ToUcs2(std::string_view text);

// U+FFFD for each unpaired surrogate, and for half a code unit at the end.
std::string Ucs2ToUtf8(std::span<const std::uint8_t> octets);

// Whether the code unit that starts with this octet needs the one behind it.
constexpr bool IsHighSurrogate(std::uint8_t first_octet) {
  return (first_octet & 0xFC) == 0xD8;
}

}  // namespace smsweb
