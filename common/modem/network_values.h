// What the numbers mean in which a modem tells of the network (3GPP TS 27.007).
#pragma once

namespace smsweb {

// <stat> of +CREG and +CEREG (§§ 7.2, 10.1.22); also "SMS only" (6, 7) and
// "CSFB not preferred" (9, 10).
constexpr bool IsHome(int status) {
  return status == 1 || status == 6 || status == 9;
}
constexpr bool IsRoaming(int status) {
  return status == 5 || status == 7 || status == 10;
}

// <rssi> of +CSQ (§ 8.5) in dBm: 0 to 31 is -113 to -51. 0: not known.
constexpr int SignalDbm(int rssi) {
  return rssi >= 0 && rssi <= 31 ? -113 + 2 * rssi : 0;
}

}  // namespace smsweb
