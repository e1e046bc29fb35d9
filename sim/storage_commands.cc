#include <fmt/format.h>

#include <array>
#include <string>

#include "common/pdu/hex.h"
#include "sim/command_families.h"
#include "sim/text_mode.h"

namespace smsweb::sim {
namespace {

using Status = StoredMessage::Status;

// <used>,<total> of the three uses of memory; with their names in front where
// they are asked for.
std::string Counts(ModemState& state, bool with_names) {
  std::string text;
  for (std::size_t use = 0; use < 3; ++use) {
    const auto name = static_cast<Memory::Name>(state.Setting("+CPMS", use));
    const Memory& memory = state.memories[name];
    if (use > 0) text += ',';
    if (with_names) text += fmt::format("\"{}\",", ToString(name));
    text += fmt::format("{},{}", memory.used(), memory.size());
  }
  return text;
}

Reply SetStorage(ModemState& state, const AtCommand& command) {
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->empty() || arguments->size() > 3) return kError;
  SettingValues wanted = state.settings["+CPMS"];
  for (std::size_t i = 0; i < arguments->size(); ++i) {
    if ((*arguments)[i].empty()) continue;
    const auto name = MemoryNamed((*arguments)[i].value);
    // SR holds reports alone: nothing is written there or arrives there.
    if (!name || (i > 0 && *name == Memory::Name::kReports)) {
      return Cms(kCmsNotAllowed);
    }
    wanted[i] = static_cast<int>(*name);
  }
  state.settings["+CPMS"] = wanted;
  return "+CPMS: " + Counts(state, false);
}

constexpr int kAll = 4;

// What +CMGL lists: a number in PDU mode, words in text mode.
std::optional<int> ListStatus(const ModemState& state,
                              const Argument& argument) {
  if (!state.text_mode()) {
    const auto status = argument.Number();
    return status && *status >= 0 && *status <= kAll ? status : std::nullopt;
  }
  if (!argument.quoted) return std::nullopt;
  if (argument.value == "ALL") return kAll;
  for (int i = 0; i < kAll; ++i) {
    if (argument.value == ToString(static_cast<Status>(i))) return i;
  }
  return std::nullopt;
}

void MarkRead(StoredMessage& message) {
  if (message.status == Status::kUnread) message.status = Status::kRead;
}

// <stat> and what follows, in either mode.
std::string Show(const ModemState& state, const StoredMessage& stored,
                 ShownBy by) {
  if (!state.text_mode()) {
    return fmt::format("{},,{}\r\n{}", static_cast<int>(stored.status),
                       stored.tpdu_length(), ToHex(stored.octets));
  }
  return fmt::format("\"{}\",{}", ToString(stored.status),
                     InTextMode(state, stored.octets, stored.submitted(), by));
}

Reply ListThose(ModemState& state, int status) {
  Reply reply = kOk;
  for (const auto& [place, stored] : state.memory(0).messages()) {
    if (status != kAll && static_cast<int>(stored.status) != status) continue;
    reply.lines.push_back(fmt::format("+CMGL: {},{}", place,
                                      Show(state, stored, ShownBy::kList)));
    MarkRead(*state.memory(0).Find(place));
  }
  return reply;
}

// What +CMGD's flag takes besides the one at its place (TS 27.005 § 3.5.4).
bool FlagTakes(int flag, Status status) {
  switch (status) {
    case Status::kRead:
      return flag >= 1;
    case Status::kSent:
      return flag >= 2;
    case Status::kUnsent:
      return flag >= 3;
    case Status::kUnread:
      break;
  }
  return flag >= 4;
}

void DeleteByFlag(Memory& memory, int flag) {
  const auto messages = memory.messages();
  for (const auto& [place, stored] : messages) {
    if (FlagTakes(flag, stored.status)) memory.Delete(place);
  }
}

}  // namespace

Reply Storage(ModemState& state, const AtCommand& command) {
  switch (command.form) {
    case AtForm::kTest:
      return std::string(
          "+CPMS: (\"SM\",\"ME\",\"SR\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")");
    case AtForm::kSet:
      return SetStorage(state, command);
    case AtForm::kExecute:
      return kError;
    case AtForm::kRead:
      break;
  }
  return "+CPMS: " + Counts(state, true);
}

Reply List(ModemState& state, const AtCommand& command) {
  if (command.form == AtForm::kTest) {
    return std::string(state.text_mode()
                           ? "+CMGL: (\"REC UNREAD\",\"REC READ\",\"STO "
                             "UNSENT\",\"STO SENT\",\"ALL\")"
                           : "+CMGL: (0-4)");
  }
  if (command.form == AtForm::kRead) return kError;
  if (command.form == AtForm::kExecute) return ListThose(state, 0);
  const auto arguments = ParseArguments(command.arguments);
  const auto status = arguments && arguments->size() == 1
                          ? ListStatus(state, arguments->front())
                          : std::nullopt;
  if (!status) {
    return Cms(state.text_mode() ? kCmsInvalidText : kCmsInvalidPdu);
  }
  return ListThose(state, *status);
}

Reply ReadMessage(ModemState& state, const AtCommand& command) {
  if (command.form == AtForm::kTest) return kOk;
  const auto place =
      command.form == AtForm::kSet ? OnlyNumber(command) : std::nullopt;
  if (!place) return kError;
  StoredMessage* const stored = state.memory(0).Find(*place);
  if (stored == nullptr) return Cms(kCmsInvalidIndex);
  Reply reply("+CMGR: " + Show(state, *stored, ShownBy::kRead));
  MarkRead(*stored);
  return reply;
}

Reply Delete(ModemState& state, const AtCommand& command) {
  if (command.form == AtForm::kTest) {
    return fmt::format("+CMGD: (1-{}),(0-4)", state.memory(0).size());
  }
  if (command.form != AtForm::kSet) return kError;
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->empty() || arguments->size() > 2) return kError;
  const auto place = arguments->front().Number();
  const auto flag = arguments->size() == 2 ? (*arguments)[1].Number() : 0;
  if (!place || !flag || *flag < 0 || *flag > 4) return kError;
  Memory& memory = state.memory(0);
  state.wishes.freed = true;
  if (*flag > 0) {
    DeleteByFlag(memory, *flag);
    return kOk;
  }
  if (*place < 1 || *place > memory.size()) return Cms(kCmsInvalidIndex);
  memory.Delete(*place);
  return kOk;
}

}  // namespace smsweb::sim
