#include "common/modem/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/modem/states.h"

namespace smsweb {
namespace {

constexpr std::size_t kMaxInformationLines = 64;
constexpr Millis kFirstPause{500};
constexpr Millis kLongestPause{30'000};
constexpr char kEscape = '\x1B';
constexpr int kMostEscapes = 3;   // of prompts, while a command is in flight
constexpr int kMostRefusals = 8;  // of a command that must succeed: a minute

}  // namespace

// By ModemState.
const ModemMachine::Behaviour ModemMachine::kBehaviour[] = {
    /* kClosed */ {},
    /* kProbing */
    {.plan = &ModemMachine::PlanProbe,
     .ask = &ModemMachine::AskProbe,
     .answer = &ModemMachine::AnswerPlan,
     .silence = &ModemMachine::SilenceInSetup,
     .finished = &ModemMachine::ProbeFinished,
     .patience = &ModemMachine::ProbePatience},
    /* kIdentifying */
    {.plan = &ModemMachine::PlanIdentity,
     .ask = &ModemMachine::AskNext,
     .answer = &ModemMachine::AnswerPlan,
     .silence = &ModemMachine::SilenceInSetupPlan,
     .finished = &ModemMachine::IdentityFinished,
     .patience = &ModemMachine::PlanPatience},
    /* kSim */
    {.plan = nullptr,
     .ask = &ModemMachine::AskSim,
     .answer = &ModemMachine::AnswerSim,
     .silence = &ModemMachine::SilenceInSetup,
     .finished = nullptr,
     .patience = &ModemMachine::CommandPatience},
    /* kRegistering */
    {.plan = &ModemMachine::PlanRegistration,
     .ask = &ModemMachine::AskRegistration,
     .answer = &ModemMachine::AnswerPlan,
     .silence = &ModemMachine::SilenceInSetupPlan,
     .finished = &ModemMachine::RegistrationFinished,
     .patience = &ModemMachine::PlanPatience},
    /* kConfiguring */
    {.plan = &ModemMachine::PlanConfiguration,
     .ask = &ModemMachine::AskConfiguration,
     .answer = &ModemMachine::AnswerPlan,
     .silence = &ModemMachine::SilenceInSetupPlan,
     .finished = &ModemMachine::ConfigurationFinished,
     .patience = &ModemMachine::PlanPatience},
    /* kReady: it asks nothing; "silence" is that no Submit came */
    {.plan = nullptr,
     .ask = &ModemMachine::WaitForWork,
     .answer = nullptr,
     .silence = &ModemMachine::IdleLongEnough,
     .finished = nullptr,
     .patience = nullptr},
    /* kAwaitingPrompt */
    {.plan = nullptr,
     .ask = &ModemMachine::AskPrompt,
     .answer = &ModemMachine::AnswerBeforePdu,
     .silence = &ModemMachine::SilenceBeforePdu,
     .finished = nullptr,
     .patience = &ModemMachine::PromptPatience},
    /* kAwaitingResult */
    {.plan = nullptr,
     .ask = &ModemMachine::WritePdu,
     .answer = &ModemMachine::AnswerToPdu,
     .silence = &ModemMachine::SilenceAfterPdu,
     .finished = nullptr,
     .patience = &ModemMachine::SubmitPatience},
    /* kBusy */
    {.plan = &ModemMachine::PlanChores,
     .ask = &ModemMachine::AskNext,
     .answer = &ModemMachine::AnswerPlan,
     .silence = &ModemMachine::SilenceInChore,
     .finished = &ModemMachine::ChoresFinished,
     .patience = &ModemMachine::PlanPatience},
    /* kResyncing */
    {.plan = nullptr,
     .ask = &ModemMachine::AskResync,
     .answer = &ModemMachine::AnswerResync,
     .silence = &ModemMachine::SilenceInResync,
     .finished = nullptr,
     .patience = &ModemMachine::ResyncPatience},
    /* kRecovering */
    {.plan = &ModemMachine::PlanRecovery,
     .ask = &ModemMachine::AskRecovery,
     .answer = &ModemMachine::AnswerPlan,
     .silence = &ModemMachine::SilenceInRecovery,
     .finished = &ModemMachine::RecoveryFinished,
     .patience = &ModemMachine::PlanPatience},
    /* kFailed: no deadline, it waits for the operator */ {},
};

ModemMachine::ModemMachine(ModemSettings settings)
    : settings_(std::move(settings)), profile_(&GenericProfile()) {
  if (!settings_.profile.empty()) Choose();
}

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
  UssdFailed("the line was lost");
  output_.clear();
  parser_.Reset();
  silences_ = 0;
  ForgetSession();
  if (state_ != ModemState::kClosed) Go(ModemState::kClosed);
}

// What was true of the modem until its line was lost, or it started anew.
void ModemMachine::ForgetSession() {
  if (profile_->csms == 0) HandOnEarly();  // else they come again
  early_.clear();
  imsi_heard_ = false;
  received_.Forget();
  chores_since_.reset();
  chores_not_before_ = {};
  listed_ = false;
  listed_for_ = -1;
  storage_fixed_ = false;
  selected_.clear();
  acknowledges_ = false;
  sim_gone_ = false;
  registered_ = false;
  creg_ = cereg_ = Registration::kUnknown;
  lte_unknown_ = false;
  ussd_to_cancel_ = false;
  info_.imsi.clear();
  info_.registration = Registration::kUnknown;
  info_.signal_dbm = 0;
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
  CheckUssdDeadline();
  if (!deadline_ || now < *deadline_) return;
  deadline_.reset();
  if (std::exchange(pausing_, false)) return Ask();
  parser_.ExpectNothing();
  if (state_ != ModemState::kReady) late_answers_ = true;
  if (Now().silence != nullptr) (this->*Now().silence)();
}

std::optional<MonoTime> ModemMachine::Deadline() const {
  if (!ussd_) return deadline_;
  return deadline_ ? std::min(*deadline_, ussd_->deadline) : ussd_->deadline;
}

std::string ModemMachine::TakeOutput() {
  if (submission_ && submission_->pdu_written) submission_->pdu_left = true;
  return std::exchange(output_, {});
}

std::vector<ModemEvent> ModemMachine::TakeEvents() {
  if (info_ != told_) {
    told_ = info_;
    Emit(ModemEvent::Kind::kInfoChanged);
  }
  return std::exchange(events_, {});
}

void ModemMachine::Emit(ModemEvent::Kind kind, std::string detail) {
  events_.push_back(
      {.kind = kind, .state = state_, .detail = std::move(detail)});
}

// The only place where a state becomes another.
void ModemMachine::Go(ModemState next, std::string detail) {
  if (!MayFollow(state_, next)) {
    return Note(
        fmt::format("refused: {} -> {}", ToString(state_), ToString(next)));
  }
  state_ = next;
  note_ = detail;
  Emit(ModemEvent::Kind::kStateChanged, std::move(detail));
  StopClock();
  ++visit_;
  step_ = 0;
  asked_again_ = 0;
  answered_ = false;
  plan_.clear();
  if (Now().plan != nullptr) (this->*Now().plan)();
  Ask();
}

// To where a modem belongs that has just answered, and has nothing to do.
void ModemMachine::Settle(std::string detail) {
  if (sim_gone_) return Go(ModemState::kSim, "the SIM is gone");
  if (!registered_) return Go(ModemState::kRegistering, std::move(detail));
  if (ChoresAreUrgent() && state_ != ModemState::kBusy) {
    return Go(ModemState::kBusy, std::move(detail));
  }
  Go(ModemState::kReady, std::move(detail));
}

// News within a state; said once.
void ModemMachine::Note(std::string detail) {
  if (detail == note_) return;
  note_ = detail;
  Emit(ModemEvent::Kind::kStateChanged, std::move(detail));
}

// ---- One command at a time

void ModemMachine::Ask() {
  if (Now().ask != nullptr) (this->*Now().ask)();
}

void ModemMachine::Command(std::string_view text) {
  command_ = text;
  output_ += text;
  output_ += '\r';
  information_.clear();
  skipped_ = false;
  parser_.ExpectAnswerTo(text);
  pausing_ = false;
  escapes_ = 0;
  deadline_ = now_ + (this->*Now().patience)();
}

// Leaves the prompt, if the modem is in one (27.005 § 4.3). Once is enough,
// however many prompts came.
void ModemMachine::Escape() {
  if (!output_.ends_with(kEscape)) output_ += kEscape;
}

// That result was an earlier command's: wait on, until the same deadline.
void ModemMachine::SkipAnswer() {
  information_.clear();
  skipped_ = true;
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

Millis ModemMachine::CommandPatience() const {
  return profile_->command_timeout.value_or(settings_.command_timeout);
}

// ---- Plans

void ModemMachine::AskNext() {
  if (plan_.empty()) return (this->*Now().finished)();
  Command(plan_.front().command);
}

void ModemMachine::AnswerPlan(const AtEvent& final) {
  if (plan_.empty()) return;
  const bool ok = final.final == AtFinal::kOk;
  const Exchange& asked = plan_.front();
  if (ok && !asked.answer.empty() && !Information(asked.answer)) {
    return SkipAnswer();
  }
  if (ok && !asked.answer.empty()) {
    silences_ = 0;
    late_answers_ = false;
  }
  if (!ok && asked.needed) return Refused(final);
  NextOfPlan(final);
}

void ModemMachine::NextOfPlan(const AtEvent& final) {
  current_ = std::move(plan_.front());
  plan_.pop_front();
  const std::uint64_t visit = visit_;
  if (current_.heard != nullptr) (this->*current_.heard)(final);
  if (visit_ == visit) AskNext();
}

void ModemMachine::Refused(const AtEvent& final) {
  const std::string why = fmt::format(
      "{} is refused: {}", plan_.front().command, DescribeFinal(final));
  if (asked_again_ >= kMostRefusals) return Blame(why);
  Note(why);
  AskAgainLater();
}

// A modem that says OK and not what it was asked for is not silent: it does not
// know.
void ModemMachine::SilenceInSetupPlan() {
  if (!skipped_) return SilenceInSetup();
  NextOfPlanAfterSilence();
}

void ModemMachine::NextOfPlanAfterSilence() {
  NextOfPlan({.kind = AtEvent::Kind::kFinal, .final = AtFinal::kSilence});
}

Millis ModemMachine::PlanPatience() const {
  const bool own = !plan_.empty() && plan_.front().patience > Millis(0);
  return own ? plan_.front().patience : CommandPatience();
}

// ---- What comes in

void ModemMachine::Handle(const AtEvent& event) {
  switch (event.kind) {
    case AtEvent::Kind::kFinal:
      return HandleFinal(event);
    case AtEvent::Kind::kInformation:
      return HandleInformation(event);
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

void ModemMachine::HandleInformation(const AtEvent& event) {
  if (event.text.starts_with("+CMGL:")) return Listed(event);
  if (event.text.starts_with("+CMGR:")) return Read(event);
  if (event.text.starts_with("+CUSD:")) return UssdLine(event.text);
  KeepInformation(event.text);
}

void ModemMachine::KeepInformation(const std::string& line) {
  if (information_.size() < kMaxInformationLines) information_.push_back(line);
}

void ModemMachine::HandlePrompt() {
  switch (state_) {
    case ModemState::kAwaitingPrompt:
      submission_->prompted = true;
      return WritePduWhenDue();
    case ModemState::kAwaitingResult:
      return;
    case ModemState::kReady:  // a late one: the modem waits for a PDU
      return LeaveStrayPrompt();
    default:
      // One that answers an ESC with a prompt would go on for ever.
      if (escapes_++ < kMostEscapes) Escape();
  }
}

void ModemMachine::HandleUnsolicited(const AtEvent& event) {
  const std::string_view line = event.text;
  const auto begins = [line](std::string_view start) {
    return line.starts_with(start);
  };
  if (std::ranges::any_of(profile_->restarted, begins)) {
    return ModemRestarted();
  }
  if (!profile_->ready_line.empty() && begins(profile_->ready_line)) {
    return ReadyLineCame();
  }
  if (begins("+CREG:") || begins("+CEREG:")) return RegistrationLine(line);
  if (begins("+CPIN:")) return SimLine(line);
  if (begins("+CMTI:") || begins("+CDSI:")) return Announced(line);
  if (begins("+CMT:")) return Arrived(event, Incoming::kMessage);
  if (begins("+CDS:")) return Arrived(event, Incoming::kReport);
  if (begins("+CUSD:")) return UssdLine(line);
}

std::optional<std::string_view> ModemMachine::Information(
    std::string_view name) const {
  for (const std::string& line : information_) {
    if (line.starts_with(name)) return line;
  }
  return std::nullopt;
}

}  // namespace smsweb
