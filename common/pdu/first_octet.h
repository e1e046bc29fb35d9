// The first octet of a TPDU (3GPP TS 23.040 § 9.2.3.1 to .5, .17, .23, .25 and
// .28): the message type in its two lowest bits, then flags.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace smsweb {

// TP-MTI. Each value means one type to the phone, another from it.
inline constexpr std::uint8_t kMtiMask = 0x03;
inline constexpr std::uint8_t kMtiDeliver = 0x00;       // to the phone
inline constexpr std::uint8_t kMtiSubmit = 0x01;        // from the phone
inline constexpr std::uint8_t kMtiStatusReport = 0x02;  // to the phone

inline constexpr std::uint8_t kNoMoreMessages = 0x04;  // TP-MMS, to the phone
inline constexpr std::uint8_t kLoopPrevention = 0x08;  // TP-LP, to the phone
inline constexpr std::uint8_t kReportFlag = 0x20;      // TP-SRR, TP-SRI, TP-SRQ
inline constexpr std::uint8_t kUserDataHeader = 0x40;  // TP-UDHI
inline constexpr std::uint8_t kReplyPath = 0x80;       // TP-RP

inline constexpr std::uint8_t kRejectDuplicates = 0x04;  // TP-RD, SMS-SUBMIT
inline constexpr std::uint8_t kVpfMask = 0x18;           // TP-VPF, SMS-SUBMIT
inline constexpr unsigned kVpfShift = 3;

// TP-MTI of a PDU as modems write it, with an SMSC in front (27.005 § 4.1);
// none: it ends before.
inline std::optional<std::uint8_t> MessageTypeOf(
    std::span<const std::uint8_t> octets) {
  if (octets.empty() || octets.size() <= octets[0] + 1u) return std::nullopt;
  return octets[octets[0] + 1u] & kMtiMask;
}

}  // namespace smsweb
