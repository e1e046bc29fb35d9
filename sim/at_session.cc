#include "sim/at_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/pdu/gsm7.h"
#include "sim/commands.h"

namespace smsweb::sim {
namespace {

constexpr char kNul = '\0';
constexpr char kBackspace = '\b';
constexpr char kCtrlZ = 0x1A;
constexpr char kEscape = 0x1B;

constexpr std::size_t kMaxInput = 16384;
constexpr std::size_t kMaxLine = 2048;
constexpr std::size_t kMaxText = 4096;

// The TPDU of an SMS-SUBMIT: from one digit and no text to 20 digits, an
// absolute validity and 140 octets (TS 23.040 § 9.2.2.2).
constexpr int kMinTpdu = 8;
constexpr int kMaxTpdu = 164;

// What stands behind the "AT": noise before it is no part of the command (V.250
// § 5.2.1), and a line without it no command.
std::optional<std::string_view> BehindPrefix(std::string_view line) {
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    if ((line[i] | 0x20) == 'a' && (line[i + 1] | 0x20) == 't') {
      return line.substr(i + 2);
    }
  }
  return std::nullopt;
}

// V.250 § 5.2.4. It needs no end of line.
bool IsRepeat(std::string_view line) { return line == "A/" || line == "a/"; }

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

AtSession::AtSession(ModemOptions options, Air& air,
                     std::chrono::milliseconds send_time)
    : modem_(std::move(options)), air_(air), send_time_(send_time) {}

void AtSession::Receive(std::string_view bytes, const Instant& now) {
  const std::size_t room = kMaxInput - std::min(kMaxInput, input_.size());
  input_ += bytes.substr(0, room);
  Drain(now);
}

void AtSession::Advance(const Instant& now) {
  if (state_ != State::kSending || now.mono < send_until_) return;
  Send(now);
  Drain(now);
}

std::optional<MonoTime> AtSession::deadline() const {
  if (state_ != State::kSending) return std::nullopt;
  return send_until_;
}

std::string AtSession::TakeOutput() { return std::exchange(output_, {}); }

void AtSession::Drain(const Instant& now) {
  std::size_t used = 0;
  while (used < input_.size() && state_ != State::kSending) {
    Feed(input_[used++], now);
  }
  input_.erase(0, used);
}

void AtSession::Feed(char c, const Instant& now) {
  if (c == kNul) return;
  if (state_ == State::kText) {
    FeedText(c, now);
  } else {
    FeedCommand(c, now);
  }
}

// ---- command lines ----

void AtSession::FeedCommand(char c, const Instant& now) {
  if (modem_.echo) output_ += c;
  if (c == '\r') {
    RunLine(now);
  } else if (c == kBackspace) {
    if (!line_.empty()) line_.pop_back();
  } else if (!IsControl(c) && line_.size() <= kMaxLine) {
    line_ += c;
    if (IsRepeat(line_)) RunLine(now);
  }
}

void AtSession::RunLine(const Instant& now) {
  std::string line = std::exchange(line_, {});
  if (IsRepeat(line)) line = last_line_;
  const auto body = BehindPrefix(line);
  if (!body) return;
  if (line.size() > kMaxLine) return Finish(kError);
  last_line_ = line;
  RunCommands(*body, now);
}

// Commands of a line run in order; the first that fails ends it (V.250
// § 5.2.1).
void AtSession::RunCommands(std::string_view body, const Instant& now) {
  const auto commands = ParseLine(body);
  if (!commands) return Finish(kError);
  Final end = kOk;
  for (std::size_t i = 0; i < commands->size(); ++i) {
    const Reply reply = Run((*commands)[i], i + 1 == commands->size(), now);
    Print(reply.lines);
    end = reply.final;
    if (end.kind != Final::Kind::kOk) break;
  }
  Finish(end);
}

Reply AtSession::Run(const AtCommand& command, bool last, const Instant& now) {
  if (command.name == "+CMGS") return BeginMessage(command, last, now);
  return RunCommand(modem_, command);
}

// ---- AT+CMGS, TS 27.005 § 3.5.1 and § 4.3 ----

Reply AtSession::BeginMessage(const AtCommand& command, bool last,
                              const Instant& now) {
  if (command.form == AtForm::kTest) return kOk;
  if (command.form != AtForm::kSet) return kError;
  const Final able = CheckCanSend();
  if (able.kind != Final::Kind::kOk) return able;
  if (!last) return Cms(kCmsNotAllowed);
  const auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->empty()) return kError;
  const Final read =
      modem_.text_mode() ? ReadRecipient(*arguments) : ReadLength(*arguments);
  if (read.kind != Final::Kind::kOk) return read;
  if (!air_.GivesPrompt()) return kPending;
  cmgs_at_ = now;
  text_.clear();
  state_ = State::kText;
  return kPrompt;
}

Final AtSession::CheckCanSend() const {
  const Final sim = CheckSimForMessages(modem_);
  if (sim.kind != Final::Kind::kOk) return sim;
  return modem_.on_network() ? kOk : Cms(kCmsNoNetwork);
}

Final AtSession::ReadLength(const std::vector<Argument>& arguments) {
  const auto length = arguments.front().Number();
  if (arguments.size() != 1 || !length || *length < kMinTpdu ||
      *length > kMaxTpdu) {
    return Cms(kCmsInvalidPdu);
  }
  declared_length_ = static_cast<std::size_t>(*length);
  return kOk;
}

Final AtSession::ReadRecipient(const std::vector<Argument>& arguments) {
  const Argument& number = arguments.front();
  if (arguments.size() > 2 || !number.quoted || number.value.empty()) {
    return Cms(kCmsInvalidText);
  }
  recipient_ = ReadNumber(modem_, arguments);
  return kOk;
}

