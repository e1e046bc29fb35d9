// The way back to a modem that works: a question whose answer can't be
// mistaken, and above it the ladder. A modem that is silent climbs it from the
// bottom, one that answers but fails (Recover()) from the soft reset. A rung
// that the profile does not call safe is left out.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/modem/machine.h"

namespace smsweb {
namespace {

constexpr int kResyncTries = 3;
constexpr int kMostStrayPrompts = 3;
constexpr Millis kOneStart{1000};  // its lines come within this time
constexpr int kMostStarts = 5;     // ... within the next
constexpr Millis kManyStarts{120'000};
constexpr Millis kResyncPatience{3000};
constexpr Millis kResetPatience{5000};
constexpr Millis kRadioPatience{30'000};
constexpr Millis kFirstLongPause{30'000};
constexpr Millis kLongestLongPause{600'000};
constexpr Millis kUntilForgiven{3'600'000};

}  // namespace

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
  Settle();
}

void ModemMachine::SilenceInResync() {
  if (++asked_again_ < kResyncTries) return Ask();
  if (answered_) return Go(ModemState::kProbing, "no clean answer");
  Climb("the modem does not answer");
}

Millis ModemMachine::ResyncPatience() const { return kResyncPatience; }

void ModemMachine::Resynchronise(std::string why) {
  Take(RecoveryStep::kResync, std::move(why));
}

// In kReady. A modem whose prompts never end would be resynchronised for ever.
void ModemMachine::LeaveStrayPrompt() {
  constexpr std::string_view kWhy = "a prompt that nobody waits for";
  if (stray_prompts_++ < kMostStrayPrompts) {
    return Go(ModemState::kResyncing, std::string(kWhy));
  }
  stray_prompts_ = 0;
  Blame(fmt::format("{}, again and again", kWhy));
}

// ---- The ladder

RecoveryStep ModemMachine::RungAbove(RecoveryStep rung) const {
  switch (rung) {
    case RecoveryStep::kResync:
      return RecoveryStep::kReopen;
    case RecoveryStep::kReopen:
      if (!profile_->soft_reset.empty()) return RecoveryStep::kSoftReset;
      [[fallthrough]];
    case RecoveryStep::kSoftReset:
      if (!profile_->radio_cycle.empty()) return RecoveryStep::kRadioCycle;
      [[fallthrough]];
    case RecoveryStep::kRadioCycle:
      if (!profile_->restart.empty()) return RecoveryStep::kRestart;
      [[fallthrough]];
    case RecoveryStep::kRestart:
      return RecoveryStep::kPause;
    case RecoveryStep::kPause:
      return RecoveryStep::kReopen;
  }
  return RecoveryStep::kPause;
}

// The modem is silent.
void ModemMachine::Climb(std::string why) {
  silent_.rung = RungAbove(silent_.rung);
  if (silent_.rung == RecoveryStep::kPause) pauses_ = silent_.pauses++;
  climbed_at_ = now_;
  Take(silent_.rung, std::move(why));
}

// One that sends nothing is judged by its chores: an hour of them is enough.
void ModemMachine::ChoresWentWell() {
  if (now_ < climbed_at_ + kUntilForgiven) return;
  silent_ = {};
  reopenings_ = 0;
}

// The modem answers, and is to blame all the same.
void ModemMachine::Blame(std::string why) {
  if (blamed_.rung < RecoveryStep::kReopen ||
      blamed_.rung == RecoveryStep::kPause) {
    blamed_.rung = RecoveryStep::kReopen;
  }
  blamed_.rung = RungAbove(blamed_.rung);
  if (blamed_.rung == RecoveryStep::kPause) pauses_ = blamed_.pauses++;
  Take(blamed_.rung, std::move(why));
}

void ModemMachine::Recover(std::string reason, MonoTime now) {
  now_ = now;
  if (state_ == ModemState::kReady) Blame(std::move(reason));
}

void ModemMachine::Take(RecoveryStep step, std::string why) {
  ++info_.recoveries[static_cast<std::size_t>(step)];
  step_taken_ = step;
  silences_ = 0;
  Emit(ModemEvent::Kind::kRecovery, why);
  events_.back().step = step;
  switch (step) {
    case RecoveryStep::kResync:
      return Go(ModemState::kResyncing, std::move(why));
    case RecoveryStep::kReopen:
      return AskToReopen(std::move(why));
    default:
      return Go(ModemState::kRecovering,
                fmt::format("{}: {}", ToString(step), why));
  }
}

// A modem that is silent is told blindly, and its line opened anew.
void ModemMachine::PlanRecovery() {
  switch (step_taken_) {
    case RecoveryStep::kSoftReset:
      plan_.push_back(
          {.command = profile_->soft_reset, .patience = kResetPatience});
      return;
    case RecoveryStep::kRadioCycle:
      for (const std::string& command : profile_->radio_cycle) {
        plan_.push_back({.command = command, .patience = kRadioPatience});
      }
      return;
    case RecoveryStep::kRestart:
      plan_.push_back(
          {.command = profile_->restart, .patience = profile_->boot_timeout});
      return;
    default:
      return;
  }
}

void ModemMachine::AskRecovery() {
  const bool pauses =
      plan_.empty() && step_++ == 0 && step_taken_ == RecoveryStep::kPause;
  if (!pauses) return AskNext();
  deadline_ = now_ + std::min(kFirstLongPause * (1 << std::min(pauses_, 5)),
                              kLongestLongPause);
  pausing_ = true;
}

void ModemMachine::SilenceInRecovery() {
  if (step_taken_ == RecoveryStep::kRestart) Boots();
  AskToReopen("the modem does not answer");
}

void ModemMachine::RecoveryFinished() {
  if (step_taken_ != RecoveryStep::kRestart) {
    return Go(ModemState::kProbing, "after the recovery");
  }
  if (Booting()) return Go(ModemState::kProbing, "after the restart");
  Boots();  // it said OK: its line that tells of the start, or silence, follows
  deadline_ = now_ + profile_->boot_timeout;
  pausing_ = true;
}

// ---- The line

void ModemMachine::AskToReopen(std::string detail) {
  LeaveLine(ModemEvent::Kind::kReopenLine, std::move(detail));
}

void ModemMachine::LeaveLine(ModemEvent::Kind kind, std::string detail) {
  ++reopenings_;
  UssdFailed("the line was lost");
  output_.clear();
  parser_.Reset();
  ForgetSession();
  Go(ModemState::kClosed);
  Emit(kind, std::move(detail));
}

// ---- A modem that starts

void ModemMachine::Boots() {
  ForgetSession();
  booted_at_ = now_;
  ready_line_seen_ = false;
}

// Several lines tell of one start, and a modem that starts over and over is
// left alone for a while.
bool ModemMachine::IsOldNews() const {
  const bool same_start = state_ == ModemState::kProbing && booted_at_ &&
                          now_ < *booted_at_ + kOneStart;
  const bool left_alone = state_ == ModemState::kRecovering &&
                          step_taken_ == RecoveryStep::kPause &&
                          starts_ > kMostStarts;
  return same_start || left_alone;
}

// A line told of it; all settings are forgotten.
void ModemMachine::ModemRestarted() {
  if (IsOldNews()) return;
  if (submission_) GiveUpSubmit("the modem restarted");
  UssdFailed("the modem restarted");
  Boots();
  if (now_ > starts_since_ + kManyStarts) {
    starts_since_ = now_;
    starts_ = 0;
  }
  if (++starts_ <= kMostStarts) {
    return Go(ModemState::kProbing, "the modem restarted");
  }
  pauses_ = silent_.pauses++;
  climbed_at_ = now_;
  Take(RecoveryStep::kPause, "the modem restarts again and again");
}

bool ModemMachine::Booting() const {
  return booted_at_ && now_ < *booted_at_ + profile_->boot_timeout;
}

bool ModemMachine::AwaitsReadyLine() const {
  return !profile_->ready_line.empty() && !ready_line_seen_ && Booting();
}

// Out of the blue it means that the modem has started, and said nothing of it.
void ModemMachine::ReadyLineCame() {
  ready_line_seen_ = true;
  if (state_ == ModemState::kReady && !Booting()) {
    ModemRestarted();
    ready_line_seen_ = true;
    return;
  }
  if (state_ == ModemState::kConfiguring && pausing_) Ask();
}

}  // namespace smsweb
