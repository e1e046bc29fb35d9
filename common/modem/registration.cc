// The network (27.007 § 7.2; § 10.1.22 for LTE).
#include <fmt/format.h>

#include <algorithm>

#include "common/modem/machine.h"
#include "common/modem/network_values.h"

namespace smsweb {

std::string_view ToString(Registration registration) {
  switch (registration) {
    case Registration::kUnknown:
      return "unknown";
    case Registration::kNotSearching:
      return "not searching";
    case Registration::kEmergencyOnly:
      return "emergency calls only";
    case Registration::kSearching:
      return "searching";
    case Registration::kDenied:
      return "denied";
    case Registration::kHome:
      return "home";
    case Registration::kRoaming:
      return "roaming";
  }
  return "unknown";
}

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

// "+CREG: <n>,<stat>"; a question that is refused says nothing of a network.
Registration ModemMachine::AnsweredRegistration(const AtEvent& final,
                                                std::string_view name) const {
  if (final.final != AtFinal::kOk) return Registration::kNotSearching;
  return ReadRegistration(AtNumber(*Information(name), 1).value_or(-1));
}

// What LTE said before counts no longer: where it matters, it is asked again.
void ModemMachine::HeardRegistration(const AtEvent& final) {
  creg_ = AnsweredRegistration(final, "+CREG:");
  cereg_ = Registration::kNotSearching;
  if (IsRegistered(creg_) || lte_unknown_) return WeighRegistration();
  // On LTE alone a modem may be registered where AT+CREG? does not tell.
  plan_.push_front({.command = "AT+CEREG?",
                    .heard = &ModemMachine::HeardLteRegistration,
                    .answer = "+CEREG:"});
  plan_.push_front(
      {.command = "AT+CEREG=1", .heard = &ModemMachine::HeardLteLines});
}

// After silence there is no plan any more: that says nothing of LTE.
void ModemMachine::HeardLteLines(const AtEvent& final) {
  if (final.final == AtFinal::kOk) return;
  if (!plan_.empty()) {
    lte_unknown_ = true;
    plan_.pop_front();  // the question after it
  }
  WeighRegistration();
}

void ModemMachine::HeardLteRegistration(const AtEvent& final) {
  cereg_ = AnsweredRegistration(final, "+CEREG:");
  WeighRegistration();
}

void ModemMachine::WeighRegistration() {
  info_.registration = std::max(creg_, cereg_);
  registered_ =
      info_.registration == Registration::kHome ||
      (info_.registration == Registration::kRoaming && settings_.roaming);
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
    case Registration::kNotSearching:
      return "no network, and the modem looks for none";
    case Registration::kEmergencyOnly:
      return "the network takes emergency calls only";
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
  (line.starts_with("+CREG:") ? creg_ : cereg_) = ReadRegistration(*status);
  WeighRegistration();
  if (state_ == ModemState::kReady && !registered_) {
    return Go(ModemState::kRegistering, "the network was lost");
  }
  if (state_ == ModemState::kRegistering && registered_ && pausing_) {
    Go(ModemState::kConfiguring);
  }
}

}  // namespace smsweb
