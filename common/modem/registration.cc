// The network (27.007 § 7.2; § 10.1.22 for LTE).
#include <fmt/format.h>

#include "common/modem/machine.h"
#include "common/modem/network_values.h"

namespace smsweb {
namespace {

// <stat> of +CREG and +CEREG.
constexpr int kSearchesNot = 0;
constexpr int kSearches = 2;
constexpr int kDenied = 3;

}  // namespace

void ModemMachine::PlanRegistration() {
  registering_since_ = now_;
  registration_overdue_ = false;
  plan_.push_back({.command = "AT+CREG=1"});  // good to have, not needed
  PlanRegistrationQueries();
}

void ModemMachine::AskRegistration() {
  if (plan_.empty()) PlanRegistrationQueries();
  AskNext();
}

void ModemMachine::PlanRegistrationQueries() {
  plan_.push_back({.command = "AT+CREG?",
                   .heard = &ModemMachine::HeardRegistration,
                   .answer = "+CREG:"});
}

void ModemMachine::HeardRegistration(const AtEvent& final) {
  creg_ = 0;
  if (final.final == AtFinal::kOk) {
    creg_ = AtNumber(*Information("+CREG:"), 1).value_or(0);
  }
  WeighRegistration();
  if (registered_ || lte_unknown_) return;
  // On LTE alone a modem may be registered where AT+CREG? does not tell.
  plan_.push_front({.command = "AT+CEREG?",
                    .heard = &ModemMachine::HeardLteRegistration,
                    .answer = "+CEREG:"});
  plan_.push_front(
      {.command = "AT+CEREG=1", .heard = &ModemMachine::HeardLteLines});
}

// After silence there is no plan any more: that says nothing of LTE.
void ModemMachine::HeardLteLines(const AtEvent& final) {
  if (final.final == AtFinal::kOk || plan_.empty()) return;
  lte_unknown_ = true;
  plan_.pop_front();  // the question after it
}

void ModemMachine::HeardLteRegistration(const AtEvent& final) {
  cereg_ = 0;
  if (final.final == AtFinal::kOk) {
    cereg_ = AtNumber(*Information("+CEREG:"), 1).value_or(0);
  }
  WeighRegistration();
}

void ModemMachine::WeighRegistration() {
  const bool home = IsHome(creg_) || IsHome(cereg_);
  const bool roaming = !home && (IsRoaming(creg_) || IsRoaming(cereg_));
  registered_ = home || (roaming && settings_.roaming);
  if (home) {
    info_.registration = Registration::kHome;
  } else if (roaming) {
    info_.registration = Registration::kRoaming;
  } else if (creg_ == kDenied || cereg_ == kDenied) {
    info_.registration = Registration::kDenied;
  } else if (creg_ == kSearches || creg_ == kSearchesNot) {
    info_.registration = Registration::kSearching;
  } else {
    info_.registration = Registration::kUnknown;
  }
}

void ModemMachine::RegistrationFinished() {
  if (registered_) return Go(ModemState::kConfiguring);
  WaitForRegistration(RegistrationTrouble());
}

std::string ModemMachine::RegistrationTrouble() const {
  switch (info_.registration) {
    case Registration::kRoaming:
      return "roaming, which is not allowed: set `roaming = true` in this "
             "modem's [[modem]] to send all the same";
    case Registration::kDenied:
      return "the network refuses this SIM";
    default:
      return "searching for a network";
  }
}

void ModemMachine::WaitForRegistration(std::string_view why) {
  HandOnEarly();  // it may take long
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
  (line.starts_with("+CREG:") ? creg_ : cereg_) = *status;
  WeighRegistration();
  if (state_ == ModemState::kReady && !registered_) {
    return Go(ModemState::kRegistering, "the network was lost");
  }
  if (state_ == ModemState::kRegistering && registered_ && pausing_) {
    Go(ModemState::kConfiguring);
  }
}

}  // namespace smsweb
