// TP-ST, what became of a message, as an SMS-STATUS-REPORT has it (3GPP
// TS 23.040 § 9.2.3.15).
#pragma once

#include <cstdint>
#include <string_view>

namespace smsweb {

enum class DeliveryStatus : std::uint8_t {
  kDelivered,  // 0x00: the phone has it
  kCompleted,  // 0x01, 0x10 to 0x1F: over, and nobody says that the phone has
               // it
  kTrying,     // 0x20 to 0x25, 0x30 to 0x3F: not yet, and the centre goes on
  kFailed,     // 0x02, most of 0x40 to 0x7F: not, and the centre has given up
  kReserved,   // the rest: they mean "service rejected"
};
DeliveryStatus ReadDeliveryStatus(int status);
std::string_view ToString(DeliveryStatus status);  // "delivered"

// No other report will follow.
bool IsFinal(DeliveryStatus status);

// For a person: "congestion".
std::string_view DescribeDeliveryStatus(int status);

}  // namespace smsweb
