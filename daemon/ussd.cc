#include "daemon/ussd.h"

#include <cstdint>
#include <span>
#include <vector>

#include "common/pdu/gsm7.h"
#include "common/pdu/hex.h"
#include "common/pdu/ucs2.h"

namespace smsweb {
namespace {

using Form = ModemProfile::Ussd;

constexpr std::uint8_t kCarriageReturn = 0x0D;

enum class Coding { kGsm7, kData, kUcs2 };

// Text in UCS-2 behind two octets that name its language (TS 23.038 § 5).
constexpr int kUcs2WithLanguage = 0x11;

Coding CodingOf(int dcs) {
  if (dcs == kUcs2WithLanguage) return Coding::kUcs2;
  if ((dcs & 0xC0) == 0x40) {  // general data coding
    if ((dcs & 0x0C) == 0x08) return Coding::kUcs2;
    if ((dcs & 0x0C) == 0x04) return Coding::kData;
  }
  if ((dcs & 0xF4) == 0xF4) return Coding::kData;
  return Coding::kGsm7;
}

// Seven spare bits at the end would read as one more '@': a CR stands there
// instead (TS 23.038 § 6.1.2.3.1).
std::string PackedHex(std::vector<std::uint8_t> septets) {
  if (septets.size() % 8 == 7) septets.push_back(kCarriageReturn);
  return ToHex(PackSeptets(septets));
}

std::string FromPacked(const std::vector<std::uint8_t>& octets) {
  auto septets = UnpackSeptets(octets, octets.size() * 8 / 7);
  if (!septets) return "";
  const bool full = septets->size() % 8 == 0;
  if (full && !septets->empty() && septets->back() == kCarriageReturn) {
    septets->pop_back();
  }
  return Gsm7ToUtf8(*septets);
}

std::string ReadableOnly(std::string_view text) {
  std::string readable;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 0x20 && byte < 0x7F) || c == '\n' || c == '\r';
    readable += plain ? std::string(1, c) : std::string("\xEF\xBF\xBD");
  }
  return readable;
}

}  // namespace

std::string EncodeUssd(std::string_view code, Form form) {
  switch (form) {
    case Form::kText:
      break;
    case Form::kGsm7Hex:
      if (auto septets = Utf8ToGsm7(code)) return PackedHex(*septets);
      break;
    case Form::kUcs2Hex:
      return ToHex(Utf8ToUcs2(code));
  }
  return std::string(code);
}

// A modem that was told nothing of its alphabet gives octets as hex digits
// where the coding scheme is not the default alphabet.
std::string DecodeUssd(std::string_view text, int dcs, Form form) {
  const auto octets = FromHex(text);
  if (!octets || octets->empty()) return ReadableOnly(text);
  const Coding coding = dcs < 0 ? Coding::kGsm7 : CodingOf(dcs);
  const bool pairs = octets->size() % 2 == 0;
  if (pairs && (coding == Coding::kUcs2 || form == Form::kUcs2Hex)) {
    const bool language = dcs == kUcs2WithLanguage && octets->size() > 2;
    return Ucs2ToUtf8(std::span(*octets).subspan(language ? 2 : 0));
  }
  if (coding == Coding::kGsm7 && form == Form::kGsm7Hex) {
    return FromPacked(*octets);
  }
  return ReadableOnly(text);
}

}  // namespace smsweb
