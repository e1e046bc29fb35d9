// TP-ST, what became of a message, as an SMS-STATUS-REPORT has it (3GPP
// TS 23.040 § 9.2.3.15).
#pragma once

#include <cstdint>
#include <string_view>

namespace smsweb {

enum class DeliveryStatus : std::uint8_t {
  kCompleted,  // 0x00 to 0x1F: the service centre is done with it
  kTrying,     // 0x20 to 0x3F: a passing error, and it goes on trying
  kRefused,    // 0x40 to 0x5F: an error for good
  kGivenUp,    // 0x60 to 0x7F: a passing error, and it no longer tries
  kReserved,   // 0x80 and above
};
DeliveryStatus ReadDeliveryStatus(std::uint8_t status);
std::string_view ToString(DeliveryStatus status);  // "completed"

// No other report will follow.
bool IsFinal(std::uint8_t status);

// The phone has it. Not so where the service centre is done and can't tell
// (0x01), where another message took its place (0x02), and for the values that
// are reserved, which mean "service rejected".
bool IsDelivered(std::uint8_t status);

// For a person: "congestion".
std::string_view Describe(std::uint8_t status);

}  // namespace smsweb
