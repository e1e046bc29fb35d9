// SMS-SUBMIT (3GPP TS 23.040 § 9.2.2.2), as AT+CMGS takes it in PDU mode
// (3GPP TS 27.005 § 4.1): an SMSC prefix, then the TPDU.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "common/base/error.h"
#include "common/pdu/address.h"
#include "common/pdu/encoded_pdu.h"
#include "common/pdu/hex.h"  // ToHex, FromHex: how octets go on the line
#include "common/pdu/user_data.h"
#include "common/pdu/validity.h"

namespace smsweb {

struct Submit {
  std::optional<Address> smsc;  // none: the one on the SIM
  Address recipient;
  std::uint8_t protocol = 0;  // TP-PID
  std::optional<Validity> validity;
  bool status_report = false;
  bool reject_duplicates = false;
  bool reply_path = false;
  std::uint8_t message_reference = 0;  // the modem puts its own in its place
  UserData data;

  bool operator==(const Submit&) const = default;
};

// kInvalid for an address that can't be, user data that does not fit, or a
// concatenation that makes no sense.
Result<EncodedPdu> EncodeSubmit(const Submit& submit);

// `octets` with SMSC prefix; kInvalid says at which octet and why. Octets
// behind the end are an error.
Result<Submit> DecodeSubmit(std::span<const std::uint8_t> octets);

}  // namespace smsweb
