// SMS-DELIVER (3GPP TS 23.040 § 9.2.2.1), as +CMT, AT+CMGR and AT+CMGL give it
// in PDU mode: an SMSC prefix, then the TPDU.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "common/base/error.h"
#include "common/pdu/address.h"
#include "common/pdu/encoded_pdu.h"
#include "common/pdu/hex.h"
#include "common/pdu/timestamp.h"
#include "common/pdu/user_data.h"

namespace smsweb {

struct Deliver {
  std::optional<Address> smsc;
  Address sender;                  // may be empty, or a name
  std::uint8_t protocol = 0;       // TP-PID
  Timestamp sent_at;               // when the service centre got it
  bool more_messages = false;      // wait in the service centre
  bool loop_prevention = false;    // TP-LP: not to be forwarded
  bool reports_to_sender = false;  // TP-SRI: the sender gets a report
  bool reply_path = false;
  UserData data;

  bool operator==(const Deliver&) const = default;
};

Result<EncodedPdu> EncodeDeliver(const Deliver& deliver);

// `octets` with SMSC prefix; kInvalid says at which octet and why. A reserved
// message type is read as SMS-DELIVER, as § 9.2.3.1 asks. Octets behind the end
// are not looked at: some modems write more than there is.
Result<Deliver> DecodeDeliver(std::span<const std::uint8_t> octets);

}  // namespace smsweb
