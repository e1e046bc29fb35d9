#include "common/line/trace_mask.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>
#include <utility>

namespace smsweb {
namespace {

constexpr std::size_t kLongestLine = 8192;
constexpr char kCtrlZ = '\x1A';
constexpr char kEscape = '\x1B';
constexpr std::size_t kMostSecrets = 8;
constexpr std::size_t kLongestNumber = 20;  // an ICCID

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHex(char c) {
  return IsDigit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

char Upper(char c) {
  return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(), [](char c) { return Upper(c); });
  return upper;
}

// Without the control characters, among which a name could hide.
std::string Printable(std::string_view line) {
  std::string text;
  for (const char c : line) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != '\x7F') text += c;
  }
  return text;
}

std::string Escaped(std::string_view line) {
  std::string text;
  for (const char c : line) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet < 0x7F) {
      text += c;
    } else {
      text += fmt::format("\\x{:02X}", octet);
    }
  }
  return text;
}

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string Hidden(std::string_view what, std::size_t size) {
  return fmt::format("({}: {} bytes)", what, size);
}

// ---- PDUs

// Copies header octets and hides the others.
class PduMask {
 public:
  explicit PduMask(std::string_view hex) : hex_(hex) {}

  std::optional<std::uint8_t> Keep() {
    if (rest() < 1) return std::nullopt;
    const auto digit = [&](std::size_t i) {
      const char c = Upper(hex_[i]);
      return IsDigit(c) ? c - '0' : c - 'A' + 10;
    };
    const int octet = digit(at_) * 16 + digit(at_ + 1);
    text_ += hex_.substr(at_, 2);
    at_ += 2;
    return static_cast<std::uint8_t>(octet);
  }
  bool Keep(std::size_t octets) {
    for (; octets > 0; --octets) {
      if (!Keep()) return false;
    }
    return true;
  }
  bool Hide(std::size_t octets) {
    if (rest() < octets) return false;
    text_.append(octets * 2, '*');
    at_ += octets * 2;
    return true;
  }
  // TP-OA, TP-DA, TP-RA: digits, type, semi-octets (§ 9.1.2.5).
  bool Address() {
    const auto digits = Keep();
    return digits && Keep(1) && Hide((*digits + 1U) / 2);
  }
  std::string Close(std::string_view rest_is) {
    if (rest() > 0) text_ += fmt::format(" ({}: {} octets)", rest_is, rest());
    return std::move(text_);
  }
  std::size_t rest() const { return (hex_.size() - at_) / 2; }

 private:
  std::string_view hex_;
  std::size_t at_ = 0;
  std::string text_;
};

// The SMSC prefix: octets, type, semi-octets (TS 24.011 § 8.2.5.2).
bool Smsc(PduMask& pdu) {
  const auto octets = pdu.Keep();
  return octets && (*octets == 0 || (pdu.Keep(1) && pdu.Hide(*octets - 1U)));
}

bool Deliver(PduMask& pdu) {
  return pdu.Address() && pdu.Keep(2 + 7 + 1);  // PID, DCS; SCTS; UDL
}

bool Submit(PduMask& pdu, std::uint8_t first_octet) {
  constexpr std::array<std::size_t, 4> kValidity = {0, 7, 1, 7};  // § 9.2.3.3
  return pdu.Keep(1) && pdu.Address() &&
         pdu.Keep(2 + kValidity[first_octet >> 3 & 3] + 1);
}

bool StatusReport(PduMask& pdu) {
  return pdu.Keep(1) && pdu.Address() && pdu.Keep(7 + 7 + 1);  // SCTS, DT, ST
}

// What can't be read as a PDU, or has another length than the header says, is
// hidden whole: it may be a text of digits.
std::string MaskPdu(std::string_view hex, std::optional<int> length) {
  PduMask pdu(hex);
  const auto refuse = [&] { return Hidden("text", hex.size()); };
  if (hex.size() % 2 != 0 || !Smsc(pdu)) return refuse();
  if (length && pdu.rest() != static_cast<std::size_t>(*length)) {
    return refuse();
  }
  const auto first_octet = pdu.Keep();
  if (!first_octet) return refuse();
  switch (*first_octet & 3) {
    case 0:
      return Deliver(pdu) ? pdu.Close("user data") : refuse();
    case 1:
      return Submit(pdu, *first_octet) ? pdu.Close("user data") : refuse();
    case 2:
      return StatusReport(pdu) ? pdu.Close("more") : refuse();
    default:
      return refuse();
  }
}

bool IsAllHex(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, IsHex);
}

