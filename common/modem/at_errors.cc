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
    {320, "memory failure"},
    {321, "invalid memory index"},
    {322, "memory full"},
    {330, "SMSC address unknown"},
    {331, "no network service"},
    {332, "network timeout"},
    {340, "no +CNMA acknowledgement expected"},
    {500, "unknown error"},
});

// 27.007 § 9.2.1.
constexpr auto kCme = std::to_array<NamedCode>({
    {0, "phone failure"},
    {1, "no connection to phone"},
    {3, "operation not allowed"},
    {4, "operation not supported"},
    {5, "PH-SIM PIN required"},
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
    {30, "no network service"},
    {31, "network timeout"},
    {100, "unknown"},
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
  if (cme_code == 3 || cme_code == 4) return 299 + cme_code;
  if (cme_code == 20) return 322;
  if (cme_code == 30 || cme_code == 31) return 301 + cme_code;
  return kNoCode;
}

}  // namespace smsweb
