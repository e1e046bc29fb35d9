// From an open line to a modem that takes messages: probing, SIM,
// registration, configuration.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/modem/at_errors.h"
#include "common/modem/machine.h"

namespace smsweb {
namespace {

struct Step {
  std::string_view command;
  bool must_succeed;  // otherwise ERROR means "not supported": never mind
};

constexpr auto kProbe = std::to_array<Step>({
    {"AT", true},          // is anybody there? (V.250 § 5.2)
    {"ATE0", false},       // no echo (V.250 § 6.2.4)
    {"AT+CMEE=1", false},  // errors as numbers (27.007 § 9.1)
});

constexpr auto kConfiguration = std::to_array<Step>({
    {"AT+CMGF=0", true},           // PDU mode (27.005 § 3.2.3)
    {"AT+CSMS=0", false},          // no +CNMA asked of us (27.005 § 3.2.1)
    {"AT+CNMI=2,0,0,0,0", false},  // nothing comes by itself (27.005 § 3.4.1)
    {"AT+CMMS=2", false},          // link kept between messages (§ 3.5.6)
});

constexpr int kSilencesBeforeReopening = 5;
constexpr Millis kFirstProbePatience{1000};
constexpr Millis kLongestProbePatience{30'000};
constexpr int kPinVerdictPolls = 6;

// <stat> of +CREG (27.007 § 7.2).
constexpr int kHome = 1;
constexpr int kDenied = 3;
constexpr int kRoaming = 5;
constexpr int kSmsOnlyHome = 6;
constexpr int kSmsOnlyRoaming = 7;

// Four to eight digits (3GPP TS 22.030 § 6.6.1).
bool IsPin(std::string_view pin) {
  return pin.size() >= 4 && pin.size() <= 8 &&
         std::ranges::all_of(pin, [](char c) { return c >= '0' && c <= '9'; });
}

bool IsRegistered(int status) {
  return status == kHome || status == kRoaming || status == kSmsOnlyHome ||
         status == kSmsOnlyRoaming;
}

}  // namespace

// ---- Probing

// The modem may be in a prompt that a former process left: ESC first. After an
// answer it is in no prompt, and an ESC could only spoil the line.
void ModemMachine::AskProbe() {
  if (step_ == 0 && !answered_) Escape();
  Command(kProbe[step_].command);
}

void ModemMachine::AnswerProbe(const AtEvent& final) {
  if (kProbe[step_].must_succeed && final.final != AtFinal::kOk) {
    if (++silences_ >= kSilencesBeforeReopening) {
      return AskToReopen("the modem answers AT with an error");
    }
    return AskAgainLater();
  }
  if (++step_ < kProbe.size()) return Ask();
  Go(ModemState::kSim);
}

// Grows with each reopening that did not help.
Millis ModemMachine::ProbePatience() const {
  if (step_ > 0) return settings_.command_timeout;
  return std::min(kFirstProbePatience * (1 << std::min(reopenings_, 5)),
                  kLongestProbePatience);
}

void ModemMachine::SilenceInSetup() {
  if (++silences_ >= kSilencesBeforeReopening) {
    return AskToReopen("the modem does not answer");
  }
  if (state_ == ModemState::kProbing && step_ == 0) return Ask();
  Go(ModemState::kProbing, "no answer");
}

// ---- SIM (27.007 § 8.3)

void ModemMachine::AskSim() { Command("AT+CPIN?"); }

void ModemMachine::AnswerSim(const AtEvent& final) {
  if (!command_.ends_with('?')) return AnswerPin(final);
  if (final.final != AtFinal::kOk) return SimError(final);
  const auto line = Information("+CPIN:");
  if (!line) return SkipAnswer();
  silences_ = 0;
  std::string_view status = line->substr(line->find(':') + 1);
  status.remove_prefix(std::min(status.find_first_not_of(' '), status.size()));
  SimStatus(status);
}

void ModemMachine::SimStatus(std::string_view status) {
  if (status == "READY") return SimUnlocked();
  // PIN2 guards the list of fixed numbers, not the sending of messages.
  if (status == "SIM PIN2" || status == "SIM PUK2") return SimUnlocked();
  if (status == "SIM PIN") return SimWantsPin();
  if (status == "SIM PUK") {
    return Go(ModemState::kFailed,
              "the SIM is blocked and asks for its PUK: put it into a phone "
              "and enter the PUK there");
  }
  if (status.starts_with("PH-")) {
    return Go(ModemState::kFailed,
              "the modem is locked to another SIM or network");
  }
  Note("the SIM is not ready");
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

// A SIM blocks itself after three wrong PINs. Ours is given once; again only
// after it has opened the SIM.
void ModemMachine::SimWantsPin() {
  if (settings_.pin.empty()) {
    return Go(ModemState::kFailed,
              "the SIM asks for its PIN: set `pin` in this modem's [[modem]]");
  }
  if (settings_.pin_withheld) {
    return Go(ModemState::kFailed,
              "the SIM refused this PIN in an earlier run, and it is not tried "
              "again: correct `pin` in this modem's [[modem]]");
  }
  if (!IsPin(settings_.pin)) {
    return Go(ModemState::kFailed,
              "`pin` in this modem's [[modem]] is not 4 to 8 digits, and was "
              "not tried");
  }
  if (pin_ == Pin::kGiven && asked_again_ < kPinVerdictPolls) {
    return AskAgainLater();
  }
  if (pin_ == Pin::kGiven || pin_ == Pin::kRefused) {
    pin_ = Pin::kRefused;
    events_.push_back({.kind = ModemEvent::Kind::kPinRefused, .state = state_});
    return Go(ModemState::kFailed,
              "the SIM did not take the PIN, which is not tried a second time: "
              "correct `pin` in this modem's [[modem]] and restart smswebd");
  }
  pin_ = Pin::kGiven;
  asked_again_ = 0;
  Command(fmt::format("AT+CPIN=\"{}\"", settings_.pin));
}

void ModemMachine::AnswerPin(const AtEvent& final) {
  if (final.final == AtFinal::kOk) return AskSim();
  pin_ = Pin::kRefused;
  if (final.final == AtFinal::kCmeError && final.code == kCmeSimPukRequired) {
    return SimStatus("SIM PUK");
  }
  SimWantsPin();
}

void ModemMachine::SimUnlocked() {
  if (pin_ == Pin::kGiven) pin_ = Pin::kAccepted;
  registered_ = false;
  Go(ModemState::kRegistering);
}

// ---- Registration (27.007 § 7.2)

void ModemMachine::AskRegistration() {
  if (asked_again_ == 0 && step_ == 0) {
    registering_since_ = now_;
    registration_overdue_ = false;
  }
  Command(step_ == 0 ? "AT+CREG=1" : "AT+CREG?");
}

void ModemMachine::AnswerRegistration(const AtEvent& final) {
  if (step_ == 0) {  // lines on change: good to have, not needed
    ++step_;
    return Ask();
  }
  if (final.final != AtFinal::kOk) {
    return WaitForRegistration(DescribeFinal(final));
  }
  const auto line = Information("+CREG:");
  if (!line) return SkipAnswer();
  silences_ = 0;
  RegistrationStatus(AtNumber(*line, 1).value_or(0));
}

void ModemMachine::RegistrationStatus(int status) {
  registered_ = IsRegistered(status);
  if (registered_) return Go(ModemState::kConfiguring);
  WaitForRegistration(status == kDenied ? "the network refuses this SIM"
                                        : "searching for a network");
}

void ModemMachine::WaitForRegistration(std::string_view why) {
  const MonoTime overdue = registering_since_ + settings_.registration_timeout;
  if (!registration_overdue_ && now_ >= overdue) registration_overdue_ = true;
  if (registration_overdue_) {
    Note(fmt::format("not registered for {} s: {}",
                     settings_.registration_timeout.count() / 1000, why));
  } else {
    Note(std::string(why));
  }
  AskAgainLater();
  if (!registration_overdue_) deadline_ = std::min(*deadline_, overdue);
}

// "+CREG: <stat>[,...]", which came by itself.
void ModemMachine::RegistrationLine(std::string_view line) {
  const auto status = AtNumber(line);
  if (!status) return;
  registered_ = IsRegistered(*status);
  if (state_ == ModemState::kReady && !registered_) {
    return Go(ModemState::kRegistering, "the network was lost");
  }
  if (state_ == ModemState::kRegistering && registered_ && pausing_) {
    Go(ModemState::kConfiguring);
  }
}

// ---- Configuration

void ModemMachine::AskConfiguration() {
  Command(kConfiguration[step_].command);
}

void ModemMachine::AnswerConfiguration(const AtEvent& final) {
  const Step& step = kConfiguration[step_];
  if (step.must_succeed && final.final != AtFinal::kOk) {
    Note(fmt::format("{} is refused: {}", step.command, DescribeFinal(final)));
    return AskAgainLater();
  }
  if (++step_ < kConfiguration.size()) return Ask();
  Go(registered_ ? ModemState::kReady : ModemState::kRegistering);
}

}  // namespace smsweb
