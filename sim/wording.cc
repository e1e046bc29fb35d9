#include "sim/wording.h"

#include <fmt/format.h>

namespace smsweb::sim {
namespace {

std::string Result(const ModemState& state, int number,
                   std::string_view words) {
  if (state.quiet) return {};
  return state.verbose ? fmt::format("\r\n{}\r\n", words)
                       : fmt::format("{}\r", number);
}

std::string CmeError(const ModemState& state, int code) {
  switch (state.Setting("+CMEE")) {
    case 0:
      return Result(state, 4, "ERROR");
    case 1:
      return WordLines(state, {fmt::format("+CME ERROR: {}", code)});
    default:
      return WordLines(state, {fmt::format("+CME ERROR: {}", CmeText(code))});
  }
}

// +CMEE does not govern it (TS 27.005 § 3.2.5): a number unless words are
// wanted.
std::string CmsError(const ModemState& state, int code) {
  if (state.Setting("+CMEE") != 2) {
    return WordLines(state, {fmt::format("+CMS ERROR: {}", code)});
  }
  return WordLines(state, {fmt::format("+CMS ERROR: {}", CmsText(code))});
}

}  // namespace

std::string WordLines(const ModemState& state,
                      const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  return fmt::format("{}{}\r\n", state.verbose ? "\r\n" : "",
                     fmt::join(lines, "\r\n"));
}

std::string WordFinal(const ModemState& state, const Final& final) {
  switch (final.kind) {
    case Final::Kind::kOk:
      return Result(state, 0, "OK");
    case Final::Kind::kError:
      return Result(state, 4, "ERROR");
    case Final::Kind::kUnknown:
      return Result(state, 4, state.identity.unknown_command);
    case Final::Kind::kNoCarrier:
      return Result(state, 3, "NO CARRIER");
    case Final::Kind::kCme:
      return CmeError(state, final.code);
    case Final::Kind::kCms:
      return CmsError(state, final.code);
    case Final::Kind::kPrompt:
      return "\r\n> ";
    case Final::Kind::kPending:
      break;
  }
  return {};
}

std::string WordUnsolicited(std::string_view text) {
  return fmt::format("\r\n{}\r\n", text);
}

}  // namespace smsweb::sim
