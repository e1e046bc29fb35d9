// A PDU as a modem takes or gives it (3GPP TS 27.005 § 4.1): an SMSC prefix,
// then the TPDU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace smsweb {

struct EncodedPdu {
  std::vector<std::uint8_t> octets;  // SMSC prefix and TPDU
  std::size_t tpdu_length = 0;       // what AT+CMGS=<length>, +CMT and +CDS say
};

}  // namespace smsweb
