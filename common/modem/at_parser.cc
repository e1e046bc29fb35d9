#include "common/modem/at_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "common/base/hex_digit.h"
#include "common/modem/at_errors.h"

namespace smsweb {
namespace {

constexpr char kCtrlZ = 0x1A;
constexpr char kEscape = 0x1B;

// Final results: V.250 § 5.7.1, and those of Huawei's sticks (oFono,
// plugins/huawei.c, open_device()).
constexpr auto kErrors = std::to_array<std::string_view>(
    {"ERROR", "COMMAND NOT SUPPORT", "TOO MANY PARAMETERS"});

// Lines without a name in front that come by themselves: calls (V.250 § 6.3),
// and what modems say when they start. None of our commands makes a call, so
// that the end of one is never the answer to anything.
constexpr auto kBareLines = std::to_array<std::string_view>({
    "RING",
    "NO CARRIER",
    "NO ANSWER",
    "NO DIALTONE",
    "NO DIAL TONE",
    "BUSY",
    "RDY",
    "Call Ready",
    "SMS Ready",
    "PB DONE",
    "NORMAL POWER DOWN",
});

// Lines that are followed by a PDU (27.005 § 3.4.1, § 4.1, § 4.2).
constexpr auto kBeforePdu = std::to_array<std::string_view>(
    {"+CDS:", "+CMT:", "+CBM:", "+CMGR:", "+CMGL:"});

bool Printable(char c) { return c >= 0x20 && c < 0x7F; }

bool Control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

bool NameChar(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool NameMark(char c) {
  return std::string_view("+^$*%#&!").find(c) != std::string_view::npos;
}

// Without what noise left at either end.
std::string_view Trim(std::string_view line) {
  const auto keep = [](char c) { return Printable(c) && c != ' '; };
  while (!line.empty() && !keep(line.front())) line.remove_prefix(1);
  while (!line.empty() && !keep(line.back())) line.remove_suffix(1);
  return line;
}

// "+CREG" of "+CREG: 1" and of "+CREG=1"; "" when there is no name.
std::string_view NameOf(std::string_view text) {
  if (text.empty() || !NameMark(text.front())) return {};
  std::size_t end = 1;
  while (end < text.size() && NameChar(text[end])) ++end;
  return text.substr(0, end);
}

bool IsHex(std::string_view line) {
  return line.size() % 2 == 0 && std::ranges::all_of(line, [](char c) {
           return HexDigitValue(c) >= 0;
         });
}

std::optional<AtEvent> ParseFinal(std::string_view line) {
  constexpr std::string_view kCmsPrefix = "+CMS ERROR:";
  constexpr std::string_view kCmePrefix = "+CME ERROR:";
  AtEvent event{.kind = AtEvent::Kind::kFinal, .text = std::string(line)};
  if (line == "OK") return event;
  event.final = AtFinal::kError;
  if (std::ranges::find(kErrors, line) != kErrors.end()) return event;
  if (line.starts_with(kCmsPrefix)) {
    event.final = AtFinal::kCmsError;
    event.code = CmsErrorCode(Trim(line.substr(kCmsPrefix.size())));
    return event;
  }
  if (line.starts_with(kCmePrefix)) {
    event.final = AtFinal::kCmeError;
    event.code = CmeErrorCode(Trim(line.substr(kCmePrefix.size())));
    return event;
  }
  return std::nullopt;
}

// The end of the parameter that `text` begins with: its comma, or the end.
// Commas in quotes are text.
std::size_t EndOfParameter(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == ',' && !quoted) return i;
  }
  return text.size();
}

// The n-th parameter of "+NAME: a,b,c".
std::optional<std::string_view> Parameter(std::string_view line,
                                          std::size_t index) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view rest = line.substr(colon + 1);
  for (; index > 0; --index) {
    const std::size_t end = EndOfParameter(rest);
    if (end == rest.size()) return std::nullopt;
    rest.remove_prefix(end + 1);
  }
  return Trim(rest.substr(0, EndOfParameter(rest)));
}

bool AnnouncesPdu(std::string_view line) {
  return std::ranges::any_of(kBeforePdu, [line](std::string_view prefix) {
    return line.starts_with(prefix);
  });
}

