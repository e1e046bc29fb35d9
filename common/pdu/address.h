// Addresses as SMS has them (3GPP TS 23.040 § 9.1.2): an octet that says what
// kind of number it is, and digits in swapped semi-octets, or a name in packed
// septets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/pdu/cursor.h"

namespace smsweb {

// § 9.1.2.5
enum class NumberType : std::uint8_t {
  kUnknown = 0,
  kInternational = 1,
  kNational = 2,
  kNetworkSpecific = 3,
  kSubscriber = 4,
  kAlphanumeric = 5,
  kAbbreviated = 6,
  kReserved = 7,
};
std::string_view ToString(NumberType type);  // "international"

struct Address {
  std::uint8_t type = kUnknownIsdn;  // with the numbering plan, as on the air
  // Digits, which may be '*', '#', 'a', 'b', 'c' as well, without '+'; where it
  // is alphanumeric, UTF-8.
  std::string value;

  static constexpr std::uint8_t kUnknownIsdn = 0x81;
  static constexpr std::uint8_t kInternationalIsdn = 0x91;
  static constexpr std::uint8_t kAlphanumericUnknown = 0xD0;

  NumberType Type() const { return static_cast<NumberType>(type >> 4 & 0x07); }
  std::uint8_t Plan() const { return type & 0x0F; }

  bool operator==(const Address&) const = default;
};

// Of the numbering plan: "isdn", "private", ...
std::string_view PlanName(std::uint8_t plan);

// "+62..." is international; digits alone are of unknown type.
Address NumberAddress(std::string_view number);

// As people write it: with '+' where it is international.
std::string ToString(const Address& address);

// TP-DA, TP-OA and TP-RA count digits, the SMSC prefix counts octets (TS 27.005
// § 4.1, TS 24.011 § 8.2.5.2).

// kInvalid unless the value has 1 to 20 digits, or is a name in the default
// alphabet of at most 11 septets.
Result<void> AppendAddress(const Address& address,
                           std::vector<std::uint8_t>& octets);

// As above; an empty value is no SMSC.
Result<void> AppendSmsc(const Address& smsc, std::vector<std::uint8_t>& octets);

// An address may be empty where `may_be_empty`. What stands where the filler
// should be is not looked at: some networks leave a digit there.
Result<Address> TakeAddress(OctetCursor& cursor, bool may_be_empty = false);
Result<Address> TakeSmsc(OctetCursor& cursor);  // empty: none

}  // namespace smsweb
