// Addresses as SMS has them: decimal digits in swapped semi-octets behind an
// octet that says what kind of number they are (3GPP TS 23.040 § 9.1.2).
//
// As text, an international number starts with '+'; any other is digits alone
// ('*', '#', 'a', 'b', 'c' may be among them).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/pdu/cursor.h"

namespace smsweb {

// TP-DA and TP-OA count digits, the SMSC prefix counts octets (TS 27.005 § 4.1,
// TS 24.011 § 8.2.5.2).

// kInvalid unless `number` is 1 to 20 digits, with or without '+'.
Result<void> AppendAddress(std::string_view number,
                           std::vector<std::uint8_t>& octets);

// As above; an empty number is no SMSC.
Result<void> AppendSmsc(std::string_view number,
                        std::vector<std::uint8_t>& octets);

Result<std::string> TakeAddress(OctetCursor& cursor);
Result<std::string> TakeSmsc(OctetCursor& cursor);  // empty: none

}  // namespace smsweb