void AtSession::FeedText(char c, const Instant& now) {
  if (c == kCtrlZ) return EndMessage(now);
  if (c == kEscape) {
    state_ = State::kCommand;
    return Finish(kOk);
  }
  if (modem_.echo) output_ += c;
  if (c == '\r') return NewTextLine();
  if (c == kBackspace) {
    if (!text_.empty()) text_.pop_back();
  } else if (c != '\n' && text_.size() <= kMaxText) {
    text_ += c;
  }
}

// In text mode, a line's end is a part of the text and brings a new prompt; in
// PDU mode it is nothing.
void AtSession::NewTextLine() {
  if (!modem_.text_mode()) return;
  text_ += '\n';
  output_ += "\r\n> ";
}

void AtSession::EndMessage(const Instant& now) {
  state_ = State::kCommand;
  const bool text_mode = modem_.text_mode();
  message_ = text_mode ? TextMessage() : PduMessage();
  if (!message_)
    return Finish(Cms(text_mode ? kCmsInvalidText : kCmsInvalidPdu));
  if (!message_->submit.smsc && modem_.smsc.empty()) {
    return Finish(Cms(kCmsNoSmsc));
  }
  message_->cmgs_at = cmgs_at_;
  message_->pdu_at = now;
  if (send_time_.count() == 0) return Send(now);
  send_until_ = now.mono + send_time_;
  state_ = State::kSending;
}

std::optional<AtSession::Message> AtSession::PduMessage() const {
  auto octets = FromHex(text_);
  if (!octets || octets->empty()) return std::nullopt;
  const std::size_t smsc = octets->front() + 1u;
  if (octets->size() != smsc + declared_length_) return std::nullopt;
  auto submit = DecodeSubmit(*octets);
  if (!submit) return std::nullopt;
  return Message{
      std::move(*submit), std::move(*octets), declared_length_, {}, {}};
}

std::optional<AtSession::Message> AtSession::TextMessage() const {
  const auto text = TypedText();
  auto cut = text ? SegmentText(*text)
                  : Fail(ErrorKind::kInvalid, "not in the character set");
  if (!cut || cut->parts.size() != 1) return std::nullopt;
  Submit submit;
  submit.recipient = recipient_;
  submit.alphabet = cut->coding.alphabet;
  submit.segment = std::move(cut->parts.front());
  auto pdu = EncodeSubmit(submit);
  if (!pdu) return std::nullopt;
  return Message{
      std::move(submit), std::move(pdu->octets), pdu->tpdu_length, {}, {}};
}

// The text, in UTF-8, that was typed in the character set of +CSCS.
std::optional<std::string> AtSession::TypedText() const {
  if (std::any_of(text_.begin(), text_.end(),
                  [](char c) { return c & 0x80; })) {
    return std::nullopt;
  }
  if (modem_.charset == "UCS2") return FromCharset(modem_, text_);
  if (modem_.charset == "IRA") return text_;
  return Gsm7ToUtf8(
      {reinterpret_cast<const std::uint8_t*>(text_.data()), text_.size()});
}

void AtSession::Send(const Instant& now) {
  state_ = State::kCommand;
  const Message message = *std::exchange(message_, std::nullopt);
  const Transmission sent{
      .modem = name(),
      .smsc = message.submit.smsc ? *message.submit.smsc : modem_.smsc,
      .submit = message.submit,
      .octets = message.octets,
      .tpdu_length = message.tpdu_length,
      .reference = reference_,
      .cmgs_at = message.cmgs_at,
      .pdu_at = message.pdu_at};
  const Answer answer = air_.Carry(sent, now);
  if (answer.kind == Answer::Kind::kRefused) return Finish(Cms(answer.code));
  if (answer.kind == Answer::Kind::kNone) return;
  const std::uint8_t reference = reference_++;
  if (answer.kind == Answer::Kind::kLost) return;
  Print({fmt::format("+CMGS: {}", reference)});
  Finish(kOk);
}

// ---- what the host reads, V.250 § 5.7 ----

void AtSession::Print(const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  fmt::format_to(std::back_inserter(output_), "{}{}\r\n",
                 modem_.verbose ? "\r\n" : "", fmt::join(lines, "\r\n"));
}

// +CME ERROR is told as +CMEE says; +CMS ERROR, which +CMEE does not govern
// (TS 27.005 § 3.2.5), as a number unless words are wanted.
void AtSession::Finish(const Final& final) {
  const int detail = modem_.Setting("+CMEE");
  switch (final.kind) {
    case Final::Kind::kOk:
      return PrintResult(0, "OK");
    case Final::Kind::kError:
      return PrintResult(4, "ERROR");
    case Final::Kind::kNoCarrier:
      return PrintResult(3, "NO CARRIER");
    case Final::Kind::kCme:
      if (detail == 0) return PrintResult(4, "ERROR");
      return Print({detail == 1
                        ? fmt::format("+CME ERROR: {}", final.code)
                        : fmt::format("+CME ERROR: {}", CmeText(final.code))});
    case Final::Kind::kCms:
      return Print({detail == 2
                        ? fmt::format("+CMS ERROR: {}", CmsText(final.code))
                        : fmt::format("+CMS ERROR: {}", final.code)});
    case Final::Kind::kPrompt:
      output_ += "\r\n> ";
      return;
    case Final::Kind::kPending:
      return;
  }
}

void AtSession::PrintResult(int number, std::string_view words) {
  if (modem_.quiet) return;
  if (modem_.verbose) {
    fmt::format_to(std::back_inserter(output_), "\r\n{}\r\n", words);
  } else {
    fmt::format_to(std::back_inserter(output_), "{}\r", number);
  }
}

}  // namespace smsweb::sim
