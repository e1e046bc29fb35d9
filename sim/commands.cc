#include "sim/commands.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "common/pdu/hex.h"
#include "common/pdu/ucs2.h"
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

std::optional<int> OnlyNumber(const AtCommand& command) {
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->size() != 1) return std::nullopt;
  return arguments->front().Number();
}

// A command that tells one thing, and whose test form is just OK.
template <typename Tell>
Reply TellOnly(const AtCommand& command, Tell tell) {
  if (command.form == AtForm::kTest) return kOk;
  if (command.form == AtForm::kExecute) return tell();
  return kError;
}

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
  Reply reply(std::string("smsweb"));
  reply.lines.emplace_back("smsweb-sim");
  reply.lines.emplace_back("Revision: 1.0");
  reply.lines.push_back("IMEI: " + state.Imei());
  return reply;
}

Reply Register(const AtCommand& command) {
  if (command.form == AtForm::kRead) return std::string("000");
  return command.form == AtForm::kSet ? kOk : kError;
}

// ---- who it is, TS 27.007 § 5 ----

Reply Manufacturer(ModemState&, const AtCommand& command) {
  return TellOnly(command, [] { return std::string("smsweb"); });
}
Reply Model(ModemState&, const AtCommand& command) {
  return TellOnly(command, [] { return std::string("smsweb-sim"); });
}
Reply Revision(ModemState&, const AtCommand& command) {
  return TellOnly(command, [] { return std::string("1.0"); });
}
Reply Imei(ModemState& state, const AtCommand& command) {
  return TellOnly(command, [&] { return state.Imei(); });
}
Reply Imsi(ModemState& state, const AtCommand& command) {
  return TellOnly(command, [&] { return state.Imsi(); });
}
Reply Capabilities(ModemState&, const AtCommand& command) {
  return TellOnly(command, [] { return std::string("+GCAP: +CGSM"); });
}

// ---- the SIM, TS 27.007 § 8.3 ----

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

// ---- the network, TS 27.007 § 7 ----

constexpr int kRegisteredHome = 1;
constexpr int kNotRegistered = 0;

// +CREG, +CGREG and +CEREG: the mode is a setting, the state is not.
Reply Registration(ModemState& state, const AtCommand& command) {
  if (command.form != AtForm::kRead) return *KeepSetting(state, command);
  const int mode = state.Setting(command.name);
  const int status = state.on_network() ? kRegisteredHome : kNotRegistered;
  if (mode < 2 || status == kNotRegistered) {
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
  return std::string(state.on_network() ? "+CSQ: 24,99" : "+CSQ: 99,99");
}

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
                     numeric ? "00101" : ToCharset(state, "smsweb"));
}

Reply SetFunctionality(ModemState& state, const AtCommand& command) {
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->empty() || arguments->size() > 2) return kError;
  const auto level = arguments->front().Number();
  if (level != 0 && level != 1 && level != 4) return kError;
  if (arguments->size() == 2 && (*arguments)[1].Number() == 1) {
    state.Reset();
    state.Restart();
  }
  state.functionality = *level;
  return kOk;
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

// ---- character sets, TS 27.007 § 5.5 ----

Reply SetCharset(ModemState& state, const AtCommand& command) {
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->size() != 1) return kError;
  const std::string charset =
      UpperCase(FromCharset(state, arguments->front().value));
  for (const char* known : {"GSM", "IRA", "UCS2"}) {
    // "UCS2" may come as it is, too: nobody writes it in UCS-2.
    if (charset != known && UpperCase(arguments->front().value) != known) {
      continue;
    }
    state.charset = known;
    return kOk;
  }
  return kError;
}

Reply Charset(ModemState& state, const AtCommand& command) {
  switch (command.form) {
    case AtForm::kTest:
      return std::string("+CSCS: (\"GSM\",\"IRA\",\"UCS2\")");
    case AtForm::kRead:
      return fmt::format("+CSCS: \"{}\"", ToCharset(state, state.charset));
    case AtForm::kSet:
      return SetCharset(state, command);
    case AtForm::kExecute:
      break;
  }
  state.charset = "IRA";
  return kOk;
}

// ---- messages, TS 27.005 ----

Reply SetSmsc(ModemState& state, const AtCommand& command) {
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->empty() || arguments->size() > 2) return kError;
  if (!arguments->front().quoted) return kError;
  state.smsc = ReadNumber(state, *arguments);
  return kOk;
}

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

constexpr std::string_view kServices = "1,1,1";

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

Reply Acknowledge(ModemState&, const AtCommand& command) {
  if (command.form == AtForm::kTest) return std::string("+CNMA: (0-2)");
  if (command.form == AtForm::kRead) return kError;
  return Cms(kCmsNoAckExpected);
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
  return kError;
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

std::string ToCharset(const ModemState& state, std::string_view ascii) {
  if (state.charset != "UCS2") return std::string(ascii);
  return ToHex(Utf8ToUcs2(ascii));
}

std::string FromCharset(const ModemState& state, std::string_view text) {
  if (state.charset != "UCS2") return std::string(text);
  const auto octets = FromHex(text);
  return octets ? Ucs2ToUtf8(*octets) : std::string(text);
}

std::string ReadNumber(const ModemState& state,
                       const std::vector<Argument>& arguments) {
  const std::string number = FromCharset(state, arguments.front().value);
  const bool international =
      arguments.size() > 1 && arguments[1].Number() == 145;
  std::string text = international && !number.starts_with('+') ? "+" : "";
  text += number;
  return text;
}

}  // namespace smsweb::sim
