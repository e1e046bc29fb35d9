#include <fmt/format.h>

#include <string>

#include "sim/command_families.h"
#include "sim/commands.h"
#include "sim/settings.h"

namespace smsweb::sim {
namespace {

Reply SetOperator(ModemState& state, const AtCommand& command) {
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->empty()) return kError;
  const auto mode = arguments->front().Number();
  if (!mode || *mode < 0 || *mode > 4) return kError;
  if (*mode != 3 || arguments->size() < 2) return kOk;
  const auto format = (*arguments)[1].Number();
  if (!format || *format < 0 || *format > 2) return kError;
  state.operator_format = *format;
  return kOk;
}

Reply SetFunctionality(ModemState& state, const AtCommand& command) {
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->empty() || arguments->size() > 2) return kError;
  const auto level = arguments->front().Number();
  if (level != 0 && level != 1 && level != 4) return kError;
  if (arguments->size() == 2 && (*arguments)[1].Number() == 1) {
    state.wishes.restart = true;
  }
  state.functionality = *level;
  return kOk;
}

}  // namespace

// +CREG, +CGREG and +CEREG: the mode is a setting, the state is not.
Reply Registration(ModemState& state, const AtCommand& command) {
  if (command.form != AtForm::kRead) return *KeepSetting(state, command);
  const int mode = state.Setting(command.name);
  const int status = static_cast<int>(state.registration());
  if (mode < 2 || !state.on_network()) {
    return fmt::format("{}: {},{}", command.name, mode, status);
  }
  return fmt::format("{}: {},{},\"0001\",\"00000001\",7", command.name, mode,
                     status);
}

Reply Signal(ModemState& state, const AtCommand& command) {
  if (command.form == AtForm::kTest) {
    return std::string("+CSQ: (0-31,99),(0-7,99)");
  }
  if (command.form != AtForm::kExecute) return kError;
  return fmt::format("+CSQ: {},99", state.on_network() ? state.signal : 99);
}

Reply Operator(ModemState& state, const AtCommand& command) {
  switch (command.form) {
    case AtForm::kTest:
      return std::string(
          "+COPS: (2,\"smsweb\",\"smsweb\",\"00101\",7),,(0-4),(0-2)");
    case AtForm::kSet:
      return SetOperator(state, command);
    case AtForm::kExecute:
      return kError;
    case AtForm::kRead:
      break;
  }
  if (!state.on_network()) return std::string("+COPS: 0");
  const bool numeric = state.operator_format == 2;
  return fmt::format("+COPS: 0,{},\"{}\",7", state.operator_format,
                     numeric ? "00101" : ToCharset(state, state.operator_name));
}

Reply Functionality(ModemState& state, const AtCommand& command) {
  switch (command.form) {
    case AtForm::kTest:
      return std::string("+CFUN: (0,1,4),(0,1)");
    case AtForm::kRead:
      return fmt::format("+CFUN: {}", state.functionality);
    case AtForm::kSet:
      return SetFunctionality(state, command);
    case AtForm::kExecute:
      break;
  }
  return kError;
}

Reply Activity(ModemState&, const AtCommand& command) {
  return TellOnly(command, [] { return std::string("+CPAS: 0"); });
}

Reply Battery(ModemState&, const AtCommand& command) {
  return TellOnly(command, [] { return std::string("+CBC: 0,100"); });
}

Reply CallerId(ModemState& state, const AtCommand& command) {
  if (command.form != AtForm::kRead) return *KeepSetting(state, command);
  return fmt::format("+CLIP: {},1", state.Setting("+CLIP"));
}

Reply NoLines(ModemState&, const AtCommand& command) {
  const bool fits =
      command.form == AtForm::kExecute || command.form == AtForm::kTest;
  return fits ? kOk : kError;
}

}  // namespace smsweb::sim
