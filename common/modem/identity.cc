// Who the modem is, and which profile fits (27.007 § 5.1 to 5.4). Any of the
// questions may be refused.
#include <fmt/format.h>

#include <algorithm>

#include "common/base/imei.h"
#include "common/modem/machine.h"

namespace smsweb {
namespace {

constexpr std::size_t kLongestName = 64;

}  // namespace

std::string Presentable(std::string_view text) {
  std::string kept(text.substr(0, kLongestName));
  std::erase_if(kept, [](char c) { return c < 0x20 || c > 0x7E; });
  return kept;
}

void ModemMachine::PlanIdentity() {
  info_.manufacturer.clear();
  info_.model.clear();
  info_.revision.clear();
  info_.imei.clear();
  plan_ = {
      {.command = "AT+CGMI", .heard = &ModemMachine::HeardManufacturer},
      {.command = "AT+CGMM", .heard = &ModemMachine::HeardModel},
      {.command = "AT+CGMR", .heard = &ModemMachine::HeardRevision},
      {.command = "AT+CGSN", .heard = &ModemMachine::HeardSerialNumber},
  };
}

// The first line of the answer, without the name that some put in front; "" if
// there is none. These answers need have no name (27.007 § 5.1), so that an
// empty OK can't be told from an earlier command's: see HeardProbe().
std::string ModemMachine::IdentityLine(const AtEvent& final) const {
  if (final.final != AtFinal::kOk || information_.empty()) return {};
  std::string_view line = information_.front();
  if (line.starts_with('+') && line.find(':') != std::string_view::npos) {
    line.remove_prefix(line.find(':') + 1);
  }
  const auto stray = [](char c) { return c == ' ' || c == '"'; };
  while (!line.empty() && stray(line.front())) line.remove_prefix(1);
  while (!line.empty() && stray(line.back())) line.remove_suffix(1);
  return Presentable(line);
}

void ModemMachine::HeardManufacturer(const AtEvent& final) {
  info_.manufacturer = IdentityLine(final);
}

void ModemMachine::HeardModel(const AtEvent& final) {
  info_.model = IdentityLine(final);
}

void ModemMachine::HeardRevision(const AtEvent& final) {
  info_.revision = IdentityLine(final);
}

void ModemMachine::HeardSerialNumber(const AtEvent& final) {
  const std::string digits = DigitsOf(IdentityLine(final));
  if (digits.size() >= kImeiDigits) info_.imei = digits;
  if (IsAnotherModem()) {
    return LeaveLine(ModemEvent::Kind::kWrongModem,
                     "its IMEI is not the one that is configured");
  }
  Choose();
  for (const auto* commands : {&profile_->init, &profile_->quiet}) {
    for (const std::string& command : *commands) {
      plan_.push_back({.command = command});
    }
  }
}

// One that does not tell its IMEI is taken for the right one.
bool ModemMachine::IsAnotherModem() const {
  return !settings_.imei.empty() && !info_.imei.empty() &&
         !SameImei(info_.imei, DigitsOf(settings_.imei));
}

void ModemMachine::Choose() {
  profile_ = settings_.profiles != nullptr
                 ? &ChooseProfile(*settings_.profiles, settings_.profile,
                                  info_.manufacturer, info_.model)
                 : &GenericProfile();
  info_.profile = profile_->name;
  std::vector<std::string> lines = profile_->restarted;
  if (!profile_->ready_line.empty()) lines.push_back(profile_->ready_line);
  parser_.NeverAnswers(std::move(lines));
}

void ModemMachine::IdentityFinished() { Go(ModemState::kSim); }

}  // namespace smsweb
