// TP-SCTS, TP-DT and the absolute TP-VP (3GPP TS 23.040 § 9.2.3.11): a local
// time in seven swapped semi-octets, the last of them its zone in quarters of
// an hour.
//
// The octets are kept as they came. What makes no date has no time, and the
// message that carries it is read all the same.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/pdu/cursor.h"

namespace smsweb {

struct Timestamp {
  std::array<std::uint8_t, 7> octets{};

  std::optional<WallTime> Time() const;
  std::chrono::minutes Zone() const;  // east of Greenwich

  // RFC 3339 in its own zone: "2002-08-26T19:37:41-01:00".
  std::optional<std::string> Format() const;

  bool operator==(const Timestamp&) const = default;
};

// Cut to seconds, and the zone to quarters of an hour. Two digits say the year:
// 1970 to 2069.
Timestamp MakeTimestamp(WallTime time,
                        std::chrono::minutes zone = std::chrono::minutes(0));

Result<Timestamp> TakeTimestamp(OctetCursor& cursor, const char* what);

}  // namespace smsweb
