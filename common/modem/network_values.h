// What the numbers mean in which a modem tells of the network (3GPP TS 27.007).
#pragma once

#include <cstdint>
#include <string_view>

namespace smsweb {

// Of two that differ, the greater counts: roaming costs.
enum class Registration : std::uint8_t {
  kUnknown,
  kNotSearching,
  kEmergencyOnly,
  kSearching,
  kDenied,
  kHome,
  kRoaming,
};
std::string_view ToString(Registration registration);  // "not searching"

// <stat> of +CREG and +CEREG (§§ 7.2, 10.1.22); also "SMS only" (6, 7) and
// "CSFB not preferred" (9, 10).
constexpr Registration ReadRegistration(int status) {
  switch (status) {
    case 0:
      return Registration::kNotSearching;
    case 1:
    case 6:
    case 9:
      return Registration::kHome;
    case 2:
      return Registration::kSearching;
    case 3:
      return Registration::kDenied;
    case 5:
    case 7:
    case 10:
      return Registration::kRoaming;
    case 8:
      return Registration::kEmergencyOnly;
    default:
      return Registration::kUnknown;
  }
}

// It has a network, at home or not.
constexpr bool IsRegistered(Registration registration) {
  return registration >= Registration::kHome;
}

// <rssi> of +CSQ (§ 8.5) in dBm: 0 to 31 is -113 to -51. 0: not known.
constexpr int SignalDbm(int rssi) {
  return rssi >= 0 && rssi <= 31 ? -113 + 2 * rssi : 0;
}

}  // namespace smsweb