std::string MaskContent(std::string_view text,
                        std::optional<int> length = std::nullopt) {
  return IsAllHex(text) ? MaskPdu(text, length) : Hidden("text", text.size());
}

// ---- Lines

// Names of commands whose parameters are a PIN, or may be.
bool TakesSecret(std::string_view name) {
  constexpr std::array<std::string_view, 6> kParts = {"PIN",  "LCK",  "PWD",
                                                      "LOCK", "CSIM", "CRSM"};
  return std::ranges::any_of(kParts, [&](std::string_view part) {
    return name.find(part) != std::string_view::npos;
  });
}

// Where the parameters begin that must not be shown; npos: nowhere.
std::size_t SecretParameters(const std::string& upper) {
  for (auto equals = upper.find('='); equals != std::string::npos;
       equals = upper.find('=', equals + 1)) {
    if (equals + 1 < upper.size() && upper[equals + 1] == '?') continue;
    const auto name = upper.find_last_of("+^#$*%;", equals);
    if (TakesSecret(std::string_view(upper).substr(
            name == std::string::npos ? 0 : name,
            equals - (name == std::string::npos ? 0 : name)))) {
      return equals + 1;
    }
  }
  return std::string::npos;
}

// The strings of a line, with their content hidden; an open one, too.
std::string HideStrings(std::string_view line) {
  std::string text;
  bool inside = false;
  std::size_t hidden = 0;
  for (const char c : line) {
    if (c == '"') {
      if (inside && hidden > 0) text += fmt::format("({} bytes)", hidden);
      text += c;
      inside = !inside;
      hidden = 0;
    } else if (inside) {
      ++hidden;
    } else {
      text += c;
    }
  }
  if (hidden > 0) text += fmt::format("({} bytes)", hidden);
  return text;
}

// Long runs of digits are numbers of persons or SIMs, and long runs of
// hexadecimal digits pieces of a PDU or of USSD.
std::string HideRuns(std::string_view line) {
  constexpr std::size_t kLongestPlain = 6;
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t at = 0; at < line.size();) {
    const auto begin = line.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = std::find_if_not(begin, line.end(), IsHex);
    const std::string_view run(begin, end);
    at += std::max<std::size_t>(run.size(), 1);
    if (run.empty()) {
      text += *begin;
    } else if (run.size() <= kLongestPlain) {
      text += run;
    } else if (run.size() <= kLongestNumber &&
               std::ranges::all_of(run, IsDigit)) {
      text.append(run.size() - kShown, '*');
      text += run.substr(run.size() - kShown);
    } else {
      text.append(run.size(), '*');
    }
  }
  return text;
}

// The name of a line that a PDU or a text follows; empty: of another.
std::string_view HeaderName(std::string_view upper) {
  constexpr std::array<std::string_view, 5> kHeaders = {
      "+CMGR:", "+CMGL:", "+CMT:", "+CDS:", "+CBM:"};
  for (const std::string_view name : kHeaders) {
    if (upper.starts_with(name)) return name;
  }
  return {};
}

// The last parameter of a header in PDU mode (27.005 §§ 4.2, 3.4.1).
int LengthIn(std::string_view header) {
  const auto digits = header.find_last_not_of("0123456789");
  if (digits == std::string_view::npos) return -1;
  const std::string_view number = header.substr(digits + 1);
  if (number.empty() || number.size() > 3) return -1;
  int length = 0;
  for (const char c : number) length = length * 10 + (c - '0');
  return length;
}

std::string MaskLoose(std::string_view line) { return HideRuns(Escaped(line)); }

// AT+CUSD=1,"*123#",15: a code may be that of a voucher.
std::string MaskUssdCommand(std::string_view text) {
  if (text.find('"') != std::string_view::npos) return HideStrings(text);
  const auto comma = text.find(',');
  if (comma == std::string_view::npos) return std::string(text);
  return std::string(text.substr(0, comma + 1)) + "****";
}

}  // namespace

void TraceMask::ToModem(std::string_view bytes) {
  for (const char c : bytes) {
    if (c != '\r' && c != '\n') to_ += c;
    const bool ends = c == '\r' || c == '\n' || c == kCtrlZ || c == kEscape;
    if (ends || to_.size() >= kLongestLine) Commanded();
  }
}

void TraceMask::FromModem(std::string_view bytes) {
  for (const char c : bytes) {
    if (c != '\r' && c != '\n') from_ += c;
    const bool ends = c == '\r' || c == '\n' || c == kCtrlZ ||
                      Trimmed(from_) == ">" || from_.size() >= kLongestLine;
    if (ends) Answered();
  }
}

