#include "common/modem/at_parser.h"

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

// Unsolicited lines that are followed by a PDU (27.005 § 3.4.1).
constexpr auto kBeforePdu =
    std::to_array<std::string_view>({"+CDS:", "+CMT:", "+CBM:"});

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
  if (line == "ERROR" || line == "COMMAND NOT SUPPORT") return event;
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

// The n-th parameter of "+NAME: a,b,c".
std::optional<std::string_view> Parameter(std::string_view line,
                                          std::size_t index) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view rest = line.substr(colon + 1);
  for (; index > 0; --index) {
    const std::size_t comma = rest.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(comma + 1);
  }
  return Trim(rest.substr(0, rest.find(',')));
}

}  // namespace

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
}

void AtParser::ExpectEchoOf(std::string_view data) { echo_ = data; }

void AtParser::ExpectNothing() {
  waiting_ = false;
  command_.clear();
  name_.clear();
  echo_.clear();
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
  if (line_.empty() && c == '>') {
    FlushHeldBack(events);
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
  if (line.empty() || TakePduLine(line, events)) return;
  Classify(line, events);
}

// A +CDS whose PDU was lost goes out without it.
bool AtParser::TakePduLine(std::string_view line, Events& events) {
  if (!held_back_) return false;
  const bool is_pdu = IsHex(line);
  if (is_pdu) held_back_->pdu = line;
  FlushHeldBack(events);
  return is_pdu;
}

void AtParser::FlushHeldBack(Events& events) {
  if (!held_back_) return;
  events.push_back(*std::exchange(held_back_, std::nullopt));
}

void AtParser::Classify(std::string_view line, Events& events) {
  if (IsEcho(line)) {
    events.push_back({.kind = AtEvent::Kind::kEcho, .text = std::string(line)});
    return;
  }
  if (auto final = ParseFinal(line)) return EmitFinal(*final, events);
  if (AnswersCommand(line)) {
    events.push_back(
        {.kind = AtEvent::Kind::kInformation, .text = std::string(line)});
    return;
  }
  AtEvent event{.kind = AtEvent::Kind::kUnsolicited, .text = std::string(line)};
  const auto starts = [line](std::string_view p) {
    return line.starts_with(p);
  };
  if (std::ranges::any_of(kBeforePdu, starts)) {
    held_back_ = std::move(event);
  } else {
    events.push_back(std::move(event));
  }
}

void AtParser::EmitFinal(AtEvent event, Events& events) {
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
  const std::string_view name = NameOf(line);
  if (name.empty()) return true;  // an unnamed line, such as a serial number
  if (name != name_) return false;
  // AT+CREG? answers "+CREG: <n>,<stat>", where the line that comes by itself
  // is "+CREG: <stat>[,"<lac>",...]" (27.007 § 7.2).
  const bool is_registration = name.ends_with("REG") && command_.ends_with('?');
  return !is_registration || AtNumber(line, 1).has_value();
}

}  // namespace smsweb
