#include <fmt/format.h>

#include <string>

#include "sim/command_families.h"

namespace smsweb::sim {
namespace {

constexpr int kSlots = 50;

Reply SetStorage(ModemState& state, const AtCommand& command) {
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->empty() || arguments->size() > 3) return kError;
  SettingValues wanted = state.settings["+CPMS"];
  for (std::size_t i = 0; i < arguments->size(); ++i) {
    const std::string& memory = (*arguments)[i].value;
    if ((*arguments)[i].empty()) continue;
    if (memory != "SM" && memory != "ME") return Cms(kCmsNotAllowed);
    wanted[i] = memory == "ME" ? 1 : 0;
  }
  state.settings["+CPMS"] = wanted;
  return fmt::format("+CPMS: 0,{0},0,{0},0,{0}", kSlots);
}

// The states that +CMGL takes: numbers in PDU mode, words in text mode.
bool IsListStatus(const ModemState& state, const Argument& argument) {
  if (!state.text_mode()) {
    const auto status = argument.Number();
    return status && *status >= 0 && *status <= 4;
  }
  for (const char* word :
       {"REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL"}) {
    if (argument.quoted && argument.value == word) return true;
  }
  return false;
}

}  // namespace

Reply Storage(ModemState& state, const AtCommand& command) {
  switch (command.form) {
    case AtForm::kTest:
      return std::string(
          "+CPMS: (\"SM\",\"ME\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")");
    case AtForm::kSet:
      return SetStorage(state, command);
    case AtForm::kExecute:
      return kError;
    case AtForm::kRead:
      break;
  }
  std::string line = "+CPMS: ";
  for (std::size_t i = 0; i < 3; ++i) {
    const char* const memory = state.Setting("+CPMS", i) == 1 ? "ME" : "SM";
    line += fmt::format("{}\"{}\",0,{}", i > 0 ? "," : "", memory, kSlots);
  }
  return line;
}

Reply List(ModemState& state, const AtCommand& command) {
  if (command.form == AtForm::kTest) {
    return std::string(state.text_mode()
                           ? "+CMGL: (\"REC UNREAD\",\"REC READ\",\"STO "
                             "UNSENT\",\"STO SENT\",\"ALL\")"
                           : "+CMGL: (0-4)");
  }
  if (command.form == AtForm::kRead) return kError;
  if (command.form == AtForm::kExecute) return kOk;
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->size() != 1 ||
      !IsListStatus(state, arguments->front())) {
    return Cms(state.text_mode() ? kCmsInvalidText : kCmsInvalidPdu);
  }
  return kOk;
}

Reply ReadMessage(ModemState&, const AtCommand& command) {
  if (command.form == AtForm::kTest) return kOk;
  if (command.form != AtForm::kSet || !OnlyNumber(command)) return kError;
  return Cms(kCmsInvalidIndex);
}

Reply Delete(ModemState&, const AtCommand& command) {
  if (command.form == AtForm::kTest) return std::string("+CMGD: (),(0-4)");
  if (command.form != AtForm::kSet) return kError;
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->empty() || arguments->size() > 2) return kError;
  const auto index = arguments->front().Number();
  if (!index) return kError;
  const bool all = arguments->size() == 2 && (*arguments)[1].Number() > 0;
  if (!all && (*index < 1 || *index > kSlots)) return Cms(kCmsInvalidIndex);
  return kOk;
}

}  // namespace smsweb::sim
