#include "sim/modem_state.h"

#include <fmt/format.h>

#include "sim/settings.h"

namespace smsweb::sim {
namespace {

// The check digit of an IMEI (TS 23.003 annex B: Luhn).
char CheckDigit(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int digit = digits[i] - '0';
    const int weighted = i % 2 == 0 ? digit : digit * 2;
    sum += weighted / 10 + weighted % 10;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string Imei(int index) {
  std::string digits = fmt::format("35999900{:06}", index);
  digits += CheckDigit(digits);
  return digits;
}

}  // namespace

Coverage CoverageNamed(std::string_view name) {
  if (name == "home") return Coverage::kHome;
  if (name == "roaming") return Coverage::kRoaming;
  if (name == "searching") return Coverage::kSearching;
  if (name == "denied") return Coverage::kDenied;
  return Coverage::kLost;
}

ModemState::ModemState(ModemOptions given)
    : options(std::move(given)),
      identity(*FindPersonality("generic")),
      imei(Imei(options.index)),
      sim(SimCard::kReady),
      smsc(options.smsc),
      coverage(options.registered ? Coverage::kHome : Coverage::kLost) {
  Reset();
  Restart();
}

void ModemState::Reset() {
  settings = FactorySettings();
  charset = "IRA";
  operator_format = 0;
  echo = true;
  verbose = true;
  quiet = false;
}

void ModemState::Restart() {
  functionality = 1;
  awaits_ack = false;
  if (!options.sim_present) {
    sim = SimCard::kAbsent;
  } else if (sim != SimCard::kPukRequired) {
    sim = options.pin ? SimCard::kPinRequired : SimCard::kReady;
  }
}

int ModemState::Setting(std::string_view name, std::size_t index) const {
  const auto found = settings.find(name);
  return found == settings.end() ? 0 : found->second[index];
}

Coverage ModemState::registration() const {
  const bool able = functionality == 1 && sim == SimCard::kReady;
  return able ? coverage : Coverage::kLost;
}

bool ModemState::on_network() const {
  const Coverage now = registration();
  return now == Coverage::kHome || now == Coverage::kRoaming;
}

Memory& ModemState::memory(std::size_t use) {
  return memories.all[static_cast<std::size_t>(Setting("+CPMS", use))];
}

std::string ModemState::Imsi() const {
  return fmt::format("00101{:010}", options.index + 1);
}

}  // namespace smsweb::sim
