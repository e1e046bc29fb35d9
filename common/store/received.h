// What comes back from the network: messages for the inbox, status reports,
// and who wants nothing more. Values of the store (store.h).
//
// A PDU may be read twice: when the spooler dies between storing it and
// deleting it from the SIM, or when the network repeats it. Its fingerprint
// tells: the same SIM and the same octets (with their service centre time
// stamp) are the same PDU, and are recorded once.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/uuid.h"

namespace smsweb {

using Fingerprint = std::array<std::uint8_t, 32>;  // BLAKE2b (libsodium)
inline constexpr Fingerprint kNoReport{};

// Reports are waited for as long; a service centre seldom tries longer.
inline constexpr std::chrono::days kReportWindow{7};

// One SMS-DELIVER. `id` becomes that of the message, if this part begins one.
struct InboundPart {
  Uuid id;
  Fingerprint fingerprint;
  std::string modem;
  std::string sim;     // IMSI; empty: not known
  std::string sender;  // "+62...", a short code, or letters
  std::string smsc;
  WallTime sent_at;  // TP-SCTS
  WallTime received_at;
  std::string coding;  // as ToString(TextCoding) has it, "8bit", or
                       // "undecodable"
  std::string text;    // as it stands alone: UTF-8; of 8-bit data: hex digits
  // What it is made of (Segment::units, common/pdu/segment.h). Senders cut
  // surrogate and escape pairs in two: parts are joined before they are read.
  std::vector<std::uint8_t> units;
  int port = -1;       // destination port (TS 23.040 § 9.2.3.24.4); -1: none
  int reference = -1;  // of the concatenation; -1: none
  int total = 1;
  int number = 1;  // from 1; not within `total`: it is a message of its own
};

// A message as far as its parts are there. Parts belong together that agree in
// SIM, sender, reference and total, and of which none is older than
// kJoinWindow; of several messages that lack a part, it is that of the one sent
// closest to it. A part that comes again, with the same content, counts once:
// the service centre may have given it a new time stamp.
inline constexpr Millis kJoinWindow{24 * 3600 * 1000};

struct InboundMessage {
  std::int64_t sequence = 0;  // order of arrival
  Uuid id;
  std::string modem;
  std::string sim;
  std::string sender;
  std::string smsc;
  std::string text;  // parts that are missing: "[...]" in their place
  std::string coding;
  int port = -1;
  WallTime sent_at;
  WallTime received_at;  // of its first part
  int parts = 1;
  int parts_received = 1;
  bool Complete() const { return parts_received == parts; }
};

// One SMS-STATUS-REPORT (TS 23.040 § 9.2.2.3).
struct NewReport {
  Fingerprint fingerprint;
  std::string modem;
  std::string sim;
  int message_reference = -1;
  std::string recipient;   // TP-RA as text
  int status = -1;         // TP-ST (TS 23.040 § 9.2.3.15)
  WallTime sent_at;        // TP-SCTS: when the service centre took the message
  WallTime discharged_at;  // TP-DT
  WallTime received_at;
};

struct StoredReport : NewReport {
  std::int64_t sequence = 0;
};

// A number that wants nothing from us.
struct OptOut {
  std::string number;  // E.164
  WallTime since;
  std::string reason;  // the word it sent ("STOP"), or the operator's note
};

}  // namespace smsweb
