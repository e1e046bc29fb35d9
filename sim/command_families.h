// The commands' families: what commands.cc finds in its table. A handler takes
// the modem's state and one command, and gives the reply.
#pragma once

#include <optional>

#include "sim/at_line.h"
#include "sim/at_result.h"
#include "sim/modem_state.h"

namespace smsweb::sim {

// Who it is (identity_commands.cc): TS 27.007 § 5, V.250 § 6.1
Reply Manufacturer(ModemState& state, const AtCommand& command);
Reply Model(ModemState& state, const AtCommand& command);
Reply Revision(ModemState& state, const AtCommand& command);
Reply Imei(ModemState& state, const AtCommand& command);
Reply Imsi(ModemState& state, const AtCommand& command);
Reply Capabilities(ModemState& state, const AtCommand& command);

// The SIM (sim_card_commands.cc): TS 27.007 § 7.4, § 8.3
Reply Pin(ModemState& state, const AtCommand& command);
Reply PinAttempts(ModemState& state, const AtCommand& command);
Reply FacilityLock(ModemState& state, const AtCommand& command);
Reply SimFile(ModemState& state, const AtCommand& command);
Reply SimCommand(ModemState& state, const AtCommand& command);

// The network, the radio and calls (network_commands.cc): TS 27.007 § 7, § 8
Reply Registration(ModemState& state, const AtCommand& command);
Reply Signal(ModemState& state, const AtCommand& command);
Reply Operator(ModemState& state, const AtCommand& command);
Reply Functionality(ModemState& state, const AtCommand& command);
Reply Activity(ModemState& state, const AtCommand& command);
Reply Battery(ModemState& state, const AtCommand& command);
Reply CallerId(ModemState& state, const AtCommand& command);
Reply NoLines(ModemState& state, const AtCommand& command);

// The character set (charset.cc): TS 27.007 § 5.5
Reply Charset(ModemState& state, const AtCommand& command);

// The message service (message_commands.cc): TS 27.005 § 3
Reply Smsc(ModemState& state, const AtCommand& command);
Reply MessageService(ModemState& state, const AtCommand& command);
Reply Acknowledge(ModemState& state, const AtCommand& command);

// USSD (ussd_commands.cc): TS 27.007 § 7.15
Reply Ussd(ModemState& state, const AtCommand& command);

// Stored messages (storage_commands.cc): TS 27.005 § 3.2.2, § 3.4, § 3.5.4, § 4
Reply Storage(ModemState& state, const AtCommand& command);
Reply List(ModemState& state, const AtCommand& command);
Reply ReadMessage(ModemState& state, const AtCommand& command);
Reply Delete(ModemState& state, const AtCommand& command);

// The only parameter of a command that takes one number.
std::optional<int> OnlyNumber(const AtCommand& command);

// A command that tells one thing, and whose test form is just OK.
template <typename Tell>
Reply TellOnly(const AtCommand& command, Tell tell) {
  if (command.form == AtForm::kTest) return kOk;
  if (command.form == AtForm::kExecute) return tell();
  return kError;
}

}  // namespace smsweb::sim
