// USSD on its way through a modem: what AT+CUSD is given, and what +CUSD says
// (3GPP TS 27.007 § 7.15; coding scheme: TS 23.038 § 5). Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/modem/profile.h"

namespace smsweb {

// Digits, '*' and '#' as the modem wants them.
std::string EncodeUssd(std::string_view code, ModemProfile::Ussd form);

// As UTF-8. `dcs` -1: none was given. What can't be read in its coding is given
// as it came, without what is no UTF-8.
std::string DecodeUssd(std::string_view text, int dcs, ModemProfile::Ussd form);

}  // namespace smsweb
