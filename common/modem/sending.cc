// One message part from AT+CMGS to its result (27.005 § 4.3).
#include <fmt/format.h>

#include <utility>

#include "common/modem/at_errors.h"
#include "common/modem/machine.h"

namespace smsweb {
namespace {

constexpr char kCtrlZ = '\x1A';

}  // namespace

// ---- AT+CMGS and its prompt

void ModemMachine::Submit(std::string pdu_hex, std::size_t tpdu_length,
                          MonoTime now) {
  now_ = now;
  if (state_ != ModemState::kReady) return RefuseSubmit();
  submission_ =
      Submission{.pdu = std::move(pdu_hex), .tpdu_length = tpdu_length};
  Go(ModemState::kAwaitingPrompt);
}

// The caller's error. A part in flight is not touched.
void ModemMachine::RefuseSubmit() {
  events_.push_back(
      {.kind = ModemEvent::Kind::kSubmitDone,
       .state = state_,
       .result = SubmitResult::kNotSubmitted,
       .detail = fmt::format("refused while {}", ToString(state_))});
}

void ModemMachine::AskPrompt() {
  Command(fmt::format("AT+CMGS={}", submission_->tpdu_length));
}

void ModemMachine::Release(MonoTime now, MonoTime latest) {
  now_ = now;
  if (state_ != ModemState::kAwaitingPrompt) return;
  submission_->released = true;
  submission_->latest = latest;
  WritePduWhenDue();
}

void ModemMachine::Withdraw(MonoTime now) {
  now_ = now;
  if (state_ != ModemState::kAwaitingPrompt) return;
  GiveUpSubmit("withdrawn");
  Go(ModemState::kResyncing);
}

// Release() gets as long to come as the prompt had.
void ModemMachine::WritePduWhenDue() {
  if (!submission_->prompted) return;
  if (submission_->released && now_ >= submission_->latest) {
    GiveUpSubmit("the prompt came too late");
    return Go(ModemState::kResyncing, "leaving the prompt");
  }
  if (submission_->released) return Go(ModemState::kAwaitingResult);
  deadline_ = now_ + PromptPatience();
}

void ModemMachine::AnswerBeforePdu(const AtEvent& final) {
  if (submission_->prompted) {  // the modem left the prompt by itself
    GiveUpSubmit("the modem did not wait for the PDU");
    return Go(ModemState::kResyncing);
  }
  if (final.final == AtFinal::kOk) return SkipAnswer();
  RejectSubmit(final);
  Settle();
}

void ModemMachine::SilenceBeforePdu() {
  const bool prompted = submission_->prompted;
  GiveUpSubmit(prompted ? "not released in time" : "no prompt");
  if (prompted) return Go(ModemState::kResyncing, "leaving the prompt");
  Resynchronise("no prompt");
}

Millis ModemMachine::PromptPatience() const {
  return profile_->prompt_timeout.value_or(settings_.prompt_timeout);
}

// ---- The PDU and its result

void ModemMachine::WritePdu() {
  output_ += submission_->pdu;
  output_ += kCtrlZ;
  submission_->pdu_written = true;
  information_.clear();
  parser_.ExpectAnswerTo(command_);
  parser_.ExpectEchoOf(submission_->pdu);
  deadline_ = now_ + SubmitPatience();
}

// An OK without +CMGS (27.005 § 4.3 asks for both) says nothing of the message.
void ModemMachine::AnswerToPdu(const AtEvent& final) {
  silent_ = {};
  reopenings_ = 0;
  if (final.final == AtFinal::kOk) {
    GiveUpSubmit(Information("+CMGS:") ? "" : "OK, but no +CMGS");
  } else {
    RejectSubmit(final);
  }
  Settle();
}

void ModemMachine::SilenceAfterPdu() {
  GiveUpSubmit("no result");
  Resynchronise("no result");
}

Millis ModemMachine::SubmitPatience() const {
  return profile_->submit_timeout.value_or(settings_.submit_timeout);
}

// ---- How a submit ends

void ModemMachine::FinishSubmit(SubmitResult result, int code,
                                std::string detail) {
  ModemEvent event{.kind = ModemEvent::Kind::kSubmitDone,
                   .state = state_,
                   .result = result,
                   .error_code = code,
                   .detail = std::move(detail)};
  if (result == SubmitResult::kAccepted) {
    blamed_ = {};
    stray_prompts_ = 0;
    event.message_reference = submission_->reference;
  }
  events_.push_back(std::move(event));
  submission_.reset();
}

void ModemMachine::RejectSubmit(const AtEvent& final) {
  const int code =
      final.final == AtFinal::kCmeError ? CmsFromCme(final.code) : final.code;
  FinishSubmit(SubmitResult::kRejected, code, DescribeFinal(final));
}

// What is known when no error came. +CMGS is said only of a message that the
// network took; otherwise a PDU that was handed out may have gone, or may not.
void ModemMachine::GiveUpSubmit(std::string detail) {
  const auto reference = Information("+CMGS:");
  if (!submission_->pdu_left) {
    output_.clear();
    return FinishSubmit(SubmitResult::kNotSubmitted, kNoCode,
                        std::move(detail));
  }
  if (reference) {
    submission_->reference = AtNumber(*reference).value_or(-1);
    return FinishSubmit(SubmitResult::kAccepted, kNoCode, std::move(detail));
  }
  FinishSubmit(SubmitResult::kUnknown, kNoCode, std::move(detail));
}

}  // namespace smsweb
