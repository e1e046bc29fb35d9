#include <fmt/format.h>

#include <string>

#include "common/pdu/hex.h"
#include "common/pdu/ucs2.h"
#include "sim/command_families.h"
#include "sim/commands.h"

namespace smsweb::sim {
namespace {

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

}  // namespace

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
