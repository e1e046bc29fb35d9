#include "common/pdu/address.h"

#include <cstddef>
#include <span>

#include "common/pdu/decode_error.h"
#include "common/pdu/gsm7.h"

namespace smsweb {
namespace {

constexpr std::string_view kDigits = "0123456789*#abc";
constexpr std::uint8_t kFiller = 0x0F;
constexpr std::size_t kMaxDigits = 20;
constexpr std::size_t kMaxSmscOctets = 11;

std::size_t SeptetsIn(std::size_t semi_octets) { return semi_octets * 4 / 7; }
std::size_t SemiOctetsOf(std::size_t septets) { return (septets * 7 + 3) / 4; }

// ---- encoding ----

Result<void> CheckDigits(std::string_view digits) {
  if (digits.empty() || digits.size() > kMaxDigits) {
    return Fail(ErrorKind::kInvalid, "a number has 1 to 20 digits");
  }
  if (digits.find_first_not_of(kDigits) != std::string_view::npos) {
    return Fail(ErrorKind::kInvalid, "a number has digits only");
  }
  return {};
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

Result<void> AppendName(const Address& address,
                        std::vector<std::uint8_t>& octets) {
  const auto septets = Utf8ToGsm7(address.value);
  if (!septets || septets->empty() ||
      SemiOctetsOf(septets->size()) > kMaxDigits) {
    return Fail(ErrorKind::kInvalid,
                "a name has 1 to 11 characters of the default alphabet");
  }
  octets.push_back(static_cast<std::uint8_t>(SemiOctetsOf(septets->size())));
  octets.push_back(address.type);
  const auto packed = PackSeptets(*septets);
  octets.insert(octets.end(), packed.begin(), packed.end());
  return {};
}

// ---- decoding ----

// `count` digits, or fewer before fillers at the end. False at a filler among
// them.
bool ReadSemiOctets(std::span<const std::uint8_t> octets, std::size_t count,
                    std::string& digits) {
  bool ended = false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t octet = octets[i / 2];
    const std::uint8_t digit = i % 2 == 0 ? octet & 0x0F : octet >> 4;
    if (digit == kFiller) {
      ended = true;
    } else if (ended) {
      return false;
    } else {
      digits += kDigits[digit];
    }
  }
  return true;
}

Result<Address> ReadNumber(std::uint8_t type,
                           std::span<const std::uint8_t> octets,
                           std::size_t count, std::size_t at) {
  Address address{.type = type, .value = {}};
  if (!ReadSemiOctets(octets, count, address.value)) {
    return Fail(ErrorKind::kInvalid, At(at) + "a filler among the digits");
  }
  return address;
}

Address ReadName(std::uint8_t type, std::span<const std::uint8_t> octets,
                 std::size_t semi_octets) {
  const auto septets = UnpackSeptets(octets, SeptetsIn(semi_octets));
  return {.type = type, .value = Gsm7ToUtf8(*septets)};
}

}  // namespace

std::string_view ToString(NumberType type) {
  switch (type) {
    case NumberType::kUnknown:
      return "unknown";
    case NumberType::kInternational:
      return "international";
    case NumberType::kNational:
      return "national";
    case NumberType::kNetworkSpecific:
      return "network-specific";
    case NumberType::kSubscriber:
      return "subscriber";
    case NumberType::kAlphanumeric:
      return "alphanumeric";
    case NumberType::kAbbreviated:
      return "abbreviated";
    case NumberType::kReserved:
      break;
  }
  return "reserved";
}

std::string_view PlanName(std::uint8_t plan) {
  switch (plan) {
    case 0:
      return "unknown";
    case 1:
      return "isdn";
    case 3:
      return "data";
    case 4:
      return "telex";
    case 5:
    case 6:
      return "service-centre-specific";
    case 8:
      return "national";
    case 9:
      return "private";
    case 10:
      return "ermes";
    default:
      return "reserved";
  }
}

Address NumberAddress(std::string_view number) {
  if (number.starts_with('+')) {
    return {.type = Address::kInternationalIsdn,
            .value = std::string(number.substr(1))};
  }
  return {.type = Address::kUnknownIsdn, .value = std::string(number)};
}

std::string ToString(const Address& address) {
  const bool plus =
      address.Type() == NumberType::kInternational && !address.value.empty();
  return (plus ? "+" : "") + address.value;
}

Result<void> AppendAddress(const Address& address,
                           std::vector<std::uint8_t>& octets) {
  if (address.Type() == NumberType::kAlphanumeric) {
    return AppendName(address, octets);
  }
  if (auto sound = CheckDigits(address.value); !sound) return sound;
  octets.push_back(static_cast<std::uint8_t>(address.value.size()));
  octets.push_back(address.type);
  AppendSemiOctets(address.value, octets);
  return {};
}

Result<void> AppendSmsc(const Address& smsc,
                        std::vector<std::uint8_t>& octets) {
  if (smsc.value.empty()) {
    octets.push_back(0);
    return {};
  }
  if (smsc.Type() == NumberType::kAlphanumeric) {
    return Fail(ErrorKind::kInvalid, "an SMSC is a number");
  }
  if (auto sound = CheckDigits(smsc.value); !sound) return sound;
  octets.push_back(static_cast<std::uint8_t>(1 + (smsc.value.size() + 1) / 2));
  octets.push_back(smsc.type);
  AppendSemiOctets(smsc.value, octets);
  return {};
}

Result<Address> TakeAddress(OctetCursor& cursor, bool may_be_empty) {
  const std::size_t at = cursor.position();
  const auto count = cursor.Take();
  if (!count) return CutShort(cursor, "the address");
  if ((*count == 0 && !may_be_empty) || *count > kMaxDigits) {
    return Fail(ErrorKind::kInvalid, At(at) + "an address has 1 to 20 digits");
  }
  const auto type = cursor.Take();
  const auto octets = cursor.Take((*count + 1u) / 2);
  if (!type || !octets) return CutShort(cursor, "the address");
  if (Address{.type = *type, .value = {}}.Type() == NumberType::kAlphanumeric) {
    return ReadName(*type, *octets, *count);
  }
  return ReadNumber(*type, *octets, *count, at);
}

Result<Address> TakeSmsc(OctetCursor& cursor) {
  const std::size_t at = cursor.position();
  const auto length = cursor.Take();
  if (!length) return CutShort(cursor, "the SMSC");
  if (*length == 0) return Address{};
  if (*length > kMaxSmscOctets) {
    return Fail(ErrorKind::kInvalid, At(at) + "an SMSC has at most 11 octets");
  }
  const auto type = cursor.Take();
  const auto octets = cursor.Take(*length - 1u);
  if (!type || !octets) return CutShort(cursor, "the SMSC");
  return ReadNumber(*type, *octets, octets->size() * 2, at);
}

}  // namespace smsweb
