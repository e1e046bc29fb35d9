// The SIM and its PIN (27.007 § 8.3).
#include <fmt/format.h>

#include <algorithm>

#include "common/modem/at_errors.h"
#include "common/modem/machine.h"

namespace smsweb {
namespace {

constexpr int kPinVerdictPolls = 6;
constexpr Millis kUntilPinMayGo{10'000};

// Four to eight digits (3GPP TS 22.030 § 6.6.1).
bool IsPin(std::string_view pin) {
  return pin.size() >= 4 && pin.size() <= 8 &&
         std::ranges::all_of(pin, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view StatusOf(std::string_view line) {
  std::string_view status = line.substr(line.find(':') + 1);
  status.remove_prefix(std::min(status.find_first_not_of(' '), status.size()));
  return status;
}

bool IsGone(std::string_view status) {
  return status == "NOT INSERTED" || status == "NOT READY" ||
         status == "REMOVED";
}

// A busy SIM is there; what else a modem may say is not about the SIM.
bool SaysTheSimIsGone(const AtEvent& final) {
  return final.final == AtFinal::kCmeError &&
         (final.code == kCmeSimNotInserted || final.code == kCmeSimFailure ||
          final.code == kCmeSimWrong);
}

}  // namespace

void ModemMachine::AskSim() {
  sim_gone_ = false;
  if (pin_ == Pin::kAnnounced) pin_ = Pin::kUntried;
  Command("AT+CPIN?");
}

void ModemMachine::AnswerSim(const AtEvent& final) {
  if (!command_.ends_with('?')) return AnswerPin(final);
  if (final.final != AtFinal::kOk) return SimError(final);
  const auto line = Information("+CPIN:");
  if (!line) return SkipAnswer();
  silences_ = 0;
  SimStatus(StatusOf(*line));
}

void ModemMachine::SimStatus(std::string_view status) {
  if (status == "READY") return SimUnlocked();
  // PIN2 guards the list of fixed numbers, not the sending of messages.
  if (status == "SIM PIN2" || status == "SIM PUK2") return SimUnlocked();
  if (status == "SIM PIN") return SimWantsPin();
  if (status == "SIM PUK") {
    return Go(ModemState::kFailed,
              "the SIM is blocked and asks for its PUK: put it into a phone, "
              "enter the PUK there, put it back and restart smswebd");
  }
  if (status.starts_with("PH-")) {
    return Go(ModemState::kFailed,
              "the modem is locked to another SIM or network: unlock it, and "
              "restart smswebd");
  }
  Note(IsGone(status) ? "no SIM" : "the SIM is not ready");
  AskAgainLater();
}

void ModemMachine::SimError(const AtEvent& final) {
  if (final.final == AtFinal::kCmeError) {
    if (final.code == kCmeNotSupported) return SimUnlocked();
    if (final.code == kCmeSimPinRequired) return SimStatus("SIM PIN");
    if (final.code == kCmeSimPukRequired) return SimStatus("SIM PUK");
  }
  Note(fmt::format("no usable SIM: {}", DescribeFinal(final)));
  AskAgainLater();
}

// ---- PIN

// A SIM blocks itself after three wrong PINs. Ours is given once; again only
// after it has opened the SIM. It does not leave before it is on record that it
// does: whoever dies before the answer must not try again either.
void ModemMachine::SimWantsPin() {
  if (settings_.pin.empty()) {
    return Go(ModemState::kFailed,
              "the SIM asks for its PIN: set `pin` in this modem's [[modem]], "
              "and restart smswebd");
  }
  if (settings_.pin_withheld) {
    return Go(ModemState::kFailed,
              "the SIM refused this PIN in an earlier run, and it is not tried "
              "again: correct it, change or touch the configuration file "
              "(also where `pin` is env: or file:) and restart smswebd");
  }
  if (!IsPin(settings_.pin)) {
    return Go(ModemState::kFailed,
              "`pin` in this modem's [[modem]] is not 4 to 8 digits, and was "
              "not tried");
  }
  if (pin_ == Pin::kGiven && asked_again_ < kPinVerdictPolls) {
    return AskAgainLater();
  }
  if (pin_ == Pin::kGiven || pin_ == Pin::kRefused) return RefusePin();
  pin_ = Pin::kAnnounced;
  Emit(ModemEvent::Kind::kPinAboutToBeGiven);
  pausing_ = true;  // then the SIM is asked again, and this said again
  deadline_ = now_ + kUntilPinMayGo;
}

void ModemMachine::PinMayGo(MonoTime now) {
  now_ = now;
  if (state_ != ModemState::kSim || pin_ != Pin::kAnnounced) return;
  pin_ = Pin::kGiven;
  asked_again_ = 0;
  Command(fmt::format("AT+CPIN=\"{}\"", settings_.pin));
}

void ModemMachine::AnswerPin(const AtEvent& final) {
  if (final.final == AtFinal::kOk) return AskSim();
  if (final.final == AtFinal::kCmeError) {
    if (final.code == kCmeIncorrectPassword) return RefusePin();
    if (final.code == kCmeSimPukRequired) {
      pin_ = Pin::kRefused;
      return SimStatus("SIM PUK");
    }
  }
  // A busy SIM, a modem that gives no reason: the SIM is asked what it made of
  // the PIN. It is not given again, whatever the SIM says.
  Note(fmt::format("the PIN was answered with {}", DescribeFinal(final)));
  AskAgainLater();
}

void ModemMachine::RefusePin() {
  pin_ = Pin::kRefused;
  Emit(ModemEvent::Kind::kPinRefused);
  Go(ModemState::kFailed,
     "the SIM did not take the PIN, which is not tried a second time: "
     "correct it, change or touch the configuration file (also where `pin` is "
     "env: or file:) and restart smswebd");
}

void ModemMachine::SimUnlocked() {
  if (pin_ == Pin::kGiven) {
    pin_ = Pin::kAccepted;
    Emit(ModemEvent::Kind::kPinAccepted);
  }
  registered_ = false;
  creg_ = cereg_ = Registration::kUnknown;  // of another SIM, perhaps
  Go(ModemState::kRegistering);
}

// ---- What comes by itself

void ModemMachine::SimLine(std::string_view line) {
  const std::string_view status = StatusOf(line);
  if (IsGone(status)) return SimGone();
  if (state_ == ModemState::kFailed && status == "READY") {
    return Go(ModemState::kProbing, "the SIM is ready");
  }
  if (state_ == ModemState::kSim && pausing_ && pin_ != Pin::kAnnounced) Ask();
}

// ---- What the keep-alive finds

void ModemMachine::HeardKeepAliveSim(const AtEvent& final) {
  const std::string_view status =
      StatusOf(Information("+CPIN:").value_or(std::string_view()));
  const bool locked =
      final.final == AtFinal::kCmeError &&
      (final.code == kCmeSimPinRequired || final.code == kCmeSimPukRequired);
  if (locked || status == "SIM PIN" || status == "SIM PUK") {
    return Go(ModemState::kProbing, "the SIM is locked again");
  }
  if (!SaysTheSimIsGone(final) && !IsGone(status)) return;
  plan_.clear();
  SimGone();
}

// What was on it is gone as well.
void ModemMachine::SimGone() {
  received_.Forget();
  listed_ = false;
  imsi_heard_ = false;
  info_.imsi.clear();
  switch (state_) {
    case ModemState::kReady:
    case ModemState::kRegistering:
      return Go(ModemState::kSim, "the SIM is gone");
    case ModemState::kFailed:  // it will be another one, perhaps
      return Go(ModemState::kProbing, "the SIM is gone");
    case ModemState::kProbing:
    case ModemState::kIdentifying:
    case ModemState::kSim:
      return;  // it will be asked for
    default:
      sim_gone_ = true;  // once the command in flight is done
  }
}

}  // namespace smsweb
