// What the network sends to a modem, as PDUs: SMS-DELIVER and
// SMS-STATUS-REPORT (3GPP TS 23.040 § 9.2.2.1, § 9.2.2.3), with SMSC prefix.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "sim/script.h"

namespace smsweb::sim {

using Octets = std::vector<std::uint8_t>;
using Seconds = std::chrono::sys_seconds;

// The parts that `inbound` asks for, in its order; `reference` is that of the
// concatenation, unless it has its own. kInvalid for numbers that are none,
// parts that are not there, and data that does not fit.
Result<std::vector<Octets>> EncodeInbound(const Inbound& inbound,
                                          std::string_view smsc,
                                          std::uint8_t reference,
                                          Seconds sent_at);

struct StatusReport {
  std::string smsc;
  std::uint8_t reference = 0;  // TP-MR of the message
  std::string recipient;       // of it
  Seconds sent_at;
  Seconds discharged_at;
  std::uint8_t status = 0;  // TP-ST
};

Result<Octets> EncodeStatusReport(const StatusReport& report);

}  // namespace smsweb::sim