// Whether a PDU of `hex` is the one announced: the last number is the length of
// the TPDU, and the SMSC prefix, which is not counted, begins with its own
// (27.005 § 4.1: <length>; 24.011 § 8.2.5.1).
bool Fits(const AtEvent& announced, std::string_view hex) {
  if (hex.size() < 2) return false;
  const std::size_t comma = announced.text.find_last_of(",:");
  const auto length =
      AtNumber(":" + announced.text.substr(comma == std::string::npos
                                               ? announced.text.size()
                                               : comma + 1));
  const int smsc = HexDigitValue(hex[0]) * 16 + HexDigitValue(hex[1]);
  return length && *length >= 0 &&
         hex.size() / 2 == static_cast<std::size_t>(*length) + smsc + 1;
}

// +CUSD: <m>,"<text, which may hold line ends>",<dcs>
bool TextGoesOn(std::string_view line) {
  return std::ranges::count(line, '"') % 2 == 1;
}

}  // namespace

std::string AtText(std::string_view line, std::size_t index) {
  std::string_view text = Parameter(line, index).value_or("");
  if (text.starts_with('"')) text.remove_prefix(1);
  if (text.ends_with('"')) text.remove_suffix(1);
  return std::string(text);
}

std::optional<int> AtNumber(std::string_view line, std::size_t index) {
  const auto text = Parameter(line, index);
  if (!text) return std::nullopt;
  int number = 0;
  const char* const last = text->data() + text->size();
  const auto [end, failure] = std::from_chars(text->data(), last, number);
  if (failure != std::errc() || end != last) return std::nullopt;
  return number;
}

void AtParser::ExpectAnswerTo(std::string_view command) {
  waiting_ = true;
  command_ = command;
  name_ = NameOf(command.substr(std::min<std::size_t>(2, command.size())));
  echo_.clear();
  DropAnnouncedAnswers();
}

void AtParser::ExpectEchoOf(std::string_view data) { echo_ = data; }

void AtParser::ExpectNothing() {
  waiting_ = false;
  command_.clear();
  name_.clear();
  echo_.clear();
  DropAnnouncedAnswers();
}

// What an earlier command's answer announced is no answer to the next.
void AtParser::DropAnnouncedAnswers() {
  std::erase_if(held_back_, [](const AtEvent& event) {
    return event.kind == AtEvent::Kind::kInformation;
  });
}

void AtParser::Reset() { *this = AtParser(); }

std::vector<AtEvent> AtParser::Feed(std::string_view bytes) {
  Events events;
  for (const char c : bytes) Byte(c, events);
  return events;
}

void AtParser::Byte(char c, Events& events) {
  const bool ends_line = c == '\r' || c == '\n' || c == kCtrlZ || c == kEscape;
  if (ends_line) return EndLine(events);
  if (Control(c)) return;  // NULs and the like
  if (line_.empty() && (c == ' ' || !Printable(c))) return;
  if (line_.empty() && c == '>' && !ussd_) {
    events.push_back({.kind = AtEvent::Kind::kPrompt, .text = ">"});
    return;
  }
  if (line_.size() < kMaxLine) {
    line_.push_back(c);
  } else {
    overlong_ = true;
  }
}

void AtParser::EndLine(Events& events) {
  const std::string whole = std::exchange(line_, {});
  if (std::exchange(overlong_, false)) {
    events.push_back({.kind = AtEvent::Kind::kOverlong});
    return;
  }
  const std::string_view line = Trim(whole);
  if (line.empty()) return;
  if (TakeUssdLine(line, events) || TakePduLine(line, events)) return;
  Classify(line, events);
}

// The line after the one that announces a PDU is that PDU, if it is one at all.
// When something came in between, its length must be as announced: a serial
// number, too, is made of hex digits.
bool AtParser::TakePduLine(std::string_view line, Events& events) {
  const bool is_next = std::exchange(pdu_is_next_, false);
  if (held_back_.empty() || !IsHex(line) || IsEcho(line)) return false;
  auto announced = std::ranges::find_if(
      held_back_.rbegin(), held_back_.rend(),
      [line](const AtEvent& event) { return Fits(event, line); });
  if (announced == held_back_.rend()) {
    if (!is_next) return false;
    announced = held_back_.rbegin();
  }
  AtEvent event = std::move(*announced);
  held_back_.erase(std::next(announced).base());
  event.pdu = line;
  events.push_back(std::move(event));
  return true;
}

