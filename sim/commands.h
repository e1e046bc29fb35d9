// Every command of the simulated modem but AT+CMGS (at_session.h): from the
// modem's state and a command to a reply. What is not known gets ERROR.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/at_line.h"
#include "sim/at_result.h"
#include "sim/modem_state.h"

namespace smsweb::sim {

Reply RunCommand(ModemState& state, const AtCommand& command);

// kOk, or why nothing of the message service works: +CMS ERROR 310, 311, 316.
Final CheckSimForMessages(const ModemState& state);

// Text as +CSCS says it travels between quotes: UCS2 in hexadecimal digits.
std::string ToCharset(const ModemState& state, std::string_view ascii);
std::string FromCharset(const ModemState& state, std::string_view text);

// The text of a +CUSD as this modem writes it.
std::string UssdToHost(const ModemState& state, std::string_view text, int dcs);

// A number and its type of address, as +CMGS and +CSCA take them: 145 stands
// for the '+' that may be missing (TS 27.005 § 3.1, <toda>).
std::string ReadNumber(const ModemState& state,
                       const std::vector<Argument>& arguments);

}  // namespace smsweb::sim
