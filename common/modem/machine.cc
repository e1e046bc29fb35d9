#include "common/modem/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/modem/at_errors.h"
#include "common/modem/states.h"

namespace smsweb {
namespace {

constexpr std::size_t kMaxInformationLines = 64;
constexpr Millis kFirstPause{500};
constexpr Millis kLongestPause{30'000};

// What a modem says when it has started anew and forgotten its settings:
// SIMCom and Quectel, and Cinterion.
constexpr auto kRestarted =
    std::to_array<std::string_view>({"RDY", "^SYSSTART"});

}  // namespace

// By ModemState.
const ModemMachine::Behaviour ModemMachine::kBehaviour[] = {
    /* kClosed */ {nullptr, nullptr, nullptr, nullptr},
    /* kProbing */
    {&ModemMachine::AskProbe, &ModemMachine::AnswerProbe,
     &ModemMachine::SilenceInSetup, &ModemMachine::ProbePatience},
    /* kIdentifying */ {nullptr, nullptr, nullptr, nullptr},
    /* kSim */
    {&ModemMachine::AskSim, &ModemMachine::AnswerSim,
     &ModemMachine::SilenceInSetup, &ModemMachine::CommandPatience},
    /* kRegistering */
    {&ModemMachine::AskRegistration, &ModemMachine::AnswerRegistration,
     &ModemMachine::SilenceInSetup, &ModemMachine::CommandPatience},
    /* kConfiguring */
    {&ModemMachine::AskConfiguration, &ModemMachine::AnswerConfiguration,
     &ModemMachine::SilenceInSetup, &ModemMachine::CommandPatience},
    /* kReady: no deadline, it waits for a Submit */
    {nullptr, nullptr, nullptr, nullptr},
    /* kAwaitingPrompt */
    {&ModemMachine::AskPrompt, &ModemMachine::AnswerBeforePdu,
     &ModemMachine::SilenceBeforePdu, &ModemMachine::PromptPatience},
    /* kAwaitingResult */
    {&ModemMachine::WritePdu, &ModemMachine::AnswerToPdu,
     &ModemMachine::SilenceAfterPdu, &ModemMachine::SubmitPatience},
    /* kBusy */ {nullptr, nullptr, nullptr, nullptr},
    /* kResyncing */
    {&ModemMachine::AskResync, &ModemMachine::AnswerResync,
     &ModemMachine::SilenceInResync, &ModemMachine::ResyncPatience},
    /* kRecovering */ {nullptr, nullptr, nullptr, nullptr},
    /* kFailed: no deadline, it waits for the operator */
    {nullptr, nullptr, nullptr, nullptr},
};

ModemMachine::ModemMachine(ModemSettings settings)
    : settings_(std::move(settings)) {}

const ModemMachine::Behaviour& ModemMachine::Now() const {
  return kBehaviour[std::to_underlying(state_)];
}

void ModemMachine::LineOpened(MonoTime now) {
  LineClosed(now);
  Go(ModemState::kProbing);
}

void ModemMachine::LineClosed(MonoTime now) {
  now_ = now;
  if (submission_) GiveUpSubmit("the line was lost");
  output_.clear();
  parser_.Reset();
  silences_ = 0;
  if (state_ != ModemState::kClosed) Go(ModemState::kClosed);
}

void ModemMachine::BytesReceived(std::string_view bytes, MonoTime now) {
  now_ = now;
  if (state_ == ModemState::kClosed) return;
  for (const AtEvent& event : parser_.Feed(bytes)) {
    if (state_ == ModemState::kClosed) return;
    Handle(event);
  }
}

void ModemMachine::DeadlineReached(MonoTime now) {
  now_ = now;
  if (!deadline_ || now < *deadline_) return;
  deadline_.reset();
  if (std::exchange(pausing_, false)) return Ask();
  parser_.ExpectNothing();
  if (Now().silence != nullptr) (this->*Now().silence)();
}

std::string ModemMachine::TakeOutput() {
  if (submission_ && submission_->pdu_written) submission_->pdu_left = true;
  return std::exchange(output_, {});
}

std::vector<ModemEvent> ModemMachine::TakeEvents() {
  return std::exchange(events_, {});
}

// The only place where a state becomes another.
void ModemMachine::Go(ModemState next, std::string detail) {
  if (!MayFollow(state_, next)) {
    return Note(
        fmt::format("refused: {} -> {}", ToString(state_), ToString(next)));
  }
  state_ = next;
  note_ = detail;
  events_.push_back({.kind = ModemEvent::Kind::kStateChanged,
                     .state = next,
                     .detail = std::move(detail)});
  StopClock();
  step_ = 0;
  asked_again_ = 0;
  answered_ = false;
  if (next == ModemState::kReady) silences_ = reopenings_ = 0;
  Ask();
}

// News within a state; said once.
void ModemMachine::Note(std::string detail) {
  if (detail == note_) return;
  note_ = detail;
  events_.push_back({.kind = ModemEvent::Kind::kStateChanged,
                     .state = state_,
                     .detail = std::move(detail)});
}

void ModemMachine::Ask() {
  if (Now().ask != nullptr) (this->*Now().ask)();
}

void ModemMachine::Command(std::string_view text) {
  command_ = text;
  output_ += text;
  output_ += '\r';
  information_.clear();
  parser_.ExpectAnswerTo(text);
  pausing_ = false;
  deadline_ = now_ + (this->*Now().patience)();
}

// Leaves the prompt, if the modem is in one (27.005 § 4.3).
void ModemMachine::Escape() { output_ += '\x1B'; }

// That result was an earlier command's: wait on, until the same deadline.
void ModemMachine::SkipAnswer() {
  information_.clear();
  parser_.ExpectAnswerTo(command_);
}

void ModemMachine::AskAgainLater() {
  deadline_ = now_ + GrowingPause();
  pausing_ = true;
  ++asked_again_;
}

Millis ModemMachine::GrowingPause() const {
  return std::min(kFirstPause * (1 << std::min(asked_again_, 6)),
                  kLongestPause);
}

void ModemMachine::StopClock() {
  deadline_.reset();
  pausing_ = false;
  parser_.ExpectNothing();
}

void ModemMachine::StartOver() {
  if (submission_) GiveUpSubmit("the modem restarted");
  Go(ModemState::kProbing);
}

void ModemMachine::AskToReopen(std::string detail) {
  ++reopenings_;
  output_.clear();
  parser_.Reset();
  Go(ModemState::kClosed);
  events_.push_back({.kind = ModemEvent::Kind::kReopenLine,
                     .state = state_,
                     .detail = std::move(detail)});
}

void ModemMachine::Handle(const AtEvent& event) {
  switch (event.kind) {
    case AtEvent::Kind::kFinal:
      return HandleFinal(event);
    case AtEvent::Kind::kInformation:
      if (information_.size() < kMaxInformationLines) {
        information_.push_back(event.text);
      }
      return;
    case AtEvent::Kind::kPrompt:
      return HandlePrompt();
    case AtEvent::Kind::kUnsolicited:
      return HandleUnsolicited(event);
    case AtEvent::Kind::kEcho:
    case AtEvent::Kind::kOverlong:
      return;
  }
}

void ModemMachine::HandleFinal(const AtEvent& final) {
  const Behaviour& behaviour = Now();
  answered_ = true;
  if (behaviour.answer != nullptr) (this->*behaviour.answer)(final);
}

void ModemMachine::HandlePrompt() {
  switch (state_) {
    case ModemState::kAwaitingPrompt:
      submission_->prompted = true;
      return WritePduWhenDue();
    case ModemState::kAwaitingResult:
      return;
    case ModemState::kReady:  // a late one: the modem waits for a PDU
      return Go(ModemState::kResyncing, "a prompt that nobody waits for");
    default:
      return Escape();
  }
}

void ModemMachine::HandleUnsolicited(const AtEvent& event) {
  if (std::ranges::find(kRestarted, event.text) != kRestarted.end()) {
    return StartOver();
  }
  if (event.text.starts_with("+CREG:")) RegistrationLine(event.text);
}

std::optional<std::string_view> ModemMachine::Information(
    std::string_view name) const {
  for (const std::string& line : information_) {
    if (line.starts_with(name)) return line;
  }
  return std::nullopt;
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
  }
  return "ERROR";
}

}  // namespace smsweb
