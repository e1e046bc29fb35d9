// From an open line to a modem that answers, and from a registered modem to one
// that takes messages.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/modem/machine.h"
#include "common/modem/network_values.h"

namespace smsweb {
namespace {

constexpr std::string_view kAttention =
    "AT";  // is anybody there? (V.250 § 5.2)
constexpr int kSilencesToClimb = 5;
constexpr Millis kFirstProbePatience{1000};
constexpr Millis kLongestProbePatience{30'000};

bool IsImsi(std::string_view text) {  // TS 23.003 § 2.2
  return text.size() >= 6 && text.size() <= 15 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

// ---- Probing

void ModemMachine::PlanProbe() {
  plan_ = {
      {.command = std::string(kAttention), .needed = true},
      {.command = "ATE0"},      // no echo (V.250 § 6.2.4)
      {.command = "AT+CMEE=1",  // errors as numbers (27.007 § 9.1)
       .heard = &ModemMachine::HeardErrorMode},
  };
}

// The modem may be in a prompt that a former process left: ESC first. After an
// answer it is in no prompt, and an ESC could only spoil the line.
void ModemMachine::AskProbe() {
  if (!answered_) Escape();
  AskNext();
}

// Answers to what was given up may be on their way, and what comes next are
// answers without a name: a query in between.
void ModemMachine::HeardErrorMode(const AtEvent&) {
  if (late_answers_) {
    plan_.push_back({.command = "AT+CMEE?", .answer = "+CMEE:"});
  }
}

void ModemMachine::ProbeFinished() { Go(ModemState::kIdentifying); }

// Grows with each reopening that did not help.
Millis ModemMachine::ProbePatience() const {
  if (command_ != kAttention) return CommandPatience();
  return std::min(kFirstProbePatience * (1 << std::min(reopenings_, 5)),
                  kLongestProbePatience);
}

void ModemMachine::SilenceInSetup() {
  if (state_ == ModemState::kProbing && skipped_) {  // it knows no AT+CMEE?
    return NextOfPlanAfterSilence();
  }
  if (!Booting() && ++silences_ >= kSilencesToClimb) {
    return Climb("the modem does not answer");
  }
  if (state_ == ModemState::kProbing && command_ == kAttention) return Ask();
  Go(ModemState::kProbing, "no answer");
}

// ---- Configuration

void ModemMachine::PlanConfiguration() {
  plan_ = {
      // PDU mode (27.005 § 3.2.3)
      {.command = "AT+CMGF=0", .needed = true},
      // whether what arrives wants AT+CNMA (27.005 § 3.2.1)
      {.command = fmt::format("AT+CSMS={}", profile_->csms),
       .heard = &ModemMachine::HeardService},
      {.command = "AT+CIMI", .heard = &ModemMachine::HeardImsi},
      {.command = "AT+CSCA?",
       .heard = &ModemMachine::HeardServiceCentre,
       .answer = "+CSCA:"},
      {.command = "AT+COPS?",
       .heard = &ModemMachine::HeardOperator,
       .answer = "+COPS:"},
      {.command = "AT+CSQ",
       .heard = &ModemMachine::HeardSignal,
       .answer = "+CSQ:"},
  };
  // link kept between messages (§ 3.5.6)
  if (profile_->cmms) plan_.push_back({.command = "AT+CMMS=2"});
  TryIndications(0);
}

// A modem that has just started tells when it can send; until then it may
// answer, and lose what it is told.
void ModemMachine::AskConfiguration() {
  if (!AwaitsReadyLine()) return AskNext();
  Note(fmt::format("waits for \"{}\"", profile_->ready_line));
  deadline_ = *booted_at_ + profile_->boot_timeout;
  pausing_ = true;
}

void ModemMachine::HeardService(const AtEvent& final) {
  acknowledges_ = profile_->csms == 1 && final.final == AtFinal::kOk;
  TryStorage(0);
  // What a former process has not acknowledged, nobody has stored: the network
  // is to send it again (27.005 § 4.7). Else the modem would wait, and then
  // tell nothing any more.
  if (acknowledges_ && early_.empty()) {
    plan_.push_front({.command = "AT+CNMA=2"});
  }
}

void ModemMachine::HeardImsi(const AtEvent& final) {
  if (const std::string line = IdentityLine(final); IsImsi(line)) {
    info_.imsi = line;
  }
  imsi_heard_ = true;
  HandOnEarly();
}

void ModemMachine::HeardServiceCentre(const AtEvent&) {
  if (const auto line = Information("+CSCA:")) {
    info_.smsc = Presentable(AtText(*line));
  }
  if (settings_.smsc.empty() || info_.smsc == settings_.smsc) return;
  // 145: international, 129: unknown (24.011 § 8.2.5.2)
  plan_.push_front(
      {.command = fmt::format("AT+CSCA=\"{}\",{}", settings_.smsc,
                              settings_.smsc.starts_with('+') ? 145 : 129),
       .heard = &ModemMachine::HeardServiceCentreSet});
}

void ModemMachine::HeardServiceCentreSet(const AtEvent& final) {
  if (final.final == AtFinal::kOk) {
    info_.smsc = settings_.smsc;
  } else {
    Note(fmt::format("`smsc` can't be set: {}", DescribeFinal(final)));
  }
}

void ModemMachine::HeardOperator(const AtEvent&) {
  if (const auto line = Information("+COPS:")) {
    info_.network = Presentable(AtText(*line, 2));
  }
}

void ModemMachine::HeardSignal(const AtEvent&) {
  const auto line = Information("+CSQ:");
  info_.signal_dbm = line ? SignalDbm(AtNumber(*line).value_or(-1)) : 0;
}

// The first of several that the modem takes. `slot.index` is the choice.
void ModemMachine::TryStorage(std::size_t choice) {
  if (choice >= profile_->storages.size()) return StorageIsFixed(true);
  const std::string& name = profile_->storages[choice];
  plan_.push_front(
      {.command = fmt::format("AT+CPMS=\"{0}\",\"{0}\",\"{0}\"", name),
       .heard = &ModemMachine::HeardStorage,
       .slot = {.storage = name, .index = static_cast<int>(choice)}});
}

void ModemMachine::HeardStorage(const AtEvent& final) {
  if (final.final != AtFinal::kOk) {
    return TryStorage(static_cast<std::size_t>(current_.slot.index) + 1);
  }
  StorageIsFixed(false);
  selected_ = current_.slot.storage;
  StorageLine(0);
}

// A place must have one name only, or what was deleted under the one would be
// deleted again under the other, whatever is there by then.
void ModemMachine::StorageIsFixed(bool fixed) {
  if (std::exchange(storage_fixed_, fixed) == fixed) return;
  received_.Forget();
  listed_ = false;
}

void ModemMachine::TryIndications(std::size_t choice) {
  if (choice >= profile_->cnmi.size()) return PlanListings();
  plan_.push_back({.command = "AT+CNMI=" + profile_->cnmi[choice],
                   .heard = &ModemMachine::HeardIndications,
                   .slot = {.index = static_cast<int>(choice)}});
}

// They are the last but for the listings: nothing that comes by itself is
// missed, and nothing is in the way before.
void ModemMachine::HeardIndications(const AtEvent& final) {
  if (final.final == AtFinal::kOk) {
    indications_ = current_.command;
    return PlanListings();
  }
  TryIndications(static_cast<std::size_t>(current_.slot.index) + 1);
}

void ModemMachine::ConfigurationFinished() {
  listed_ = true;
  Settle();
}

}  // namespace smsweb
