#include "common/modem/at_errors.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace smsweb {
namespace {

struct NamedCode {
  int code;
  std::string_view name;
};

// 27.005 § 3.2.5. Codes below 256 are the network's (24.011 § E-2, 23.040
// § 9.2.3.22) and have no names on the wire.
constexpr auto kCms = std::to_array<NamedCode>({
    {300, "ME failure"},
    {301, "SMS service of ME reserved"},
    {302, "operation not allowed"},
    {303, "operation not supported"},
    {304, "invalid PDU mode parameter"},
    {305, "invalid text mode parameter"},
    {310, "(U)SIM not inserted"},
    {310, "SIM not inserted"},
    {311, "(U)SIM PIN required"},
    {311, "SIM PIN required"},
    {312, "PH-(U)SIM PIN required"},
    {312, "PH-SIM PIN required"},
    {313, "(U)SIM failure"},
    {313, "SIM failure"},
    {314, "(U)SIM busy"},
    {314, "SIM busy"},
    {315, "(U)SIM wrong"},
    {315, "SIM wrong"},
    {316, "(U)SIM PUK required"},
    {316, "SIM PUK required"},
    {317, "(U)SIM PIN2 required"},
    {317, "SIM PIN2 required"},
    {318, "(U)SIM PUK2 required"},
    {318, "SIM PUK2 required"},
    {320, "memory failure"},
    {321, "invalid memory index"},
    {322, "memory full"},
    {330, "SMSC address unknown"},
    {331, "no network service"},
    {332, "network timeout"},
    {340, "no +CNMA acknowledgement expected"},
    {500, "unknown error"},
});

// 27.007 § 9.2.1, all of it, and of § 9.2.2 what concerns registration.
constexpr auto kCme = std::to_array<NamedCode>({
    {0, "phone failure"},
    {1, "no connection to phone"},
    {2, "phone-adaptor link reserved"},
    {3, "operation not allowed"},
    {4, "operation not supported"},
    {5, "PH-SIM PIN required"},
    {6, "PH-FSIM PIN required"},
    {7, "PH-FSIM PUK required"},
    {10, "SIM not inserted"},
    {11, "SIM PIN required"},
    {12, "SIM PUK required"},
    {13, "SIM failure"},
    {14, "SIM busy"},
    {15, "SIM wrong"},
    {16, "incorrect password"},
    {17, "SIM PIN2 required"},
    {18, "SIM PUK2 required"},
    {20, "memory full"},
    {21, "invalid index"},
    {22, "not found"},
    {23, "memory failure"},
    {24, "text string too long"},
    {25, "invalid characters in text string"},
    {26, "dial string too long"},
    {27, "invalid characters in dial string"},
    {30, "no network service"},
    {31, "network timeout"},
    {32, "network not allowed - emergency calls only"},
    {40, "network personalization PIN required"},
    {41, "network personalization PUK required"},
    {42, "network subset personalization PIN required"},
    {43, "network subset personalization PUK required"},
    {44, "service provider personalization PIN required"},
    {45, "service provider personalization PUK required"},
    {46, "corporate personalization PIN required"},
    {47, "corporate personalization PUK required"},
    {48, "hidden key required"},
    {49, "EAP method not supported"},
    {50, "incorrect parameters"},
    {51, "command implemented but currently disabled"},
    {52, "command aborted by user"},
    {53, "not attached to network due to MT functionality restrictions"},
    {54, "modem not allowed - MT restricted to emergency calls only"},
    {55, "operation not allowed because of MT functionality restrictions"},
    {56,
     "fixed dial number only allowed - called number is not a fixed dial "
     "number"},
    {57, "temporarily out of service due to other MT usage"},
    {58, "language/alphabet not supported"},
    {59, "unexpected data value"},
    {60, "system failure"},
    {61, "data missing"},
    {62, "call barred"},
    {63, "message waiting indication subscription failure"},
    {100, "unknown"},
    {103, "illegal MS"},
    {106, "illegal ME"},
    {107, "GPRS services not allowed"},
    {108, "GPRS services and non-GPRS services not allowed"},
    {111, "PLMN not allowed"},
    {112, "location area not allowed"},
    {113, "roaming not allowed in this location area"},
    {114, "GPRS services not allowed in this PLMN"},
    {115, "no suitable cells in location area"},
    {122, "congestion"},
    {126, "insufficient resources"},
    {132, "service option not supported"},
    {133, "requested service option not subscribed"},
    {134, "service option temporarily out of order"},
    {148, "unspecified GPRS error"},
    {149, "PDP authentication failure"},
    {150, "invalid mobile class"},
});

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool SameName(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](char x, char y) { return Lower(x) == Lower(y); });
}

int CodeOf(std::string_view text, std::span<const NamedCode> names) {
  int code = 0;
  const auto [end, failure] =
      std::from_chars(text.data(), text.data() + text.size(), code);
  if (failure == std::errc() && end == text.data() + text.size() && code >= 0) {
    return code;
  }
  for (const NamedCode& known : names) {
    if (SameName(known.name, text)) return known.code;
  }
  return kNoCode;
}

std::string_view NameOf(int code, std::span<const NamedCode> names) {
  const auto found = std::ranges::find(names, code, &NamedCode::code);
  return found == names.end() ? std::string_view() : found->name;
}

}  // namespace

int CmsErrorCode(std::string_view text) { return CodeOf(text, kCms); }
int CmeErrorCode(std::string_view text) { return CodeOf(text, kCme); }
std::string_view CmsErrorName(int code) { return NameOf(code, kCms); }
std::string_view CmeErrorName(int code) { return NameOf(code, kCme); }

int CmsFromCme(int cme_code) {
  if (cme_code == 5) return 312;
  if (cme_code == 12) return 316;
  if (cme_code >= 10 && cme_code <= 15) return 300 + cme_code;
  if (cme_code == 17 || cme_code == 18) return 300 + cme_code;
  if (cme_code == 3 || cme_code == 4) return 299 + cme_code;
  if (cme_code == 20) return 322;
  if (cme_code == 23) return 320;
  if (cme_code == 30 || cme_code == 31) return 301 + cme_code;
  return kNoCode;
}

}  // namespace smsweb
