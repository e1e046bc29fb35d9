#include <fmt/format.h>

#include <string>

#include "sim/command_families.h"
#include "sim/commands.h"

namespace smsweb::sim {
namespace {

Reply SetSmsc(ModemState& state, const AtCommand& command) {
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->empty() || arguments->size() > 2) return kError;
  if (!arguments->front().quoted) return kError;
  state.smsc = ReadNumber(state, *arguments);
  return kOk;
}

constexpr std::string_view kServices = "1,1,1";

}  // namespace

Reply Smsc(ModemState& state, const AtCommand& command) {
  switch (command.form) {
    case AtForm::kTest:
      return kOk;
    case AtForm::kRead:
      return fmt::format("+CSCA: \"{}\",{}", ToCharset(state, state.smsc),
                         state.smsc.starts_with('+') ? 145 : 129);
    case AtForm::kSet:
      return SetSmsc(state, command);
    case AtForm::kExecute:
      break;
  }
  return kError;
}

Reply MessageService(ModemState& state, const AtCommand& command) {
  SettingValues& value = state.settings["+CSMS"];
  switch (command.form) {
    case AtForm::kTest:
      return std::string("+CSMS: (0,1)");
    case AtForm::kRead:
      return fmt::format("+CSMS: {},{}", value[0], kServices);
    case AtForm::kExecute:
      return kError;
    case AtForm::kSet:
      break;
  }
  const auto service = OnlyNumber(command);
  if (!service || *service < 0 || *service > 1) return Cms(kCmsNotSupported);
  value[0] = *service;
  return fmt::format("+CSMS: {}", kServices);
}

// +CNMA and +CNMA=0 or 1 take what was told, +CNMA=2 refuses it (TS 27.005
// § 3.4.4, § 4.7).
Reply Acknowledge(ModemState& state, const AtCommand& command) {
  if (command.form == AtForm::kTest) return std::string("+CNMA: (0-2)");
  if (command.form == AtForm::kRead) return kError;
  int how = 0;
  if (command.form == AtForm::kSet) {
    const auto number = OnlyNumber(command);
    if (!number || *number < 0 || *number > 2) return Cms(kCmsNotSupported);
    how = *number;
  }
  if (!state.awaits_ack) return Cms(kCmsNoAckExpected);
  state.wishes.acknowledged = how != 2;
  return kOk;
}

}  // namespace smsweb::sim
