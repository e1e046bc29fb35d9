#include "common/pdu/ucs2.h"

#include <utf8.h>

#include <cstddef>
#include <iterator>

namespace smsweb {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

constexpr bool IsHigh(char32_t unit) { return (unit & 0xFC00) == 0xD800; }
constexpr bool IsLow(char32_t unit) { return (unit & 0xFC00) == 0xDC00; }

void Append(char32_t unit, std::vector<std::uint8_t>& octets) {
  octets.push_back(static_cast<std::uint8_t>(unit >> 8));
  octets.push_back(static_cast<std::uint8_t>(unit));
}

char32_t UnitAt(std::span<const std::uint8_t> octets, std::size_t at) {
  return static_cast<char32_t>(octets[at] << 8 | octets[at + 1]);
}

// The character at `at`, which moves behind it.
char32_t Next(std::span<const std::uint8_t> octets, std::size_t& at) {
  if (octets.size() - at < 2) {
    at = octets.size();
    return kReplacement;
  }
  const char32_t unit = UnitAt(octets, at);
  at += 2;
  if (IsLow(unit)) return kReplacement;
  if (!IsHigh(unit)) return unit;
  if (octets.size() - at < 2 || !IsLow(UnitAt(octets, at))) return kReplacement;
  const char32_t low = UnitAt(octets, at);
  at += 2;
  return 0x10000 + ((unit & 0x3FF) << 10 | (low & 0x3FF));
}

}  // namespace

std::vector<std::uint8_t> Utf8ToUcs2(std::string_view text) {
  std::vector<std::uint8_t> octets;
  octets.reserve(text.size() * 2);
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const auto point = static_cast<char32_t>(utf8::unchecked::next(at));
    if (point < 0x10000) {
      Append(point, octets);
    } else {
      Append(0xD800 + ((point - 0x10000) >> 10), octets);
      Append(0xDC00 + ((point - 0x10000) & 0x3FF), octets);
    }
  }
  return octets;
}

std::string Ucs2ToUtf8(std::span<const std::uint8_t> octets) {
  std::string text;
  text.reserve(octets.size());
  auto out = std::back_inserter(text);
  for (std::size_t at = 0; at < octets.size();) {
    out = utf8::unchecked::append(Next(octets, at), out);
  }
  return text;
}

}  // namespace smsweb
