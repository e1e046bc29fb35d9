#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/pdu/gsm7.h"
#include "common/pdu/hex.h"
#include "common/pdu/ucs2.h"
#include "sim/command_families.h"
#include "sim/commands.h"

namespace smsweb::sim {
namespace {

constexpr int kUcs2 = 72;
constexpr std::uint8_t kCarriageReturn = 0x0D;

// Seven spare bits at the end hold a CR, which is no part of the text (TS
// 23.038 § 6.1.2.3.1).
std::string ToPacked(std::string_view text) {
  auto septets = Utf8ToGsm7(text).value_or(std::vector<std::uint8_t>());
  if (septets.size() % 8 == 7) septets.push_back(kCarriageReturn);
  return ToHex(PackSeptets(septets));
}

std::optional<std::string> FromPacked(std::string_view text) {
  const auto octets = FromHex(text);
  if (!octets) return std::nullopt;
  auto septets = UnpackSeptets(*octets, octets->size() * 8 / 7).value();
  const bool full = !septets.empty() && septets.size() % 8 == 0;
  if (full && septets.back() == kCarriageReturn) septets.pop_back();
  return Gsm7ToUtf8(septets);
}

std::optional<std::string> UssdFromHost(const ModemState& state,
                                        std::string_view text) {
  if (state.identity.packed_ussd) return FromPacked(text);
  return FromCharset(state, text);
}

}  // namespace

// UCS-2 always in hexadecimal digits.
std::string UssdToHost(const ModemState& state, std::string_view text,
                       int dcs) {
  if (dcs == kUcs2) return ToHex(Utf8ToUcs2(text));
  return state.identity.packed_ussd ? ToPacked(text) : ToCharset(state, text);
}

// The answer comes by itself (TS 27.007 § 7.15).
Reply Ussd(ModemState& state, const AtCommand& command) {
  SettingValues& value = state.settings["+CUSD"];
  switch (command.form) {
    case AtForm::kTest:
      return std::string("+CUSD: (0-2)");
    case AtForm::kRead:
      return fmt::format("+CUSD: {}", value[0]);
    case AtForm::kExecute:
      value[0] = 0;
      return kOk;
    case AtForm::kSet:
      break;
  }
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->empty() || arguments->size() > 3) return kError;
  const auto mode = arguments->front().Number();
  if (!mode || *mode < 0 || *mode > 2) return kError;
  if (*mode < 2) value[0] = *mode;
  if (arguments->size() == 1) return kOk;
  if (!state.on_network()) return Cme(kCmeNoNetwork);
  state.wishes.ussd = UssdFromHost(state, (*arguments)[1].value);
  return state.wishes.ussd ? kOk : kError;
}

}  // namespace smsweb::sim
