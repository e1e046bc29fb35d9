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

}  // namespace smsweb::sim
