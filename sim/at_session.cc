#include "sim/at_session.h"

#include <algorithm>
#include <utility>

#include "sim/commands.h"
#include "sim/wording.h"

namespace smsweb::sim {
namespace {

constexpr char kNul = '\0';
constexpr char kBackspace = '\b';
constexpr char kCtrlZ = 0x1A;
constexpr char kEscape = 0x1B;

constexpr std::size_t kMaxInput = 16384;
constexpr std::size_t kMaxLine = 2048;
constexpr std::size_t kMaxText = 4096;

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

// As a script names it: "AT+CREG?", "AT+CNMI=2,1".
std::string Named(const AtCommand& command) {
  std::string text = "AT" + command.name;
  const bool extended = std::string_view("+^$%#*_").find(
                            command.name.front()) != std::string_view::npos;
  switch (command.form) {
    case AtForm::kRead:
      return text + "?";
    case AtForm::kTest:
      return text + "=?";
    case AtForm::kSet:
      return text + (extended ? "=" : "") + command.arguments;
    case AtForm::kExecute:
      break;
  }
  return text + command.arguments;
}

}  // namespace

AtSession::AtSession(ModemOptions options, Air& air,
                     std::chrono::milliseconds send_time, const Script& script)
    : modem_(std::make_unique<ModemState>(std::move(options))),
      air_(air),
      receiver_(std::make_unique<Receiver>(*modem_, air)),
      send_time_(send_time) {
  rules_.Add(script, name());
  registration_told_ = modem_->registration();
}

AtSession::AtSession(AtSession&&) noexcept = default;
AtSession::~AtSession() = default;

void AtSession::Start(const Instant& now) {
  now_ = now;
  if (std::exchange(started_, true)) return;
  SetTimers();
  Settle();
}

void AtSession::HostOpened(const Instant& now) {
  Start(now);
  now_ = now;
  if (hung_until_ == "reopened") hung_until_.reset();
  Happen(Trigger::Kind::kOpen);
  Settle();
}

void AtSession::Receive(std::string_view bytes, const Instant& now) {
  Start(now);
  now_ = now;
  if (!connected_ || booting_) return;
  const std::size_t room = kMaxInput - std::min(kMaxInput, input_.size());
  input_ += bytes.substr(0, room);
  Settle();
}

void AtSession::Advance(const Instant& now) {
  Start(now);
  now_ = now;
  Settle();
}

void AtSession::Obey(const Script& script, const Instant& now) {
  Start(now);
  now_ = now;
  rules_.Add(script, name());
  SetTimers();
  Settle();
}

std::optional<MonoTime> AtSession::deadline() const {
  std::optional<MonoTime> next;
  const auto soonest = [&](MonoTime time) {
    if (!next || time < *next) next = time;
  };
  if (state_ == State::kBusy) soonest(busy_until_);
  if (!later_.empty()) soonest(later_.begin()->first);
  if (!timers_.empty()) soonest(timers_.begin()->first);
  if (state_ == State::kCommand && !deaf()) {
    if (const auto received = receiver_->deadline()) soonest(*received);
  }
  return next;
}

std::string AtSession::TakeOutput() { return std::exchange(output_, {}); }

std::vector<PortEvent> AtSession::TakePortEvents() {
  return std::exchange(port_events_, {});
}

// ---- time ----

// Does all that is due.
void AtSession::Settle() {
  SayWhatIsDue();
  RunTimers();
  if (state_ == State::kBusy && now_.mono >= busy_until_) EndBusy();
  Drain();
  TellRegistration();
  ReceiveDue();
}

void AtSession::EndBusy() {
  state_ = behind_busy_;
  if (message_) Send();
}

void AtSession::SayWhatIsDue() {
  while (!later_.empty() && later_.begin()->first <= now_.mono) {
    output_ += later_.begin()->second;
    later_.erase(later_.begin());
  }
}

void AtSession::Say(std::string bytes, Millis after) {
  if (!connected_ || bytes.empty()) return;
  if (after.count() <= 0) {
    output_ += bytes;
  } else {
    later_.emplace(now_.mono + after, std::move(bytes));
  }
}

// ---- bytes ----

void AtSession::Drain() {
  std::size_t used = 0;
  while (used < input_.size() && state_ != State::kBusy) {
    Feed(input_[used++]);
    if (input_.empty()) return;  // the modem has lost it
  }
  input_.erase(0, used);
}

void AtSession::Feed(char c) {
  if (hung_until_) return FeedHung(c);
  if (c == kNul) return;
  if (state_ == State::kText) {
    FeedText(c);
  } else {
    FeedCommand(c);
  }
}

void AtSession::FeedCommand(char c) {
  if (modem_->echo) Say(std::string(1, c));
  if (c == '\r') {
    RunLine();
  } else if (c == kBackspace) {
    if (!line_.empty()) line_.pop_back();
  } else if (!IsControl(c) && line_.size() <= kMaxLine) {
    line_ += c;
    if (IsRepeat(line_)) RunLine();
  }
}

void AtSession::FeedText(char c) {
  if (c == kCtrlZ) return EndMessage();
  if (c == kEscape) {
    state_ = State::kCommand;
    return Say(WordFinal(*modem_, kOk));
  }
  if (modem_->echo) Say(std::string(1, c));
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
  if (!modem_->text_mode()) return;
  text_ += '\n';
  Say(WordFinal(*modem_, kPrompt));
}

// Nothing is heard but the command that ends it.
void AtSession::FeedHung(char c) {
  if (c != '\r') {
    if (!IsControl(c) && line_.size() <= kMaxLine) line_ += c;
    return;
  }
  const auto body = BehindPrefix(line_);
  const bool ends = body && hung_until_->starts_with("AT") &&
                    FitsCommand(*hung_until_, "AT" + UpperCase(*body));
  if (!ends) return line_.clear();
  hung_until_.reset();
  RunLine();
}

// ---- commands ----

void AtSession::RunLine() {
  std::string line = std::exchange(line_, {});
  if (IsRepeat(line)) line = last_line_;
  const auto body = BehindPrefix(line);
  if (!body) return;
  Work work{std::exchange(next_plan_, {})};
  if (line.size() > kMaxLine) {
    work.answer = WordFinal(*modem_, kError);
    return Answer(std::move(work));
  }
  last_line_ = line;
  const Final end = RunCommands(*body, work);
  work.answer += WordFinal(*modem_, end);
  Answer(std::move(work));
  GrantWishes();
}

// Commands of a line run in order; the first that fails ends it (V.250
// § 5.2.1).
Final AtSession::RunCommands(std::string_view body, Work& work) {
  const auto commands = ParseLine(body);
  if (!commands || commands->empty()) {
    return RunOne("AT" + UpperCase(body), nullptr, true, work).final;
  }
  for (std::size_t i = 0; i < commands->size(); ++i) {
    const AtCommand& command = (*commands)[i];
    const Reply reply =
        RunOne(Named(command), &command, i + 1 == commands->size(), work);
    work.answer += WordLines(*modem_, reply.lines);
    if (reply.final.kind != Final::Kind::kOk) return reply.final;
  }
  return kOk;
}

// Without `command`: "AT" alone, or a line that can't be read.
Reply AtSession::RunOne(const std::string& text, const AtCommand* command,
                        bool last, Work& work) {
  StopTimers(text);
  Meet(Trigger::Kind::kCommand, text, work);
  if (work.plan.how() == AnswerPlan::How::kRefuse) return work.plan.refusal();
  if (!work.plan.obeys()) return kPending;
  if (command == nullptr) return text == "AT" ? kOk : kError;
  if (command->name == "+CMGS" || command->name == "+CMGW") {
    return BeginMessage(*command, last, work);
  }
  if (command->name == "+CMSS") return SendStored(*command, last, work);
  return RunCommand(*modem_, *command);
}

void AtSession::Answer(Work work) {
  for (TimedBytes& bytes : work.plan.Shape(std::move(work.answer))) {
    Say(std::move(bytes.bytes), bytes.after);
  }
  if (work.plan.holds_up()) {
    behind_busy_ = std::exchange(state_, State::kBusy);
    busy_until_ = now_.mono + work.plan.delay();
  }
  for (const auto& [rule, action] : work.afterwards) {
    After(work.plan.delay(), {.rule = rule, .action = action});
  }
  if (work.sent) Happen(Trigger::Kind::kMessages);
}

void AtSession::GrantWishes() {
  const Wishes wishes = std::exchange(modem_->wishes, {});
  if (wishes.acknowledged) receiver_->Acknowledge(*wishes.acknowledged, now_);
  if (wishes.freed) air_.MemoryAvailable(name(), now_);
  if (wishes.ussd) AnswerUssd(*wishes.ussd);
  if (wishes.restart) Restart(Millis(0));
}

}  // namespace smsweb::sim
