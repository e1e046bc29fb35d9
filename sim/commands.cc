#include "sim/commands.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "sim/command_families.h"
#include "sim/settings.h"

namespace smsweb::sim {
namespace {

using Handler = Reply (*)(ModemState&, const AtCommand&);

// What must be there before the command is looked at.
enum class Need : std::uint8_t { kNothing, kSim, kMessages };

struct Row {
  std::string_view name;
  Handler handler;
  Need need = Need::kNothing;
};

// ---- V.250 ----

Reply Switch(const AtCommand& command, bool& value) {
  if (command.arguments.empty() || command.arguments == "0") {
    value = false;
  } else if (command.arguments == "1") {
    value = true;
  } else {
    return kError;
  }
  return kOk;
}

Reply Echo(ModemState& state, const AtCommand& command) {
  return Switch(command, state.echo);
}
Reply Verbose(ModemState& state, const AtCommand& command) {
  return Switch(command, state.verbose);
}
Reply Quiet(ModemState& state, const AtCommand& command) {
  return Switch(command, state.quiet);
}

Reply Reset(ModemState& state, const AtCommand&) {
  state.Reset();
  return kOk;
}

Reply Accept(ModemState&, const AtCommand&) { return kOk; }
Reply HangUp(ModemState&, const AtCommand&) { return kNoCarrier; }

Reply Identify(ModemState& state, const AtCommand&) {
  Reply reply(state.identity.manufacturer);
  reply.lines.push_back(state.identity.model);
  reply.lines.push_back("Revision: " + state.identity.revision);
  reply.lines.push_back("IMEI: " + state.imei);
  return reply;
}

Reply Register(const AtCommand& command) {
  if (command.form == AtForm::kRead) return std::string("000");
  return command.form == AtForm::kSet ? kOk : kError;
}

Reply Keep(ModemState& state, const AtCommand& command) {
  return *KeepSetting(state, command);
}

constexpr auto kRows = std::to_array<Row>({
    {"E", Echo},
    {"V", Verbose},
    {"Q", Quiet},
    {"Z", Reset},
    {"&F", Reset},
    {"I", Identify},
    {"H", Accept},
    {"L", Accept},
    {"M", Accept},
    {"X", Accept},
    {"&C", Accept},
    {"&D", Accept},
    {"&K", Accept},
    {"&S", Accept},
    {"&W", Accept},
    {"D", HangUp},
    {"A", HangUp},
    {"O", HangUp},
    {"+GMI", Manufacturer},
    {"+CGMI", Manufacturer},
    {"+GMM", Model},
    {"+CGMM", Model},
    {"+GMR", Revision},
    {"+CGMR", Revision},
    {"+GSN", Imei},
    {"+CGSN", Imei},
    {"+CIMI", Imsi, Need::kSim},
    {"+GCAP", Capabilities},
    {"+CPIN", Pin},
    {"+CPINR", PinAttempts},
    {"+CLCK", FacilityLock, Need::kSim},
    {"+CRSM", SimFile, Need::kSim},
    {"+CSIM", SimCommand, Need::kSim},
    {"+CREG", Registration},
    {"+CGREG", Registration},
    {"+CEREG", Registration},
    {"+CSQ", Signal},
    {"+COPS", Operator, Need::kSim},
    {"+CFUN", Functionality},
    {"+CPAS", Activity},
    {"+CBC", Battery},
    {"+CSCS", Charset},
    {"+CLIP", CallerId},
    {"+CLCC", NoLines},
    {"+CNUM", NoLines, Need::kSim},
    {"+CSCA", Smsc, Need::kMessages},
    {"+CSMS", MessageService},
    {"+CPMS", Storage, Need::kMessages},
    {"+CMGL", List, Need::kMessages},
    {"+CMGR", ReadMessage, Need::kMessages},
    {"+CMGD", Delete, Need::kMessages},
    {"+CNMA", Acknowledge, Need::kMessages},
    {"+CUSD", Ussd, Need::kSim},
    {"+CNMI", Keep, Need::kMessages},
    {"+CSMP", Keep, Need::kMessages},
});

Final CheckSim(const ModemState& state) {
  switch (state.sim) {
    case SimCard::kReady:
      return kOk;
    case SimCard::kPinRequired:
      return Cme(kCmePinRequired);
    case SimCard::kPukRequired:
      return Cme(kCmePukRequired);
    case SimCard::kAbsent:
      break;
  }
  return Cme(kCmeNoSim);
}

Final Check(const ModemState& state, Need need) {
  if (need == Need::kSim) return CheckSim(state);
  if (need == Need::kMessages) return CheckSimForMessages(state);
  return kOk;
}

}  // namespace

Reply RunCommand(ModemState& state, const AtCommand& command) {
  for (const Row& row : kRows) {
    if (row.name != command.name) continue;
    const Final able = Check(state, row.need);
    if (able.kind != Final::Kind::kOk) return able;
    return row.handler(state, command);
  }
  if (command.name.starts_with('S')) return Register(command);
  if (const auto kept = KeepSetting(state, command)) return *kept;
  return kUnknownCommand;
}

Final CheckSimForMessages(const ModemState& state) {
  switch (state.sim) {
    case SimCard::kReady:
      return kOk;
    case SimCard::kPinRequired:
      return Cms(kCmsPinRequired);
    case SimCard::kPukRequired:
      return Cms(kCmsPukRequired);
    case SimCard::kAbsent:
      break;
  }
  return Cms(kCmsNoSim);
}

std::optional<int> OnlyNumber(const AtCommand& command) {
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->size() != 1) return std::nullopt;
  return arguments->front().Number();
}

}  // namespace smsweb::sim
