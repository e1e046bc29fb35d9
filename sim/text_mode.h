// Stored and arriving messages as text mode shows them (3GPP TS 27.005 § 3.4.1
// to § 3.4.3): who, when and the text in place of a PDU. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sim/memory.h"
#include "sim/modem_state.h"

namespace smsweb::sim {

enum class ShownBy : std::uint8_t {
  kList,
  kRead,
  kTold
};  // +CMGL, +CMGR, +CMT

// "REC UNREAD", ...: <stat>.
std::string_view ToString(StoredMessage::Status status);

// What stands behind <stat> (or behind "+CMT: " and "+CDS: "), and the text in
// a line of its own: in the character set of +CSCS, or in hexadecimal digits
// where it is UCS-2, data, or has a header (§ 3.1, <data>). AT+CSDH=1 shows
// more. `octets` with SMSC prefix; of one that can't be read, nothing.
std::string InTextMode(const ModemState& state,
                       std::span<const std::uint8_t> octets, bool submitted,
                       ShownBy by);

}  // namespace smsweb::sim
