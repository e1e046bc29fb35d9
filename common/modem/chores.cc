// What is done between messages. A chore waits while submits follow each other,
// unless it can't: the modem wants an acknowledgement, its storage fills, or it
// has waited long enough. After each chore a submit has its turn.
#include <algorithm>

#include "common/modem/at_errors.h"
#include "common/modem/machine.h"

namespace smsweb {
namespace {

constexpr Millis kIdleBeforeChore{50};
// However much is told of: whoever has a submit gets to know that it may come.
constexpr Millis kTurnOfASubmit{1};
constexpr Millis kLongestWait{10'000};  // of a chore, for submits
constexpr std::size_t kManyWaiting = 8;
constexpr Millis kUntilTriedAnew{3'600'000};  // of what could not be read

}  // namespace

bool ModemMachine::ChoresWait() const {
  return !received_.Empty() || UssdWaits() || ussd_to_cancel_;
}

bool ModemMachine::ChoresAreUrgent() const {
  if (!ChoresWait() || now_ < chores_not_before_) return false;
  const bool filling = received_.Waiting() > 0 && info_.storage_size > 0 &&
                       info_.storage_used * 4 >= info_.storage_size * 3;
  return filling || received_.acknowledgements() > 0 ||
         received_.Waiting() >= kManyWaiting ||
         (chores_since_ && now_ >= *chores_since_ + kLongestWait);
}

void ModemMachine::ChoresChanged() {
  if (!chores_since_) chores_since_ = now_;
  if (state_ == ModemState::kReady) WaitForWork();
}

// In kReady: until something is to be done.
void ModemMachine::WaitForWork() {
  deadline_.reset();
  if (ChoresWait()) {
    const MonoTime soon =
        now_ + (ChoresAreUrgent() ? kTurnOfASubmit : kIdleBeforeChore);
    deadline_ = std::max(soon, chores_not_before_);
  } else if (settings_.keep_alive > Millis(0)) {
    deadline_ = now_ + settings_.keep_alive;
  }
}

void ModemMachine::IdleLongEnough() { Go(ModemState::kBusy); }

void ModemMachine::PlanChores() {
  if (PlanReceived()) return;
  if (UssdWaits() || ussd_to_cancel_) return PlanUssd();
  PlanKeepAlive();
}

// ---- Keep-alive

// Notices a modem that has fallen silent or forgotten its settings, a SIM that
// is gone, a network that was lost, before a message does.
void ModemMachine::PlanKeepAlive() {
  plan_ = {
      {.command = "AT+CPIN?", .heard = &ModemMachine::HeardKeepAliveSim},
      {.command = "AT+CMGF?",
       .heard = &ModemMachine::HeardKeepAliveMode,
       .answer = "+CMGF:"},
      {.command = "AT+CSQ",
       .heard = &ModemMachine::HeardSignal,
       .answer = "+CSQ:"},
      {.command = "AT+CPMS?",
       .heard = &ModemMachine::HeardKeepAliveStorage,
       .answer = "+CPMS:"},
      {.command = "AT+CREG?",
       .heard = &ModemMachine::HeardRegistration,
       .answer = "+CREG:"},
  };
  if (!acknowledges_) return;
  plan_.push_back({.command = "AT+CNMI?",
                   .heard = &ModemMachine::HeardKeepAliveIndications,
                   .answer = "+CNMI:"});
}

void ModemMachine::HeardKeepAliveMode(const AtEvent&) {
  const auto line = Information("+CMGF:");
  if (line && AtNumber(*line) != 0) {
    Go(ModemState::kProbing, "the modem lost its configuration");
  }
}

// More than is known of: a line that told of it was missed.
void ModemMachine::HeardKeepAliveStorage(const AtEvent&) {
  const auto line = Information("+CPMS:");
  if (!line) return;
  StorageLine(1);
  if (received_.HasGivenUp() && now_ >= given_up_until_) {
    given_up_until_ = now_ + kUntilTriedAnew;
    received_.TryAgain();
  }
  const std::string storage = storage_fixed_ ? "" : StorageName(*line, 6);
  const bool more = info_.storage_used > received_.Known(storage);
  if (more && info_.storage_used != listed_for_) received_.AddListing(storage);
  listed_for_ = info_.storage_used;
}

// A modem that has missed an acknowledgement tells nothing any more: <mt> and
// <ds> are 0 (27.005 § 3.4.4).
void ModemMachine::HeardKeepAliveIndications(const AtEvent&) {
  const auto line = Information("+CNMI:");
  if (!line || indications_.empty()) return;
  const std::string wanted =
      ':' + indications_.substr(indications_.find('=') + 1);
  for (const std::size_t place : {1, 3}) {
    if (AtNumber(*line, place) == AtNumber(wanted, place)) continue;
    return plan_.push_back({.command = indications_});
  }
}

// ----

// OK, and nothing else: it does not know.
void ModemMachine::SilenceInChore() {
  if (skipped_) return NextOfPlanAfterSilence();
  if (!plan_.empty() && plan_.front().heard != nullptr) {
    current_ = plan_.front();
    plan_.clear();
    (this->*current_.heard)(
        {.kind = AtEvent::Kind::kFinal, .final = AtFinal::kSilence});
  }
  if (state_ == ModemState::kBusy) Resynchronise("no answer");
}

void ModemMachine::ChoresFinished() {
  ChoresWentWell();
  chores_since_.reset();
  if (ChoresWait()) chores_since_ = now_;
  Settle();
}

}  // namespace smsweb
