#include "common/base/uuid.h"

#include <span>

#include "common/base/hex_digit.h"

namespace smsweb {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

constexpr bool IsDashPosition(std::size_t at) {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

}  // namespace

Uuid MakeUuidV7(WallTime now, Random& random) {
  Uuid uuid;
  random.Fill(std::span(uuid.bytes).subspan(6));
  auto millis = static_cast<std::uint64_t>(now.time_since_epoch().count());
  for (int i = 5; i >= 0; --i) {
    uuid.bytes[static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(millis & 0xFF);
    millis >>= 8;
  }
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0F) | 0x70);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
  return uuid;
}

std::string ToString(const Uuid& uuid) {
  std::string text;
  text.reserve(36);
  for (std::uint8_t byte : uuid.bytes) {
    if (IsDashPosition(text.size())) text += '-';
    text += kHex[byte >> 4];
    text += kHex[byte & 0x0F];
  }
  return text;
}

std::optional<Uuid> ParseUuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid uuid;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (IsDashPosition(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = HexDigitValue(text[i]);
    if (value < 0) return std::nullopt;
    auto& byte = uuid.bytes[nibble / 2];
    byte = static_cast<std::uint8_t>((byte << 4) | value);
    ++nibble;
  }
  return uuid;
}

}  // namespace smsweb
