// SMS-SUBMIT (3GPP TS 23.040 § 9.2.2.2), as AT+CMGS takes it in PDU mode
// (3GPP TS 27.005 § 4.1): an SMSC prefix, then the TPDU.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/pdu/hex.h"  // ToHex, FromHex: how octets go on the line
#include "common/pdu/segment.h"

namespace smsweb {

// Where a part belongs in its message (TS 23.040 § 9.2.3.24.1).
struct Concatenation {
  // EncodeSubmit writes the 8-bit form and refuses a larger reference;
  // DecodeSubmit also reads the 16-bit form (§ 9.2.3.24.8).
  std::uint16_t reference;
  std::uint8_t total;
  std::uint8_t number;  // from 1
};

struct Submit {
  std::optional<std::string> smsc;  // "+62..."; none: the one on the SIM
  std::string recipient;            // "+62..." international, or a short code
  Alphabet alphabet = Alphabet::kGsm7;
  Segment segment;
  std::optional<Concatenation> concatenation;
  std::optional<std::chrono::seconds> validity;  // relative; rounded down to
                                                 // what TP-VP can say, at
                                                 // least 5 min
  bool status_report = false;
  bool reject_duplicates = false;
  std::uint8_t message_reference = 0;  // the modem puts its own in its place
};

struct SubmitPdu {
  std::vector<std::uint8_t> octets;  // SMSC prefix and TPDU
  std::size_t tpdu_length;           // what AT+CMGS=<length> says
};

// kInvalid for a recipient or SMSC that is not a number of at most 20 digits,
// a segment that does not fit, or a concatenation that makes no sense.
Result<SubmitPdu> EncodeSubmit(const Submit& submit);

// `octets` with SMSC prefix; kInvalid says at which octet and why. For the
// simulator, and for the round trip in tests. Of validity periods only the
// relative one is kept, of information elements only concatenation; 8-bit data
// and compressed text are refused.
Result<Submit> DecodeSubmit(std::span<const std::uint8_t> octets);

}  // namespace smsweb
