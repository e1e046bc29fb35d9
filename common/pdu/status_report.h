// SMS-STATUS-REPORT (3GPP TS 23.040 § 9.2.2.3), as +CDS, AT+CMGR and AT+CMGL
// give it in PDU mode: an SMSC prefix, then the TPDU.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "common/base/error.h"
#include "common/pdu/address.h"
#include "common/pdu/delivery_status.h"
#include "common/pdu/encoded_pdu.h"
#include "common/pdu/hex.h"
#include "common/pdu/timestamp.h"
#include "common/pdu/user_data.h"

namespace smsweb {

struct StatusReport {
  std::optional<Address> smsc;
  std::uint8_t message_reference = 0;  // of the SMS-SUBMIT that it is about
  Address recipient;                   // of that
  Timestamp sent_at;                   // when the service centre got that
  Timestamp discharged_at;             // when the status came about
  std::uint8_t status = 0;             // TP-ST (delivery_status.h)
  bool more_messages = false;
  bool loop_prevention = false;
  bool of_command = false;  // TP-SRQ: about an SMS-COMMAND

  // The optional tail, which TP-PI announces (§ 9.2.3.27).
  std::optional<std::uint8_t> protocol;
  std::optional<std::uint8_t> data_coding;  // without user data
  std::optional<UserData> data;             // has its own data_coding

  bool operator==(const StatusReport&) const = default;
};

Result<EncodedPdu> EncodeStatusReport(const StatusReport& report);

// `octets` with SMSC prefix; kInvalid says at which octet and why. A tail that
// can't be read is left off: what counts stands before it.
Result<StatusReport> DecodeStatusReport(std::span<const std::uint8_t> octets);

}  // namespace smsweb
