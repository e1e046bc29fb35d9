// One message part from AT+CMGS to its result (27.005 § 4.3), and the way
// back to a clean line after a submit that was given up.
#include <fmt/format.h>

#include <utility>

#include "common/modem/at_errors.h"
#include "common/modem/machine.h"

namespace smsweb {
namespace {

constexpr char kCtrlZ = '\x1A';
constexpr int kResyncTries = 3;
constexpr Millis kResyncPatience{3000};

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

void ModemMachine::Release(MonoTime now) {
  now_ = now;
  if (state_ != ModemState::kAwaitingPrompt) return;
  submission_->released = true;
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
  BackToReady();
}

void ModemMachine::SilenceBeforePdu() {
  const bool prompted = submission_->prompted;
  GiveUpSubmit(prompted ? "not released in time" : "no prompt");
  Go(ModemState::kResyncing, prompted ? "leaving the prompt" : "no prompt");
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
  if (final.final == AtFinal::kOk) {
    GiveUpSubmit(Information("+CMGS:") ? "" : "OK, but no +CMGS");
  } else {
    RejectSubmit(final);
  }
  BackToReady();
}

void ModemMachine::SilenceAfterPdu() {
  GiveUpSubmit("no result");
  Go(ModemState::kResyncing, "no result");
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

void ModemMachine::BackToReady(std::string detail) {
  Go(registered_ ? ModemState::kReady : ModemState::kRegistering,
     std::move(detail));
}

// ---- Resynchronising

// ESC leaves a prompt; the answer to AT+CMGF? is one that no late result can be
// taken for, and tells whether the modem still knows its configuration.
void ModemMachine::AskResync() {
  if (!answered_) Escape();
  Command("AT+CMGF?");
}

void ModemMachine::AnswerResync(const AtEvent&) {
  const auto line = Information("+CMGF:");
  if (!line) return SkipAnswer();
  if (AtNumber(*line) != 0) {
    return Go(ModemState::kProbing, "the modem lost its configuration");
  }
  BackToReady();
}

void ModemMachine::SilenceInResync() {
  if (++asked_again_ < kResyncTries) return Ask();
  if (answered_) return Go(ModemState::kProbing, "no clean answer");
  AskToReopen("the modem does not answer");
}

Millis ModemMachine::ResyncPatience() const { return kResyncPatience; }

}  // namespace smsweb
