#include <fmt/format.h>

#include <string>

#include "sim/command_families.h"

namespace smsweb::sim {
namespace {

Reply SimStatus(const ModemState& state) {
  switch (state.sim) {
    case SimCard::kReady:
      return std::string("+CPIN: READY");
    case SimCard::kPinRequired:
      return std::string("+CPIN: SIM PIN");
    case SimCard::kPukRequired:
      return std::string("+CPIN: SIM PUK");
    case SimCard::kAbsent:
      break;
  }
  return Cme(kCmeNoSim);
}

Final TryPin(ModemState& state, const std::string& pin) {
  if (pin == state.options.pin) {
    state.sim = SimCard::kReady;
    state.pin_attempts = 3;
    return kOk;
  }
  if (--state.pin_attempts == 0) state.sim = SimCard::kPukRequired;
  return Cme(kCmeWrongPassword);
}

Reply EnterPin(ModemState& state, const AtCommand& command) {
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->empty()) return kError;
  switch (state.sim) {
    case SimCard::kAbsent:
      return Cme(kCmeNoSim);
    case SimCard::kReady:
      return Cme(kCmeNotAllowed);
    case SimCard::kPukRequired:
      return Cme(arguments->size() == 1 ? kCmePukRequired : kCmeWrongPassword);
    case SimCard::kPinRequired:
      break;
  }
  return TryPin(state, arguments->front().value);
}

}  // namespace

Reply Pin(ModemState& state, const AtCommand& command) {
  switch (command.form) {
    case AtForm::kRead:
      return SimStatus(state);
    case AtForm::kSet:
      return EnterPin(state, command);
    case AtForm::kTest:
      return kOk;
    case AtForm::kExecute:
      break;
  }
  return kError;
}

Reply PinAttempts(ModemState& state, const AtCommand& command) {
  return TellOnly(command, [&] {
    return fmt::format("+CPINR: SIM PIN,{},3", state.pin_attempts);
  });
}

Reply FacilityLock(ModemState& state, const AtCommand& command) {
  if (command.form == AtForm::kTest) return std::string("+CLCK: (\"SC\")");
  const auto arguments = ParseArguments(command.arguments);
  if (command.form != AtForm::kSet || !arguments || arguments->size() < 2) {
    return kError;
  }
  if ((*arguments)[0].value != "SC" || (*arguments)[1].Number() != 2) {
    return Cme(kCmeNotAllowed);
  }
  return fmt::format("+CLCK: {}", state.options.pin ? 1 : 0);
}

// READ BINARY of files of the SIM (TS 27.007 § 8.18, TS 51.011 § 9.2.3,
// § 10.1.1, § 10.3.18); any other file is not there: SW 6A82.
Reply SimFile(ModemState& state, const AtCommand& command) {
  constexpr int kReadBinary = 176;
  constexpr int kIccid = 0x2FE2;
  constexpr int kAdministrative = 0x6FAD;
  if (command.form == AtForm::kTest) return kOk;
  const auto arguments = ParseArguments(command.arguments);
  if (command.form != AtForm::kSet || !arguments || arguments->size() < 2) {
    return kError;
  }
  const auto file = (*arguments)[1].Number();
  if (arguments->front().Number() != kReadBinary || !file) return kError;
  if (*file == kIccid) {
    // 8962 0010 0000 0000 00nn, digits swapped.
    return fmt::format("+CRSM: 144,0,\"9826000100000000{:04}\"",
                       state.options.index);
  }
  if (*file == kAdministrative) return std::string("+CRSM: 144,0,\"00000002\"");
  return std::string("+CRSM: 106,130");
}

// VERIFY without a PIN tells how often one may be tried (TS 51.011 § 9.2.9);
// nothing else is known: SW 6D00.
Reply SimCommand(ModemState& state, const AtCommand& command) {
  if (command.form == AtForm::kTest) return kOk;
  const auto arguments = ParseArguments(command.arguments);
  if (command.form != AtForm::kSet || !arguments || arguments->size() != 2) {
    return kError;
  }
  if ((*arguments)[1].value == "0020000100") {
    return fmt::format("+CSIM: 4,\"63C{}\"", state.pin_attempts);
  }
  return std::string("+CSIM: 4,\"6D00\"");
}

}  // namespace smsweb::sim