void TraceMask::Finish() {
  Commanded();
  Answered();
}

void TraceMask::Commanded() {
  const std::string line = std::exchange(to_, {});
  if (line.empty()) return;
  within_ = Within::kNothing;
  sink_('>', WithoutSecrets(MaskCommand(line)));
}

void TraceMask::Answered() {
  const std::string line = std::exchange(from_, {});
  if (Trimmed(line).empty()) return;
  sink_('<', WithoutSecrets(MaskAnswer(line)));
}

// A command, or the PDU that a prompt asked for.
std::string TraceMask::MaskCommand(std::string_view line) {
  const std::string text = Printable(line);
  const std::string upper = Upper(text);
  const std::string_view end = line.ends_with(kCtrlZ) ? "\\x1A" : "";
  if (text.empty()) return Escaped(line);
  if (!upper.starts_with("AT") || !end.empty()) {
    return MaskContent(Trimmed(text)).append(end);
  }
  if (const auto secret = SecretParameters(upper);
      secret != std::string::npos) {
    Remember(std::string_view(text).substr(secret));
    return text.substr(0, secret) + "****";
  }
  return upper.find("CUSD") == std::string::npos ? MaskLoose(line)
                                                 : MaskUssdCommand(text);
}

std::string TraceMask::MaskAnswer(std::string_view line) {
  const std::string text = Printable(line);
  const std::string_view content = Trimmed(text);
  const std::string upper = Upper(content);
  if (within_ != Within::kNothing) return MaskBehindHeader(content);
  if (const auto secret = SecretParameters(upper);
      secret != std::string::npos) {  // an echo
    return std::string(content.substr(0, secret)) + "****";
  }
  if (upper.find("CUSD") != std::string::npos) return MaskUssd(content);
  if (!HeaderName(upper).empty()) return MaskHeader(content);
  const bool ended = line.ends_with(kCtrlZ);  // the echo of a PDU
  if (ended || (content.size() > kLongestNumber && IsAllHex(content))) {
    return MaskContent(content) + (ended ? "\\x1A" : "");
  }
  return MaskLoose(line);
}

std::string TraceMask::MaskHeader(std::string_view line) {
  within_ = Within::kHeader;
  pdu_length_ = LengthIn(line);
  return MaskLoose(HideStrings(line));
}

// Behind a header comes its PDU, and the matter is closed; or a text of several
// lines, any of which may look like something else: of those only the name is
// shown.
std::string TraceMask::MaskBehindHeader(std::string_view line) {
  const std::string upper = Upper(line);
  if (upper == "OK" || upper == "ERROR" || upper == ">") return upper;
  if (const auto name = HeaderName(upper); !name.empty()) {
    if (within_ == Within::kHeader) return MaskHeader(line);
    pdu_length_ = LengthIn(line);
    within_ = Within::kHeader;
    return fmt::format("{} {}", name, Hidden("more", line.size()));
  }
  if (within_ == Within::kHeader && IsAllHex(line) && pdu_length_ >= 0) {
    within_ = Within::kNothing;
    return MaskContent(line, pdu_length_);
  }
  within_ = Within::kText;
  return Hidden("text", line.size());
}

// +CUSD: 0,"as many lines as the text has",15
std::string TraceMask::MaskUssd(std::string_view line) {
  const auto open = line.find('"');
  if (open == std::string_view::npos) return MaskLoose(line);
  const auto close = line.find('"', open + 1);
  const auto behind = close == std::string_view::npos ? std::string_view()
                                                      : line.substr(close + 1);
  const bool whole =
      close != std::string_view::npos &&
      behind.find_first_not_of(",0123456789 ") == std::string_view::npos &&
      behind.size() <= 4;
  if (whole) return HideStrings(line);
  within_ = Within::kText;
  return fmt::format("{}\"{}", line.substr(0, open),
                     Hidden("text", line.size() - open - 1));
}

std::string TraceMask::WithoutSecrets(std::string text) const {
  for (const std::string& secret : secrets_) {
    for (auto at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at)) {
      text.replace(at, secret.size(), "****");
    }
  }
  return text;
}

void TraceMask::Remember(std::string_view secret) {
  std::string digits;
  const auto keep = [&] {
    if (digits.size() >= 4 && secrets_.size() < kMostSecrets &&
        std::ranges::find(secrets_, digits) == secrets_.end()) {
      secrets_.push_back(digits);
    }
    digits.clear();
  };
  for (const char c : secret) {
    if (IsDigit(c)) {
      digits += c;
    } else {
      keep();
    }
  }
  keep();
}

}  // namespace smsweb
