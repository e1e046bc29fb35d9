// AtSession: messages that go out or are written (TS 27.005 § 3.5.1 to § 3.5.3,
// § 4.3), and what comes in by itself.
#include <fmt/format.h>

#include <utility>

#include "common/pdu/ucs2.h"
#include "sim/at_session.h"
#include "sim/commands.h"
#include "sim/wording.h"

namespace smsweb::sim {

Reply AtSession::BeginMessage(const AtCommand& command, bool last, Work& work) {
  if (command.form == AtForm::kTest) return kOk;
  if (command.form != AtForm::kSet) return kError;
  const bool stores = command.name == "+CMGW";
  const Final able = stores ? CheckSimForMessages(*modem_) : CheckCanSend();
  if (able.kind != Final::Kind::kOk) return able;
  if (!last) return Cms(kCmsNotAllowed);
  auto announced = ReadAnnounced(*modem_, command);
  if (!announced) return announced.error();
  if (stores) return Prompt(std::move(*announced));
  Meet(Trigger::Kind::kPrompted, "", work);
  if (work.plan.how() == AnswerPlan::How::kRefuse) return work.plan.refusal();
  if (work.plan.how() == AnswerPlan::How::kSilence || !air_.GivesPrompt()) {
    return kPending;
  }
  return Prompt(std::move(*announced));
}

Reply AtSession::Prompt(Announced announced) {
  announced_ = std::move(announced);
  cmgs_at_ = now_;
  text_.clear();
  state_ = State::kText;
  return kPrompt;
}

Final AtSession::CheckCanSend() const {
  const Final sim = CheckSimForMessages(*modem_);
  if (sim.kind != Final::Kind::kOk) return sim;
  return modem_->on_network() ? kOk : Cms(kCmsNoNetwork);
}

void AtSession::EndMessage() {
  state_ = State::kCommand;
  if (announced_.store) return StoreMessage();
  message_ = ReadSubmission(*modem_, announced_, text_);
  from_place_.reset();
  Submit(Work{std::exchange(next_plan_, {})});
}

void AtSession::StoreMessage() {
  Work work{std::exchange(next_plan_, {})};
  auto stored = ReadStored(*modem_, announced_, text_);
  const int invalid = modem_->text_mode() ? kCmsInvalidText : kCmsInvalidPdu;
  Final end = Cms(stored ? kCmsMemoryFull : invalid);
  const auto place =
      stored ? modem_->memory(1).Add(std::move(*stored)) : std::nullopt;
  if (place) {
    work.answer += WordLines(*modem_, {fmt::format("+CMGW: {}", *place)});
    end = kOk;
  }
  work.answer += WordFinal(*modem_, end);
  Answer(std::move(work));
}

// AT+CMSS takes the rules of a message, too: `on pdu`.
Reply AtSession::SendStored(const AtCommand& command, bool last, Work& work) {
  if (command.form == AtForm::kTest) return kOk;
  auto arguments = ParseArguments(command.arguments);
  const bool readable = arguments && !arguments->empty() &&
                        arguments->size() <= 3 && arguments->front().Number();
  if (command.form != AtForm::kSet || !readable) return kError;
  const Final able = CheckCanSend();
  if (able.kind != Final::Kind::kOk) return able;
  if (!last) return Cms(kCmsNotAllowed);
  const int place = *arguments->front().Number();
  const StoredMessage* const stored = modem_->memory(1).Find(place);
  if (stored == nullptr) return Cms(kCmsInvalidIndex);
  arguments->erase(arguments->begin());
  message_ = ReadFromStorage(*modem_, *stored, *arguments);
  if (!message_) return Cms(kCmsNotAllowed);
  from_place_ = place;
  cmgs_at_ = now_;
  Submit(std::exchange(work, {}));
  return kPending;
}

void AtSession::Submit(Work work) {
  pdu_at_ = now_;
  const std::string recipient =
      message_ ? ToString(message_->submit.recipient) : std::string();
  Meet(Trigger::Kind::kPdu, recipient, work);
  if (!message_ || (!message_->submit.smsc && modem_->smsc.empty())) {
    const int invalid = modem_->text_mode() ? kCmsInvalidText : kCmsInvalidPdu;
    const Final why = Cms(message_ ? kCmsNoSmsc : invalid);
    message_.reset();
    work.answer += WordFinal(*modem_, why);
    return Answer(std::move(work));
  }
  sending_ = std::move(work);
  if (send_time_.count() == 0) return Send();
  busy_until_ = now_.mono + send_time_;
  behind_busy_ = State::kCommand;
  state_ = State::kBusy;
}

void AtSession::Send() {
  Work work = *std::exchange(sending_, std::nullopt);
  const Final end = Carry(work);
  message_.reset();
  work.answer += WordFinal(*modem_, end);
  Answer(std::move(work));
}

std::optional<Answer> AtSession::Decided(const AnswerPlan& plan) const {
  using How = AnswerPlan::How;
  switch (plan.how()) {
    case How::kObey:
      return std::nullopt;
    case How::kSilence:
      return sim::Answer{sim::Answer::Kind::kNone};
    case How::kLose:
      return sim::Answer{sim::Answer::Kind::kLost};
    case How::kRefuse:
      return sim::Answer{sim::Answer::Kind::kRefused, plan.refusal().code};
    case How::kBytes:
      break;
  }
  return sim::Answer{sim::Answer::Kind::kRefused};
}

Final AtSession::Carry(Work& work) {
  if (work.plan.obeys() && !modem_->on_network()) return Cms(kCmsNoNetwork);
  const auto smsc =
      message_->submit.smsc ? ToString(*message_->submit.smsc) : modem_->smsc;
  const Transmission sent{
      .modem = name(),
      .smsc = smsc,
      .submit = message_->submit,
      .octets = message_->octets,
      .tpdu_length = message_->tpdu_length,
      .reference = reference_,
      .cmgs_at = cmgs_at_,
      .pdu_at = pdu_at_,
      .decided = Decided(work.plan),
      .reports = work.plan.reports() ? &*work.plan.reports() : nullptr};
  const auto answer = air_.Carry(sent, now_);
  if (answer.kind == sim::Answer::Kind::kRefused) {
    return work.plan.obeys() ? Cms(answer.code) : work.plan.refusal();
  }
  if (answer.kind == sim::Answer::Kind::kNone) return kPending;
  work.sent = true;
  const std::uint8_t reference = reference_++;
  if (answer.delivers_first) {
    for (const std::string& line : receiver_->TakeDue(now_)) {
      work.answer += WordUnsolicited(line);
    }
  }
  if (answer.kind == sim::Answer::Kind::kLost) return kPending;
  work.answer += WordLines(
      *modem_,
      {fmt::format("{}: {}", from_place_ ? "+CMSS" : "+CMGS", reference)});
  if (from_place_) {
    auto* const stored = modem_->memory(1).Find(*from_place_);
    if (stored != nullptr) stored->status = StoredMessage::Status::kSent;
  }
  return kOk;
}

// ---- what comes by itself ----

// +CNMI with <mode> 0 keeps its lines in the modem (TS 27.005 § 3.4.1).
void AtSession::ReceiveDue() {
  if (deaf() || state_ != State::kCommand) return;
  for (std::string& line : receiver_->TakeDue(now_)) {
    told_.push_back(std::move(line));
  }
  if (modem_->Setting("+CNMI") == 0) return;
  for (const std::string& line : std::exchange(told_, {})) {
    Say(WordUnsolicited(line));
  }
}

void AtSession::AnswerUssd(const std::string& code) {
  if (Happen(Trigger::Kind::kUssd, code)) return;
  Say(WordUnsolicited("+CUSD: 4"));  // operation not supported
}

// TS 27.007 § 7.2, § 10.1.20, § 10.1.22.
void AtSession::TellRegistration() {
  if (deaf() || state_ != State::kCommand) return;
  const Coverage now = modem_->registration();
  if (std::exchange(registration_told_, now) == now) return;
  for (const char* command : {"+CREG", "+CGREG", "+CEREG"}) {
    if (modem_->Setting(command) == 0) continue;
    const bool cell = modem_->Setting(command) == 2 && modem_->on_network();
    Say(WordUnsolicited(fmt::format("{}: {}{}", command, static_cast<int>(now),
                                    cell ? ",\"0001\",\"00000001\",7" : "")));
  }
}

}  // namespace smsweb::sim