// What has waited for its PDU in vain goes out without it.
void AtParser::FlushHeldBack(AtEvent::Kind kind, Events& events) {
  for (AtEvent& event : held_back_) {
    if (event.kind == kind) events.push_back(std::move(event));
  }
  std::erase_if(held_back_,
                [kind](const AtEvent& event) { return event.kind == kind; });
}

void AtParser::HoldBack(AtEvent event, Events& events) {
  // The next one of a list: the PDU of the one before it will not come.
  if (event.kind == AtEvent::Kind::kInformation) {
    FlushHeldBack(event.kind, events);
  }
  if (held_back_.size() == kMaxHeldBack) {
    events.push_back(std::move(held_back_.front()));
    held_back_.erase(held_back_.begin());
  }
  held_back_.push_back(std::move(event));
  pdu_is_next_ = true;
}

// The text ends with its closing quote; a final result ends it, too.
bool AtParser::TakeUssdLine(std::string_view line, Events& events) {
  if (!ussd_) return false;
  const bool broken_off = (waiting_ && ParseFinal(line)) ||
                          ++ussd_lines_ > kMaxLinesOfUssd ||
                          ussd_->text.size() + line.size() > kMaxLine;
  if (!broken_off) {
    ussd_->text += '\n';
    ussd_->text += line;
    if (TextGoesOn(ussd_->text)) return true;
  }
  events.push_back(*std::exchange(ussd_, std::nullopt));
  return !broken_off;
}

void AtParser::Classify(std::string_view line, Events& events) {
  if (IsEcho(line)) {
    events.push_back({.kind = AtEvent::Kind::kEcho, .text = std::string(line)});
    return;
  }
  if (auto final = ParseFinal(line)) return EmitFinal(*final, events);
  AtEvent event{.kind = AnswersCommand(line) ? AtEvent::Kind::kInformation
                                             : AtEvent::Kind::kUnsolicited,
                .text = std::string(line)};
  if (AnnouncesPdu(line)) return HoldBack(std::move(event), events);
  if (line.starts_with("+CUSD:") && TextGoesOn(line)) {
    ussd_ = std::move(event);
    ussd_lines_ = 0;
    return;
  }
  events.push_back(std::move(event));
}

void AtParser::EmitFinal(AtEvent event, Events& events) {
  FlushHeldBack(AtEvent::Kind::kInformation, events);
  if (!waiting_) event.kind = AtEvent::Kind::kUnsolicited;
  ExpectNothing();
  events.push_back(std::move(event));
}

bool AtParser::IsEcho(std::string_view line) const {
  return (waiting_ && line == command_) || (!echo_.empty() && line == echo_);
}

bool AtParser::AnswersCommand(std::string_view line) const {
  if (!waiting_) return false;
  if (std::ranges::find(kBareLines, line) != kBareLines.end()) return false;
  const auto begins = [&](const std::string& beginning) {
    return line.starts_with(beginning);
  };
  if (std::ranges::any_of(never_answers_, begins)) return false;
  const std::string_view name = NameOf(line);
  if (name.empty()) return true;  // an unnamed line, such as a serial number
  if (name != name_) return false;
  // AT+CREG? answers "+CREG: <n>,<stat>", where the line that comes by itself
  // is "+CREG: <stat>[,"<lac>",...]" (27.007 § 7.2).
  const bool is_registration = name.ends_with("REG") && command_.ends_with('?');
  return !is_registration || AtNumber(line, 1).has_value();
}

std::string DescribeFinal(const AtEvent& final) {
  const auto describe = [&](std::string_view family, std::string_view name) {
    if (final.code < 0) return fmt::format("{} without a known code", family);
    if (name.empty()) return fmt::format("{}: {}", family, final.code);
    return fmt::format("{}: {} ({})", family, final.code, name);
  };
  switch (final.final) {
    case AtFinal::kOk:
      return "OK";
    case AtFinal::kError:
      return "ERROR";
    case AtFinal::kCmsError:
      return describe("+CMS ERROR", CmsErrorName(final.code));
    case AtFinal::kCmeError:
      return describe("+CME ERROR", CmeErrorName(final.code));
    case AtFinal::kSilence:
      return "no answer";
  }
  return "ERROR";
}

}  // namespace smsweb
