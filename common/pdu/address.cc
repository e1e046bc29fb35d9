#include "common/pdu/address.h"

#include <cstddef>
#include <span>

#include "common/pdu/decode_error.h"

namespace smsweb {
namespace {

constexpr std::string_view kDigits = "0123456789*#abc";
constexpr std::uint8_t kFiller = 0x0F;
constexpr std::size_t kMaxDigits = 20;
constexpr std::size_t kMaxSmscOctets = 11;

// Type of number and numbering plan, TS 23.040 § 9.1.2.5.
constexpr std::uint8_t kInternational = 0x91;
constexpr std::uint8_t kUnknown = 0x81;

bool IsInternational(std::uint8_t type) { return (type & 0x70) == 0x10; }
bool IsAlphanumeric(std::uint8_t type) { return (type & 0x70) == 0x50; }

struct Number {
  std::uint8_t type;
  std::string_view digits;
};

Result<Number> ReadNumber(std::string_view text) {
  const bool international = text.starts_with('+');
  if (international) text.remove_prefix(1);
  if (text.empty() || text.size() > kMaxDigits) {
    return Fail(ErrorKind::kInvalid, "a number has 1 to 20 digits");
  }
  if (text.find_first_not_of(kDigits) != std::string_view::npos) {
    return Fail(ErrorKind::kInvalid, "a number has digits only");
  }
  return Number{international ? kInternational : kUnknown, text};
}

void AppendSemiOctets(std::string_view digits,
                      std::vector<std::uint8_t>& octets) {
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto low = kDigits.find(digits[i]);
    const auto high =
        i + 1 < digits.size() ? kDigits.find(digits[i + 1]) : kFiller;
    octets.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
}

// False at a filler that does not stand at the end.
bool ReadSemiOctets(std::span<const std::uint8_t> octets, std::string& digits) {
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const std::uint8_t low = octets[i] & 0x0F;
    const std::uint8_t high = octets[i] >> 4;
    if (low == kFiller) return false;
    digits += kDigits[low];
    if (high != kFiller) {
      digits += kDigits[high];
    } else if (i + 1 != octets.size()) {
      return false;
    }
  }
  return true;
}

Result<std::string> ReadDigits(std::uint8_t type,
                               std::span<const std::uint8_t> octets,
                               std::size_t at) {
  if (IsAlphanumeric(type)) {
    return Fail(ErrorKind::kInvalid, At(at) +
                                         "an alphanumeric address can't "
                                         "be sent to");
  }
  std::string number = IsInternational(type) ? "+" : "";
  if (!ReadSemiOctets(octets, number)) {
    return Fail(ErrorKind::kInvalid, At(at) + "a filler among the digits");
  }
  return number;
}

}  // namespace

Result<void> AppendAddress(std::string_view number,
                           std::vector<std::uint8_t>& octets) {
  const auto read = ReadNumber(number);
  if (!read) return std::unexpected(read.error());
  octets.push_back(static_cast<std::uint8_t>(read->digits.size()));
  octets.push_back(read->type);
  AppendSemiOctets(read->digits, octets);
  return {};
}

Result<void> AppendSmsc(std::string_view number,
                        std::vector<std::uint8_t>& octets) {
  if (number.empty()) {
    octets.push_back(0);
    return {};
  }
  const auto read = ReadNumber(number);
  if (!read) return std::unexpected(read.error());
  octets.push_back(
      static_cast<std::uint8_t>(1 + (read->digits.size() + 1) / 2));
  octets.push_back(read->type);
  AppendSemiOctets(read->digits, octets);
  return {};
}

Result<std::string> TakeAddress(OctetCursor& cursor) {
  const std::size_t at = cursor.position();
  const auto digits = cursor.Take();
  if (!digits) return CutShort(cursor, "the address");
  if (*digits == 0 || *digits > kMaxDigits) {
    return Fail(ErrorKind::kInvalid, At(at) + "an address has 1 to 20 digits");
  }
  const auto type = cursor.Take();
  const auto octets = cursor.Take((*digits + 1u) / 2);
  if (!type || !octets) return CutShort(cursor, "the address");
  auto number = ReadDigits(*type, *octets, at);
  const std::size_t plus = number && number->starts_with('+') ? 1 : 0;
  if (number && number->size() - plus != *digits) {
    return Fail(ErrorKind::kInvalid,
                At(at) + "the address has fewer or more digits than it says");
  }
  return number;
}

Result<std::string> TakeSmsc(OctetCursor& cursor) {
  const std::size_t at = cursor.position();
  const auto length = cursor.Take();
  if (!length) return CutShort(cursor, "the SMSC");
  if (*length == 0) return std::string();
  if (*length > kMaxSmscOctets) {
    return Fail(ErrorKind::kInvalid, At(at) + "an SMSC has at most 11 octets");
  }
  const auto type = cursor.Take();
  const auto octets = cursor.Take(*length - 1u);
  if (!type || !octets) return CutShort(cursor, "the SMSC");
  return ReadDigits(*type, *octets, at);
}

}  // namespace smsweb
